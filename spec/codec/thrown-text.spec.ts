import { describe, expect, it } from 'vitest';

import { thrownText } from '../../src/codec/thrown-text.js';

describe('thrownText', () => {
  it.each([
    [new TypeError('no good'), 'no good'],
    [new Error(''), ''],
    [new Error('first\n   --> second  \n\n third'), 'first --> second  third'],
    [new Error('red \u001b[31m'), String.raw`red \u001b[31m`],
    [new Error('x'.repeat(1_000_000)), `${'x'.repeat(200)}…`],
    ['text', '"text"'],
    [undefined, 'undefined'],
    [{ message: 'like an error' }, '{"message":"like an error"}'],
  ])('should show %o as %j', (thrown, shown) => {
    expect(thrownText(thrown)).toBe(shown);
  });

  it.each([
    ['a message that throws', Object.defineProperty(new Error('a'), 'message', { get: thrower })],
    ['a message that is no text', Object.assign(new Error('a'), { message: null })],
    ['a proxy that throws', new Proxy({}, { getPrototypeOf: thrower })],
  ])('should survive %s', (_, thrown) => {
    expect(thrownText(thrown)).toBe('an error that cannot be shown');
  });
});

function thrower(): never {
  throw new Error('hostile');
}
