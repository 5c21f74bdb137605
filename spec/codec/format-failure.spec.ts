import { describe, expect, it } from 'vitest';

import { formatFailure } from '../../src/codec/format-failure.js';

describe('formatFailure', () => {
  it('should show the first bytes and say what is wrong with them', () => {
    const data = Uint8Array.of(0xc1, 0);
    expect(
      formatFailure('msgpack', 'MessagePack', data, 'binary', new Error('not\nthis')),
    ).toStrictEqual({
      _tag: 'DecodeFailure',
      phase: 'format',
      codec: 'msgpack',
      kind: 'binary',
      data,
      issues: [
        {
          path: [],
          expected: 'MessagePack',
          actual: '2 bytes: c1 00',
          message: 'not readable: not this',
        },
      ],
    });
  });

  it.each([
    ['a=1', '"a=1"'],
    ['red \u001b[31m', String.raw`"red \u001b[31m"`],
    ['x'.repeat(100_000), `"${'x'.repeat(79)}…`],
  ])('should show the text %j', (text, actual) => {
    for (const data of [Buffer.from(text), new TextEncoder().encode(text)]) {
      const failure = formatFailure('query', 'query', data, 'text', 'no');
      expect(failure.issues).toStrictEqual([
        { path: [], expected: 'query', actual, message: 'not readable: "no"' },
      ]);
    }
  });
});
