import { describe, expect, it } from 'vitest';
import { WssError } from '../../src/errors/wss-error.js';
import { EncodeError } from '../../src/streams/encode-error.js';

describe('EncodeError', () => {
  it('should tell the codec and the reason', () => {
    const failure = { _tag: 'EncodeFailure', codec: 'json', reason: 'it is not JSON' } as const;
    const error = new EncodeError(failure);
    expect(error).toMatchObject({
      name: 'EncodeError',
      _tag: 'EncodeError',
      code: 'ERR_WSS_ENCODE',
      message: 'The json codec cannot encode the message: it is not JSON',
      failure,
    });
    expect(Object.hasOwn(error, 'cause')).toBe(false);
  });

  it("should hand on the codec's cause", () => {
    const cause = new TypeError('cyclic');
    expect(
      new EncodeError({ _tag: 'EncodeFailure', codec: 'json', reason: 'x', cause }).cause,
    ).toBe(cause);
  });

  it('should be recognised as an error of the family', () => {
    const error = new EncodeError({ _tag: 'EncodeFailure', codec: 'json', reason: 'x' });
    expect(error).toBeInstanceOf(EncodeError);
    expect(error).toBeInstanceOf(WssError);
  });
});
