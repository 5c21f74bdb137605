import * as E from 'fp-ts/lib/Either.js';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  describeDecodeFailure,
  reportDecodeFailure,
} from '../../src/codec/describe-decode-failure.js';
import type { DecodeFailure } from '../../src/codec/decode-failure.js';
import { guardedDecode } from '../../src/streams/guarded-decode.js';
import type { UncheckedDecoder } from '../../src/streams/guarded-decode.js';
import { ENDINGS } from './endings.js';

const { failure } = ENDINGS.MessageRejected;
const data = Buffer.from('abc');

/** A codec that gives `given`, which may be anything. */
const giving = (given: unknown): UncheckedDecoder<string> => ({
  name: 'mine',
  decode: () => given as E.Either<DecodeFailure, string>,
});

/** What is wrong with a message according to the guard. */
function failureOf(codec: UncheckedDecoder<string>): DecodeFailure {
  const decoded = guardedDecode(codec, data, 'text');
  if (E.isRight(decoded)) throw new Error('it decoded');
  return decoded.left;
}

describe('guardedDecode', () => {
  it('should hand the message to the codec, and give what it gives', () => {
    const [right, left] = [E.right('x'), E.left(failure)];
    const decode = vi.fn((): E.Either<DecodeFailure, string> => right);
    expect(guardedDecode({ name: 'mine', decode }, data, 'binary')).toBe(right);
    expect(decode).toHaveBeenCalledExactlyOnceWith(data, 'binary');
    expect(guardedDecode(giving(left), data, 'text')).toBe(left);
    expect(guardedDecode(giving(E.right(undefined)), data, 'text')).toEqual(E.right(undefined));
  });

  it('should call decode as a method', () => {
    class Mine {
      readonly name = 'mine';
      readonly #prefix = '> ';
      decode(bytes: Uint8Array): E.Either<DecodeFailure, string> {
        return E.right(this.#prefix + Buffer.from(bytes).toString());
      }
    }
    expect(guardedDecode(new Mine(), data, 'text')).toEqual(E.right('> abc'));
  });

  it.each<unknown>([new RangeError('out of range'), 'a string', undefined])(
    'should take a codec that throws %o for one that rejects',
    (thrown) => {
      const codec: UncheckedDecoder<string> = {
        name: 'mine',
        decode: () => {
          throw thrown;
        },
      };
      const given = failureOf(codec);
      expect(given).toEqual({
        _tag: 'DecodeFailure',
        phase: 'format',
        codec: 'mine',
        kind: 'text',
        data,
        issues: [
          {
            path: [],
            expected: 'an Either',
            actual: 'an exception',
            message: 'decode threw; see cause',
          },
        ],
        cause: thrown,
      });
      expect(given.data).toBe(data);
      expect(given.cause).toBe(thrown);
      expect(describeDecodeFailure(given)).toBe('mine codec: decode threw; see cause');
    },
  );

  it.each<[unknown, string]>([
    [undefined, 'undefined'],
    [null, 'null'],
    ['abc', '"abc"'],
    [7, '7'],
    [{ price: 1 }, '{"price":1}'],
    [{ _tag: 'Some', value: 1 }, '{"_tag":"Some","value":1}'],
    [{ _tag: 'Left' }, '{"_tag":"Left"}'],
    [E.left('bad'), '{"_tag":"Left","left":"bad"}'],
    [E.left(null), '{"_tag":"Left","left":null}'],
    [E.left({ _tag: 'DecodeFailure' }), '{"_tag":"Left","left":{"_tag":"DecodeFailure"}}'],
    [E.left({ issues: [] }), '{"_tag":"Left","left":{"issues":[]}}'],
    [E.left(new Error('bad')), '{"_tag":"Left","left":[object Error]}'],
  ])('should take a codec that gives %o for one that rejects', (given, actual) => {
    const told = failureOf(giving(given));
    expect(told).toMatchObject({
      phase: 'format',
      codec: 'mine',
      issues: [
        { path: [], expected: 'an Either', actual, message: 'decode gave no Either of a message' },
      ],
    });
    expect(told).not.toHaveProperty('cause');
    expect(reportDecodeFailure(told)).toContain('decode gave no Either of a message');
  });

  it('should survive an answer that throws when it is looked at', () => {
    const thrown = new Error('mine');
    const given = {
      get _tag(): string {
        throw thrown;
      },
    };
    expect(failureOf(giving(given)).cause).toBe(thrown);
  });

  it('should find a name for a codec without one', () => {
    const nameless = { decode: () => undefined } as unknown as UncheckedDecoder<string>;
    expect(failureOf(nameless).codec).toBe('nameless');
    expect(describeDecodeFailure(failureOf(nameless))).toMatch(/^nameless codec: /);
  });

  describe('with a codec that is asynchronous', () => {
    const unhandled: unknown[] = [];
    const keep = (reason: unknown): void => void unhandled.push(reason);

    beforeEach(() => {
      process.on('unhandledRejection', keep);
    });

    afterEach(() => {
      process.off('unhandledRejection', keep);
    });

    it('should reject, and take no notice of what becomes of the promise', async () => {
      const codec = giving(Promise.reject(new Error('late')));
      expect(failureOf(codec).issues[0]?.actual).toBe('[object Promise]');
      await new Promise(setImmediate);
      expect(unhandled).toEqual([]);
    });
  });
});
