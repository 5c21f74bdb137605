import { describe, expect, it } from 'vitest';

import { wrongKind } from '../../src/codec/wrong-kind.js';

describe('wrongKind', () => {
  it.each([
    ['text', 'a binary message', 'a text message of 1 byte: 61'],
    ['binary', 'a text message', 'a binary message of 1 byte: 61'],
  ] as const)('should refuse a %s message for %s', (kind, expected, actual) => {
    const data = Buffer.from('a');
    expect(wrongKind('custom', data, kind)).toStrictEqual({
      _tag: 'DecodeFailure',
      phase: 'kind',
      codec: 'custom',
      kind,
      data,
      issues: [{ path: [], expected, actual }],
    });
  });
});
