import { describe, expect, it } from 'vitest';

import { headerLines, parseHeaders, toHeaders } from '../../src/cli/headers.js';
import { UsageError } from '../../src/cli/usage-error.js';

describe('parseHeaders', () => {
  it.each([
    { lines: [], headers: [] },
    { lines: ['a: b'], headers: [['a', 'b']] },
    { lines: ['a:b:c '], headers: [['a', 'b:c']] },
    { lines: [' a :'], headers: [['a', '']] },
    { lines: ['a: b\nc: d'], headers: [['a', 'b\nc: d']] },
  ])('should read $lines', ({ lines, headers }) => {
    expect(parseHeaders('--header', lines)).toEqual(headers);
  });

  it.each(['Bearer secret', ': secret', '', 'a b: secret', '\u001b: x'])(
    'should refuse %j without repeating it',
    (line) => {
      const error = new UsageError("--header: number 2 must have the form 'name: value'");
      expect(() => parseHeaders('--header', ['a: b', line])).toThrow(error);
    },
  );
});

describe('headerLines', () => {
  it('should leave out empty lines', () => {
    expect(headerLines('a: b\r\n\n  \nc: d\n')).toEqual(['a: b', 'c: d']);
  });
});

describe('toHeaders', () => {
  it('should give a name that comes again several values', () => {
    expect(
      toHeaders([
        ['X-A', '1'],
        ['b', '2'],
        ['x-a', '3'],
        ['X-a', '4'],
      ]),
    ).toEqual({ 'X-A': ['1', '3', '4'], b: '2' });
  });

  it('should take a name that objects have already', () => {
    expect(Object.entries(toHeaders([['__proto__', 'x']]))).toEqual([['__proto__', 'x']]);
  });
});
