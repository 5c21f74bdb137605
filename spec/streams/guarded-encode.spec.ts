import { runInNewContext } from 'node:vm';
import * as E from 'fp-ts/lib/Either.js';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EncodeFailure } from '../../src/codec/encode-failure.js';
import { guardedEncode } from '../../src/streams/guarded-encode.js';
import type { UncheckedEncoder } from '../../src/streams/guarded-encode.js';

const failure: EncodeFailure = { _tag: 'EncodeFailure', codec: 'mine', reason: 'too long' };

/** A codec that gives `given`, which may be anything. */
const giving = (given: unknown): UncheckedEncoder<string> => ({
  name: 'mine',
  encode: () => given as E.Either<EncodeFailure, unknown>,
});

const failed = (reason: string, more: object = {}): object =>
  E.left({ _tag: 'EncodeFailure', codec: 'mine', reason, ...more });

describe('guardedEncode', () => {
  it('should hand the message to the codec, and give what it gives', () => {
    const right = E.right('x');
    const encode = vi.fn(() => right);
    expect(guardedEncode({ name: 'mine', encode }, 'message')).toBe(right);
    expect(encode).toHaveBeenCalledExactlyOnceWith('message');
    const left = E.left(failure);
    expect(guardedEncode(giving(left), 'message')).toBe(left);
  });

  it('should call encode as a method', () => {
    class Mine {
      readonly name = 'mine';
      readonly #prefix = '> ';
      encode(message: string): E.Either<EncodeFailure, string> {
        return E.right(this.#prefix + message);
      }
    }
    expect(guardedEncode(new Mine(), 'x')).toEqual(E.right('> x'));
  });

  it.each([
    ['a string', ''],
    ['bytes', Uint8Array.of(1)],
    ['a Buffer', Buffer.from('x')],
    ['bytes from elsewhere', runInNewContext('new Uint8Array(2)') as unknown],
  ])('should take %s for a payload', (_name, payload) => {
    expect(guardedEncode(giving(E.right(payload)), 'message')).toEqual(E.right(payload));
  });

  it.each<[unknown, string]>([
    [7, '7'],
    [undefined, 'undefined'],
    [null, 'null'],
    [{ secret: 1 }, 'an object'],
    [new Float64Array(1), 'an object'],
    [new DataView(new ArrayBuffer(1)), 'an object'],
    [new ArrayBuffer(1), 'an object'],
    [[1, 2], 'an array'],
  ])('should fail for the payload %o', (payload, shown) => {
    expect(guardedEncode(giving(E.right(payload)), 'message')).toEqual(
      failed(`encode gave ${shown} in place of a string or bytes`),
    );
  });

  it.each<[unknown, string]>([
    [undefined, 'undefined'],
    [null, 'null'],
    ['{}', "'{}'"],
    [Buffer.from('{}'), 'an object'],
    [{ _tag: 'Left' }, 'an object'],
    [E.left('bad'), 'an object'],
    [E.left(null), 'an object'],
    [E.left({ _tag: 'EncodeFailure' }), 'an object'],
  ])('should fail for a codec that gives %o', (given, shown) => {
    expect(guardedEncode(giving(given), 'message')).toEqual(
      failed(`encode gave no Either of a payload, but ${shown}`),
    );
  });

  it.each<[unknown, string]>([
    [new RangeError('out of range'), 'out of range'],
    ['a string', '"a string"'],
    [undefined, 'undefined'],
  ])('should fail for a codec that throws %o', (thrown, shown) => {
    const encode = (): never => {
      throw thrown;
    };
    const encoded = guardedEncode({ name: 'mine', encode }, 'message');
    expect(encoded).toEqual(failed(`encode threw: ${shown}`, { cause: thrown }));
    expect(E.isLeft(encoded) && encoded.left.cause).toBe(thrown);
  });

  it('should find a name for a codec without one', () => {
    const nameless = { encode: () => undefined } as unknown as UncheckedEncoder<string>;
    expect(guardedEncode(nameless, 'message')).toMatchObject({ left: { codec: 'nameless' } });
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

    it('should fail, and take no notice of what becomes of the promise', async () => {
      const late = (): Promise<never> => Promise.reject(new Error('late'));
      expect(guardedEncode(giving(late()), 'message')._tag).toBe('Left');
      expect(guardedEncode(giving(E.right(late())), 'message')._tag).toBe('Left');
      await new Promise(setImmediate);
      expect(unhandled).toEqual([]);
    });
  });
});
