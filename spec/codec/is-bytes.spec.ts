import { runInNewContext } from 'node:vm';

import { describe, expect, it } from 'vitest';

import { isBytes } from '../../src/codec/is-bytes.js';

class Packet extends Uint8Array {
  override get [Symbol.toStringTag](): 'Uint8Array' {
    return 'Packet' as 'Uint8Array';
  }
}

describe('isBytes', () => {
  it.each<[string, unknown]>([
    ['a Uint8Array', Uint8Array.of(1)],
    ['a Buffer', Buffer.from('a')],
    ['one of another realm', runInNewContext('Uint8Array.of(1, 2)')],
    ['one under another name', new Packet(2)],
  ])('should hold for %s', (_, value) => {
    expect(isBytes(value)).toBe(true);
  });

  it.each([
    [undefined],
    [null],
    ['text'],
    [[1, 2]],
    [new ArrayBuffer(2)],
    [new DataView(new ArrayBuffer(2))],
    [new Uint16Array(2)],
    [new Uint8ClampedArray(2)],
    [{ [Symbol.toStringTag]: 'Uint8Array' }],
  ])('should not hold for %s', (value) => {
    expect(isBytes(value)).toBe(false);
  });
});
