import { describe, expect, it } from 'vitest';

import { WssError } from '../../../src/errors/wss-error.js';
import {
  RequestCancelledError,
  RequestError,
  RequestLostError,
  RequestNotSentError,
  RequestTimedOutError,
} from '../../../src/streams/request/request-error.js';
import { ENDINGS } from '../endings.js';

const cause = new Error('cause');

describe('the errors of requests', () => {
  it.each([
    {
      error: new RequestTimedOutError(250, true),
      fields: { _tag: 'RequestTimedOutError', limit: 250, wasSent: true },
      code: 'ERR_WSS_REQUEST_TIMEOUT',
      message: 'No answer to the request came within 250 ms',
    },
    {
      error: new RequestTimedOutError(250, false),
      fields: { _tag: 'RequestTimedOutError', limit: 250, wasSent: false },
      code: 'ERR_WSS_REQUEST_TIMEOUT',
      message: 'The request waited for a connection for 250 ms, and was not sent',
    },
    {
      error: new RequestCancelledError(true, cause),
      fields: { _tag: 'RequestCancelledError', name: 'AbortError', wasSent: true, cause },
      code: 'ERR_WSS_REQUEST_CANCELLED',
      message: 'The request was cancelled',
    },
    {
      error: new RequestCancelledError(false, cause),
      fields: { _tag: 'RequestCancelledError', wasSent: false, cause },
      code: 'ERR_WSS_REQUEST_CANCELLED',
      message: 'The request was cancelled before it was sent',
    },
    {
      error: new RequestLostError({ ...ENDINGS.Closed, cause }),
      fields: { _tag: 'RequestLostError', wasSent: true, cause },
      code: 'ERR_WSS_REQUEST_LOST',
      message:
        'The connection was lost before the request was answered: The server closed the connection with code 1012 (restart)',
    },
    {
      error: new RequestNotSentError('refused', cause),
      fields: { _tag: 'RequestNotSentError', reason: 'refused', wasSent: false, cause },
      code: 'ERR_WSS_REQUEST_NOT_SENT',
      message: 'The socket did not take the request; see the cause',
    },
    {
      error: new RequestNotSentError('duplicate'),
      fields: { _tag: 'RequestNotSentError', reason: 'duplicate', wasSent: false },
      code: 'ERR_WSS_REQUEST_NOT_SENT',
      message:
        'A request with the same id waits for its answer; give each request an id of its own',
    },
    {
      error: new RequestNotSentError('ended'),
      fields: { _tag: 'RequestNotSentError', reason: 'ended', wasSent: false },
      code: 'ERR_WSS_REQUEST_NOT_SENT',
      message: 'The stream ended before the request was sent',
    },
  ])('should say: $message', ({ error, fields, code, message }) => {
    expect(error).toMatchObject(fields);
    expect([error.code, error.message]).toEqual([code, message]);
    expect(error).toBeInstanceOf(RequestError);
    expect(error).toBeInstanceOf(WssError);
    expect(error).toBeInstanceOf(error.constructor);
  });

  it('should keep the ending of the connection', () => {
    const error = new RequestLostError(ENDINGS.NetworkFailed);
    expect(error.ending).toBe(ENDINGS.NetworkFailed);
    expect('cause' in error).toBe(false);
  });

  it('should have no cause where there is none', () => {
    expect('cause' in new RequestCancelledError(true, undefined)).toBe(false);
    expect('cause' in new RequestNotSentError('ended')).toBe(false);
  });

  it('should not be taken for one another', () => {
    expect(new RequestNotSentError('ended')).not.toBeInstanceOf(RequestLostError);
    expect(new RequestTimedOutError(1, true)).not.toBeInstanceOf(RequestCancelledError);
  });
});
