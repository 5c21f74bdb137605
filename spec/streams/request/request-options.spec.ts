import { describe, expect, it } from 'vitest';

import { OptionRangeError, OptionTypeError } from '../../../src/errors/option-error.js';
import {
  checkRequest,
  checkRequests,
  checkRequestStream,
} from '../../../src/streams/request/request-options.js';
import type {
  RequestOptions,
  RequestsOptions,
  RequestStreamOptions,
} from '../../../src/streams/request/request-options.js';

type Requests = RequestsOptions<unknown, unknown>;

const one = (): number => 1;
const yes = (): boolean => true;
const requests: Requests = { id: one, answerTo: one, failure: one };

const checkOne = (options: unknown, given: Requests | undefined = requests): unknown =>
  checkRequest(options as RequestOptions<unknown, unknown>, given);
const checkMany = (options: unknown, given: Requests | undefined = requests): unknown =>
  checkRequestStream(options as RequestStreamOptions<unknown, unknown>, given);

describe('checkRequests', () => {
  const check = (options: unknown): unknown => checkRequests(options as Requests);

  it('should take what is right, or nothing', () => {
    expect(check(undefined)).toBeUndefined();
    expect(check(requests)).toEqual(requests);
    expect(check({ id: one, answerTo: one })).toEqual({ id: one, answerTo: one });
  });

  it.each([
    [null, 'requests: must be an object, got null'],
    [{ answerTo: one }, 'requests.id: must be given'],
    [{ id: 'id', answerTo: one }, "requests.id: must be a function, got 'id'"],
    [{ id: one }, 'requests.answerTo: must be given'],
    [{ id: one, answerTo: 1 }, 'requests.answerTo: must be a function, got 1'],
    [{ ...requests, failure: 1 }, 'requests.failure: must be a function, got 1'],
    [{ ...requests, ids: 1 }, /^requests\.ids: is not an option/],
  ])('should refuse %j', (options, message) => {
    expect(() => check(options)).toThrow(OptionTypeError);
    expect(() => check(options)).toThrow(message);
  });
});

describe('checkRequest', () => {
  it('should fill the defaults in, and take over what the socket says', () => {
    expect(checkOne({})).toEqual({
      id: one,
      timeout: 30_000,
      idempotent: false,
      failure: one,
      isLast: expect.any(Function),
    });
  });

  it('should prefer what is said for the request', () => {
    const { signal } = new AbortController();
    const given = { timeout: 1, signal, idempotent: true, correlate: yes, failure: yes };
    const settings = checkOne({ ...given, cancel: one });
    expect(settings).toEqual({
      ...given,
      cancel: one,
      id: undefined,
      isLast: expect.any(Function),
    });
    expect(checkOne({ correlate: yes }, undefined)).toMatchObject({ correlate: yes });
  });

  it.each([
    [null, 'request: must be an object, got null'],
    [{ timeout: '1' }, "request.timeout: must be a number, got '1'"],
    [{ signal: {} }, 'request.signal: must be an AbortSignal, got an object'],
    [{ idempotent: 1 }, 'request.idempotent: must be a boolean, got 1'],
    [{ correlate: 1 }, 'request.correlate: must be a function, got 1'],
    [{ failure: 1 }, 'request.failure: must be a function, got 1'],
    [{ cancel: 1 }, 'request.cancel: must be a function, got 1'],
    [{ isLast: yes }, /^request\.isLast: is not an option/],
  ])('should refuse %j', (options, message) => {
    expect(() => checkOne(options)).toThrow(OptionTypeError);
    expect(() => checkOne(options)).toThrow(message);
  });

  it('should refuse a timeout that is out of range', () => {
    expect(() => checkOne({ timeout: -1 })).toThrow(OptionRangeError);
    expect(() => checkOne({ timeout: 2 ** 31 })).toThrow(OptionRangeError);
    expect(checkOne({ timeout: Infinity })).toMatchObject({ timeout: Infinity });
    expect(checkOne({ timeout: 0 })).toMatchObject({ timeout: 0 });
  });

  it('should refuse a request whose answers nothing tells', () => {
    const check = (): unknown =>
      checkRequest({}, undefined as RequestsOptions<unknown, unknown> | undefined);
    expect(check).toThrow(OptionTypeError);
    expect(check).toThrow(
      'request.correlate: must be given, or the option requests of webSocket()',
    );
  });
});

describe('checkRequestStream', () => {
  it('should take the last answer by a function', () => {
    expect(checkMany({ isLast: yes })).toMatchObject({ isLast: yes, timeout: 30_000, id: one });
  });

  it.each([
    [undefined, 'requestStream: must be an object, got undefined'],
    [{}, 'requestStream.isLast: must be given'],
    [{ isLast: true }, 'requestStream.isLast: must be a function, got true'],
    [{ isLast: yes, timeout: 'x' }, "requestStream.timeout: must be a number, got 'x'"],
    [{ isLast: yes, last: 1 }, /^requestStream\.last: is not an option/],
  ])('should refuse %j', (options, message) => {
    expect(() => checkMany(options)).toThrow(OptionTypeError);
    expect(() => checkMany(options)).toThrow(message);
  });
});
