import { describe, expect, it } from 'vitest';

import { describeIssue, describeIssueFully } from '../../src/codec/describe-issue.js';

const issue = { path: ['order', '0', 'a b'], expected: 'number', actual: '"12"' };

describe('describeIssue', () => {
  it.each([
    ['at order.0."a b" expected number, got "12"', issue],
    ['expected number, got "12"', { ...issue, path: [] }],
    ['at order.0."a b": too\\u000adear', { ...issue, message: 'too\ndear' }],
    ['too dear', { ...issue, path: [], message: 'too dear' }],
  ])('should say: %s', (line, given) => {
    expect(describeIssue(given)).toBe(line);
  });
});

describe('describeIssueFully', () => {
  it.each([
    ['at order.0."a b" expected number, got "12"', issue],
    ['too dear (expected number, got "12")', { ...issue, path: [], message: 'too dear' }],
  ])('should say: %s', (line, given) => {
    expect(describeIssueFully(given)).toBe(line);
  });
});
