import { describe, expect, it } from 'vitest';

import { asynchronousRefusal, refusal, thrownRefusal } from '../../../src/codec/schema/refusal.js';

const issue = { path: ['a'], expected: 'number', actual: '"x"' };

describe('refusal', () => {
  it('should hold the issues', () => {
    expect(refusal('Order', {}, [issue], 1)).toStrictEqual({ issues: [issue] });
  });

  it('should say how many are left out', () => {
    expect(refusal('Order', {}, [issue], 5)).toStrictEqual({ issues: [issue], omittedIssues: 4 });
  });

  it('should have an issue when the schema gave none', () => {
    expect(refusal('Order', { a: 1 }, [], 0)).toStrictEqual({
      issues: [{ path: [], expected: 'Order', actual: '{"a":1}' }],
    });
  });
});

describe('thrownRefusal', () => {
  it('should name the schema, keep what it threw and tell nothing of it', () => {
    const cause = new Error('secret');
    expect(thrownRefusal('Order\n', [1], cause)).toStrictEqual({
      issues: [
        {
          path: [],
          expected: 'Order\n',
          actual: '[1]',
          message: String.raw`the check of Order\u000a threw; see cause`,
        },
      ],
      cause,
    });
  });
});

describe('asynchronousRefusal', () => {
  it('should say what answered with a promise', () => {
    expect(asynchronousRefusal('the schema', [1])).toStrictEqual({
      issues: [
        {
          path: [],
          expected: 'the schema',
          actual: '[1]',
          message:
            'the schema answered with a promise; only synchronous schemas can check messages',
        },
      ],
    });
  });
});
