import fc from 'fast-check';
import * as t from 'io-ts';
import { describe, expect, it } from 'vitest';

import type { DecodeFailure, DecodeIssue } from '../../src/codec/decode-failure.js';
import {
  describeDecodeFailure,
  reportDecodeFailure,
} from '../../src/codec/describe-decode-failure.js';
import { json } from '../../src/codec/json.js';
import { text } from '../../src/codec/text.js';
import { anyText } from './any-text.js';

const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

function failureWith(...issues: DecodeIssue[]): DecodeFailure {
  return {
    _tag: 'DecodeFailure',
    phase: 'schema',
    codec: 'json',
    kind: 'text',
    data: Buffer.from('12'),
    issues,
  };
}

const price: DecodeIssue = {
  path: ['order', 'items', '0', 'price'],
  expected: 'number',
  actual: '"12"',
};

describe('describeDecodeFailure', () => {
  it.each<[string, DecodeFailure]>([
    ['json codec: at order.items.0.price expected number, got "12"', failureWith(price)],
    ['json codec: expected number, got "12"', failureWith({ ...price, path: [] })],
    [
      'json codec: at order.items.0.price expected number, got "12" (and 2 more)',
      failureWith(price, price, price),
    ],
    [
      'json codec: at order.items.0.price expected number, got "12" (and 100 more)',
      { ...failureWith(price, price), omittedIssues: 99 },
    ],
    ['json codec: too dear', failureWith({ ...price, path: [], message: 'too dear' })],
    ['json codec: at a: too dear', failureWith({ ...price, path: ['a'], message: 'too dear' })],
    // A custom codec may give no issue at all.
    ['json codec: the message is not of the expected type', failureWith()],
    ['json codec: the message is not readable as UTF-8', { ...failureWith(), phase: 'utf-8' }],
    [
      'json codec: the message is not JSON (and 3 more)',
      { ...failureWith(), phase: 'json', omittedIssues: 4 },
    ],
    ['json codec: the message is not of the format', { ...failureWith(), phase: 'format' }],
    ['json codec: the message is of the wrong kind', { ...failureWith(), phase: 'kind' }],
  ])('should say "%s"', (line, failure) => {
    expect(describeDecodeFailure(failure)).toBe(line);
  });

  it.each([
    [['a.b', '0'], '"a.b".0'],
    [['', 'a b'], '"".\"a b"'],
    [['$ref', 'x-y', '_z1'], '$ref.x-y._z1'],
    [['evil\n\u001b[2J'], String.raw`"evil\n\u001b[2J"`],
    [['k'.repeat(60)], 'k'.repeat(60)],
    [['k'.repeat(61)], `"${'k'.repeat(59)}…`],
    [['a "quoted" key'], String.raw`"a \"quoted\" key"`],
    [['1', '2', '3', '4', '5', '6', '7', '8', '9', '10', '11', '12'], '1.2.3.4.5.6.7.8.9.10.11.12'],
    [
      ['1', '2', '3', '4', '5', '6', '7', '8', '9', '10', '11', '12', '13'],
      '1.2.3.4.5.6.….8.9.10.11.12.13',
    ],
  ])('should write the path %j as %s', (path, shown) => {
    expect(describeDecodeFailure(failureWith({ ...price, path }))).toBe(
      `json codec: at ${shown} expected number, got "12"`,
    );
  });

  it.each([
    ['[1,', 'text', 'json codec: not JSON: '],
    ['{"n":"1"}', 'text', 'json codec: at n expected number, got "1"'],
    ['{"n":1}', 'binary', 'text codec: expected a text message, got a binary message of 7 bytes: '],
  ] as const)('should describe what a codec gives for %s', (message, kind, start) => {
    const codec = kind === 'text' ? json({ incoming: t.type({ n: t.number }) }) : text();
    const result = codec.decode(Buffer.from(message), kind);
    expect(result._tag === 'Left' && describeDecodeFailure(result.left)).toMatch(
      new RegExp(`^${start}`),
    );
  });

  it('should stay short with an endless type name, value and message', () => {
    const long = 'x'.repeat(100_000);
    for (const message of [undefined, long]) {
      const issue = { path: Array(1000).fill(long), expected: long, actual: long, message };
      expect(describeDecodeFailure({ ...failureWith(issue), codec: long }).length).toBeLessThan(
        1500,
      );
    }
  });
});

describe('reportDecodeFailure', () => {
  it('should have a line for the message and one for each issue', () => {
    const failure: DecodeFailure = {
      ...failureWith(price, { path: [], expected: 'Even', actual: '3', message: 'must be even' }),
      omittedIssues: 5,
    };
    expect(reportDecodeFailure(failure).split('\n')).toEqual([
      'json codec: a text message (2 bytes) is not of the expected type',
      '  at order.items.0.price expected number, got "12"',
      '  must be even (expected Even, got 3)',
      '  and 5 more',
    ]);
  });

  it.each([
    ['kind', 'is of the wrong kind'],
    ['utf-8', 'is not readable as UTF-8'],
    ['json', 'is not JSON'],
    ['format', 'is not of the format'],
    ['schema', 'is not of the expected type'],
  ] as const)('should say what phase %s means', (phase, meaning) => {
    const failure: DecodeFailure = {
      ...failureWith(),
      phase,
      kind: 'binary',
      data: Buffer.from('a'),
    };
    expect(reportDecodeFailure(failure)).toBe(`json codec: a binary message (1 byte) ${meaning}`);
  });
});

describe('either report', () => {
  const hostileText = fc.oneof(
    anyText,
    fc.string({ unit: fc.constantFrom('\n', '\r', '\u2028', '\u001b', '\ud800', '\u202e', 'a') }),
  );
  const anyFailure: fc.Arbitrary<DecodeFailure> = fc.record(
    {
      _tag: fc.constant('DecodeFailure'),
      phase: fc.constantFrom('kind', 'utf-8', 'json', 'format', 'schema'),
      codec: hostileText,
      kind: fc.constantFrom('text', 'binary'),
      data: fc.uint8Array(),
      issues: fc.array(
        fc.record(
          {
            path: fc.array(hostileText),
            expected: hostileText,
            actual: hostileText,
            message: hostileText,
          },
          { requiredKeys: ['path', 'expected', 'actual'] },
        ),
      ),
      omittedIssues: fc.nat(),
    },
    { requiredKeys: ['_tag', 'phase', 'codec', 'kind', 'data', 'issues'] },
  );

  it('should have no control characters, whatever the failure holds', () => {
    fc.assert(
      fc.property(anyFailure, (failure) => {
        expect(describeDecodeFailure(failure)).not.toMatch(UNPRINTABLE);
        const lines = reportDecodeFailure(failure).split('\n');
        expect(lines).toHaveLength(1 + failure.issues.length + (failure.omittedIssues ? 1 : 0));
        for (const line of lines) expect(line).not.toMatch(UNPRINTABLE);
      }),
    );
  });

  it('should have no control characters, whatever was received', () => {
    const codec = json({ incoming: t.record(t.string, t.array(t.union([t.number, t.null]))) });
    const received = fc.oneof(
      fc.uint8Array(),
      hostileText.map((each) => Buffer.from(each)),
      fc
        .dictionary(hostileText, fc.array(hostileText))
        .map((each) => Buffer.from(JSON.stringify(each))),
    );
    fc.assert(
      fc.property(received, fc.constantFrom('text', 'binary'), (data, kind) => {
        const result = codec.decode(data, kind);
        if (result._tag === 'Right') return;
        expect(describeDecodeFailure(result.left)).not.toMatch(UNPRINTABLE);
        expect(reportDecodeFailure(result.left).replaceAll('\n', '')).not.toMatch(UNPRINTABLE);
      }),
    );
  });
});
