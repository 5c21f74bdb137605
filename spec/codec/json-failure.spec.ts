import { describe, expect, it } from 'vitest';

import { jsonFailure, tooDeepFailure } from '../../src/codec/json-failure.js';

describe('jsonFailure', () => {
  it('should show the text and say what the parser found', () => {
    const data = Buffer.from('[1,\u0007');
    const thrown = new SyntaxError("Unexpected token '\u0007'");
    expect(jsonFailure('json', data, 'text', data.toString(), thrown)).toStrictEqual({
      _tag: 'DecodeFailure',
      phase: 'json',
      codec: 'json',
      kind: 'text',
      data,
      issues: [
        {
          path: [],
          expected: 'JSON',
          actual: String.raw`"[1,\u0007"`,
          message: String.raw`not JSON: Unexpected token '\u0007'`,
        },
      ],
    });
  });
});

describe('tooDeepFailure', () => {
  it('should show the text and say how deep it may be', () => {
    const data = Buffer.from('[[]]');
    expect(tooDeepFailure('json', data, 'binary', data.toString(), 1)).toStrictEqual({
      _tag: 'DecodeFailure',
      phase: 'json',
      codec: 'json',
      kind: 'binary',
      data,
      issues: [
        {
          path: [],
          expected: 'JSON',
          actual: '"[[]]"',
          message: 'nested deeper than maxDepth, which is 1',
        },
      ],
    });
  });
});
