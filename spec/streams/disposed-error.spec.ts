import { describe, expect, expectTypeOf, it } from 'vitest';
import { WssError } from '../../src/errors/wss-error.js';
import { DisposedError } from '../../src/streams/disposed-error.js';
import { SocketError } from '../../src/streams/socket-error.js';

describe('DisposedError', () => {
  it('should say what is wrong and what to do', () => {
    const error = new DisposedError();
    expect(error.message).toBe(
      'The socket was unsubscribed from for good: make a new one with webSocket()',
    );
    expect(error).toMatchObject({
      name: 'DisposedError',
      _tag: 'DisposedError',
      code: 'ERR_WSS_DISPOSED',
    });
    expect(error.cause).toBeUndefined();
  });

  it('should be of the family, but no error of a connection', () => {
    const error: unknown = new DisposedError();
    expect(error).toBeInstanceOf(Error);
    expect(error).toBeInstanceOf(WssError);
    expect(error).toBeInstanceOf(DisposedError);
    expect(error).not.toBeInstanceOf(SocketError);
    expect(new Error('x')).not.toBeInstanceOf(DisposedError);
  });

  it('should be told by its tag', () => {
    expectTypeOf<DisposedError['_tag']>().toEqualTypeOf<'DisposedError'>();
    expectTypeOf<DisposedError['code']>().toEqualTypeOf<'ERR_WSS_DISPOSED'>();
  });
});
