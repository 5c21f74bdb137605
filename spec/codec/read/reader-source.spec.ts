import { describe, expect, it, vi } from 'vitest';

import { ANY_SCALAR, NO_SCALAR } from '../../../src/codec/read/layout.js';
import type { Field, Layout } from '../../../src/codec/read/layout.js';
import { generateReader, MISSED } from '../../../src/codec/read/reader-source.js';
import type { Spacing } from '../../../src/codec/read/sample.js';

const COMPACT: Spacing = { open: '', separator: ',', colon: ':', close: '' };
const PYTHON: Spacing = { open: '', separator: ', ', colon: ': ', close: '' };
const LOOSE: Spacing = { open: ' ', separator: '\n,', colon: ' :\t', close: '\r\n' };
const SINGLE: Spacing = { ...COMPACT, separator: '' };
const STRING: Layout = { ...NO_SCALAR, strings: 'any' };
const NUMBER: Layout = { ...NO_SCALAR, numbers: 'any' };

/** An object by the layouts at its keys; those with a `?` are optional, those with a `-` skipped. */
function object(props: Readonly<Record<string, Layout>>, spacing: Spacing = COMPACT): Layout {
  const fields = Object.entries(props).map(([name, layout]): Field => ({
    key: name.replace(/[?-]$/, ''),
    layout,
    isOptional: name.endsWith('?'),
    isSkipped: name.endsWith('-'),
  }));
  return { _tag: 'Object', shape: undefined, spacing, fields };
}

/** A layout of which nothing is kept. */
function skipped(layout: Layout): Layout {
  return object({ 'x-': layout });
}

/** Reads a message by a layout. */
function read(root: Layout, message: string | Buffer, isUtf8 = true): unknown {
  const reader = generateReader({ before: '', root, after: '' });
  return reader?.(Buffer.from(message as string), isUtf8);
}

/** Expects a layout to take certain texts, as JSON.parse does, and not to take others. */
function expectReads(root: Layout, taken: readonly string[], missed: readonly string[]): void {
  for (const text of taken) expect([text, read(root, text)]).toEqual([text, JSON.parse(text)]);
  for (const text of missed) expect([text, read(root, text)]).toEqual([text, MISSED]);
}

describe('generateReader', () => {
  it('should want the white space around a message to be as it was', () => {
    const reader = generateReader({ before: ' \n', root: NUMBER, after: '\t' });
    const readers = (text: string): unknown => reader?.(Buffer.from(text), true);
    expect(readers(' \n1\t')).toBe(1);
    for (const text of ['1', ' \n1', '1\t', ' 1\t', ' \n1\t\t', ' \n1\tx', '', ' ', ' \n\t']) {
      expect(readers(text)).toBe(MISSED);
    }
  });

  it('should not look past the end of a view', () => {
    const whole = Buffer.from('[[1,2],"abc"]');
    const reader = generateReader({
      before: '',
      root: { _tag: 'Tuple', spacing: COMPACT, items: [ANY_ARRAY, STRING] },
      after: '',
    });
    expect(reader?.(whole, true)).toEqual([[1, 2], 'abc']);
    for (let end = 0; end < whole.length; end += 1) {
      expect(reader?.(whole.subarray(0, end), true)).toBe(MISSED);
    }
  });

  it('should not make a reader that would be too long', () => {
    const long = (count: number): Layout =>
      object(Object.fromEntries(Array.from({ length: count }, (_, at) => [`key${at}`, STRING])));
    expect(read(long(20), '{}')).toBe(MISSED);
    expect(read(long(250), '{}')).toBeUndefined();
  });

  describe('for scalars', () => {
    it('should read any of them', () => {
      const taken = ['"a"', '""', '0', '-1.5', 'true', 'false', 'null'];
      const missed = [
        '',
        'nul',
        'nulll',
        'True',
        'tru',
        'falsee',
        'undefined',
        '[]',
        '{}',
        'n',
        '"',
        '-',
      ];
      expectReads(ANY_SCALAR, taken, missed);
      expectReads(
        skipped(ANY_SCALAR),
        [],
        missed.map((text) => `{"x":${text}}`),
      );
      for (const text of taken) expect(read(skipped(ANY_SCALAR), `{"x":${text}}`)).toEqual({});
    });

    it('should read only those that are allowed', () => {
      expectReads(STRING, ['"a"'], ['1', 'true', 'null']);
      expectReads(NUMBER, ['1'], ['"a"', 'true', 'null']);
      expectReads(
        { ...NO_SCALAR, booleans: [true] },
        ['true'],
        ['false', '"a"', '1', 'null', 'trub'],
      );
      expectReads({ ...NO_SCALAR, booleans: [false, true] }, ['false', 'true'], ['1']);
      expectReads({ ...NO_SCALAR, null: true }, ['null'], ['"a"', '1', 'true', 'nill']);
      expectReads(NO_SCALAR, [], ['"a"', '1', 'true', 'null', '']);
    });

    it('should read only the words that are allowed', () => {
      const words = { ...NO_SCALAR, strings: ['a', 'ab', '', 'é"\n', '\ud800'] };
      const taken = ['"a"', '"ab"', '""', JSON.stringify('é"\n'), '"\\ud800"'];
      expectReads(words, taken, ['"b"', '"abc"', '"A"', 'a', '"a', '1', '"é"', '"\\u0061"']);
      for (const text of taken) expect(read(skipped(words), `{"x":${text}}`)).toEqual({});
      expect(read(skipped(words), '{"x":"b"}')).toBe(MISSED);
      expect(read(words, JSON.stringify('é"\n'), false)).toBe('é"\n');
    });

    it.each([16, 17])('should read only the words that are allowed, %i of them', (count) => {
      const strings = Array.from({ length: count }, (_, at) => `é${at}`);
      const words = { ...NO_SCALAR, strings };
      expectReads(words, ['"é0"', '"é15"'], ['"é17"', '"é"', '""', '1', '"é0']);
      expect(read(skipped(words), '{"x":"é1"}')).toEqual({});
      expect(read(skipped(words), '{"x":"é17"}')).toBe(MISSED);
      const damaged = Buffer.from('"é1"').fill(0xff, 1, 2);
      expect(read(words, damaged, false)).toBe(MISSED);
    });

    it('should read only the numbers that are allowed', () => {
      const numbers: Layout = { ...NO_SCALAR, numbers: [0, 1.5, 1e21] };
      expectReads(
        numbers,
        ['0', '0.0', '1.5', '1.50', '15e-1', '1e21'],
        ['-0', '-0.0', '1', '-1.5'],
      );
      expectReads({ ...NO_SCALAR, numbers: [-0] }, ['-0', '-0.0'], ['0']);
      expect(read(skipped(numbers), '{"x":1.5}')).toEqual({});
      expect(read(skipped(numbers), '{"x":1}')).toBe(MISSED);
    });
  });

  describe('for strings', () => {
    it.each([0, 1, 19, 20, 21, 22, 100, 5_000])('should read one of %i characters', (length) => {
      const text = JSON.stringify('x'.repeat(length));
      expectReads(STRING, [text], [text.slice(0, -1), `${text}"`, text.slice(1)]);
      expect(read(skipped(STRING), `{"x":${text}}`)).toEqual({});
    });

    it.each([0, 1, 19, 20, 21, 50])(
      'should look at every byte, also the one after %i',
      (before) => {
        const start = `"${'x'.repeat(before)}`;
        const rest = `${'y'.repeat(5)}"`;
        for (let byte = 0; byte < 256; byte += 1) {
          const data = Buffer.concat([Buffer.from(start), Buffer.from([byte]), Buffer.from(rest)]);
          const isPlain = byte >= 0x20 && byte < 0x80 && byte !== 0x22 && byte !== 0x5c;
          const text = data.toString('latin1', 1, data.length - 1);
          expect([byte, read(STRING, data, false)]).toEqual([byte, isPlain ? text : MISSED]);
        }
      },
    );

    it('should read escapes, and all of Unicode where it is known to be that', () => {
      const texts = [String.raw`"\"\\\/\b\f\n\r\t\u0000\ud83d\ude80"`, '"é"', '"x\u{1f680}\u2028"'];
      expectReads(STRING, texts, [String.raw`"\x41"`, String.raw`"\u00"`, '"\\', '"\\"', '"é']);
      for (const text of texts) expect(read(skipped(STRING), `{"x":${text}}`)).toEqual({});
      expect(read(skipped(STRING), '{"x":"\\x41"}')).toBe(MISSED);
      expect(read(STRING, '"é"', false)).toBe(MISSED);
      expect(read(STRING, String.raw`"\u00e9"`, false)).toBe('é');
    });
  });

  describe('for numbers', () => {
    it.each(
      [
        ...['0', '-0', '7', '-7', '10', '999999999999999', '-99999999999999', '123456789012345'],
        ...['9007199254740991', '9007199254740992', '9007199254740993', '9999999999999999'],
        ...['-9007199254740991', '-900719925474099', '1234567890123456', '12345678901234567'],
        ...['0.1', '-0.1', '0.0', '-0.0', '1.0', '1.50', '0.30000000000000004', '0.000000000001'],
        ...['123456789012.3', '1234567890123.4', '12345678901234.5', '0.12345678901234567'],
        ...['1e5', '1E+5', '1e-7', '5e-324', '1e400', '-1e400', '1.5e3', '0e0', '-0e1'],
        ...['9007199254740993e0', '1.7976931348623157e308', '100000000000000000000'],
      ].map((text) => [text]),
    )('should read %s as JSON.parse does', (text) => {
      expect(read(NUMBER, text)).toBe(JSON.parse(text));
      expect(read(skipped(NUMBER), `{"x":${text}}`)).toEqual({});
      expect(read(ANY_ARRAY, `[${text},${text}]`)).toStrictEqual(JSON.parse(`[${text},${text}]`));
    });

    it.each(
      [
        ...[
          '',
          '-',
          '+1',
          '00',
          '01',
          '-01',
          '00.1',
          '1.',
          '-1.',
          '1.e5',
          '.5',
          '-.5',
          '1e',
          '1e+',
          '1E-',
        ],
        ...['--1', '1-2', '1.5.2', '1e1.5', '1e5e5', '0x1', '1_0', '1n', 'NaN', 'Infinity', '١'],
        ...['123456789012345678.', '12345678901234567890e', '012345678901234567890', '1 2', '1/'],
      ].map((text) => [text]),
    )('should take %j for no number', (text) => {
      expect(read(NUMBER, text)).toBe(MISSED);
      expect(read(skipped(NUMBER), `{"x":${text}}`)).toBe(MISSED);
      expect(read(ANY_ARRAY, `[1,${text}]`)).toBe(MISSED);
    });

    it('should read numbers of any length, with a point anywhere', () => {
      const digits = '98765432109876543210';
      for (let length = 1; length <= digits.length; length += 1) {
        for (let point = 1; point < length; point += 1) {
          const text = `${digits.slice(0, point)}.${digits.slice(point, length)}`;
          expect([text, read(NUMBER, text)]).toEqual([text, Number(text)]);
          expect(read(NUMBER, `-${text}`)).toBe(-Number(text));
        }
        expect(read(NUMBER, digits.slice(0, length))).toBe(Number(digits.slice(0, length)));
        expect(read(NUMBER, `-${digits.slice(0, length)}`)).toBe(-Number(digits.slice(0, length)));
      }
    });
  });

  describe('for objects', () => {
    it('should read keys in the order in which they were learned', () => {
      const layout = object({ b: NUMBER, a: STRING });
      expectReads(
        layout,
        ['{"b":1,"a":"x"}'],
        [
          ...[
            '{"a":"x","b":1}',
            '{"b":1}',
            '{"a":"x"}',
            '{}',
            '{"b":1,"a":"x","c":1}',
            '{"b":1,"a":"x",}',
          ],
          ...[
            '{"b":1"a":"x"}',
            '{"b":1,,"a":"x"}',
            '{"b" :1,"a":"x"}',
            '{"b":1, "a":"x"}',
            '{,"b":1,"a":"x"}',
          ],
          ...[
            '{"b":1,"b":1,"a":"x"}',
            '{"b":1,"a":"x"',
            '[{"b":1,"a":"x"}]',
            '{"B":1,"a":"x"}',
            '{"\\u0062":1,"a":"x"}',
          ],
        ],
      );
      expect(Object.keys(Object(read(layout, '{"b":1,"a":"x"}')) as object)).toEqual(['b', 'a']);
    });

    it('should read the white space that was learned, and no other', () => {
      const layout = object({ a: NUMBER, b: NUMBER }, LOOSE);
      expectReads(
        layout,
        ['{ "a" :\t1\n,"b" :\t2\r\n}'],
        [
          '{"a" :\t1\n,"b" :\t2\r\n}',
          '{ "a":1\n,"b" :\t2\r\n}',
          '{ "a" :\t1,"b" :\t2\r\n}',
          '{ "a" :\t1\n,"b" :\t2}',
        ],
      );
      expectReads(object({ a: NUMBER }, PYTHON), ['{"a": 1}'], ['{"a":1}', '{"a":  1}']);
    });

    it('should read one with no keys at all', () => {
      const layout: Layout = { _tag: 'Object', shape: undefined, spacing: undefined, fields: [] };
      expectReads(layout, ['{}'], ['{ }', '{"a":1}', '[]', '{']);
      expect(read(skipped(layout), '{"x":{}}')).toEqual({});
      expect(read(skipped(layout), '{"x":{ }}')).toBe(MISSED);
      const Optional = object({ 'a?': NUMBER }, LOOSE);
      expect(read(skipped(Optional), '{"x":{}}')).toEqual({});
      expect(read(skipped(Optional), '{"x":{ "a" :\t1\r\n}}')).toEqual({});
    });

    it('should give what is skipped for nothing', () => {
      const layout = object({
        'x-': ANY_SCALAR,
        a: NUMBER,
        'y-': object({ 'a?': STRING, b: NUMBER }),
      });
      expect(read(layout, '{"x":null,"a":1,"y":{"a":"","b":1}}')).toStrictEqual({ a: 1 });
      expect(read(layout, '{"x":null,"a":1,"y":{"b":1}}')).toStrictEqual({ a: 1 });
      for (const text of [
        '{"a":1,"y":{"b":1}}',
        '{"x":[],"a":1,"y":{"b":1}}',
        '{"x":1,"a":1,"y":{}}',
      ]) {
        expect(read(layout, text)).toBe(MISSED);
      }
    });

    it.each([
      ['first', { 'a?': NUMBER, b: NUMBER, c: NUMBER }],
      ['first, two of them', { 'a?': NUMBER, 'b?': NUMBER, c: NUMBER }],
      ['first and last', { 'a?': NUMBER, b: NUMBER, 'c?': NUMBER }],
      ['in the middle', { a: NUMBER, 'b?': NUMBER, c: NUMBER }],
      ['last', { a: NUMBER, b: NUMBER, 'c?': NUMBER }],
      ['last, two of them', { a: NUMBER, 'b?': NUMBER, 'c?': NUMBER }],
      ['all of them', { 'a?': NUMBER, 'b?': NUMBER, 'c?': NUMBER }],
    ])('should read keys that may be left out: %s', (_, props) => {
      const names = Object.keys(props);
      for (const spacing of [COMPACT, LOOSE]) {
        const { open, separator, colon, close } = spacing;
        const layout = object(props, spacing);
        const write = (keys: readonly string[], between = separator): string =>
          `{${open}${keys.map((key) => `"${key}"${colon}1`).join(between)}${close}}`;
        for (let subset = 0; subset < 8; subset += 1) {
          const isIn = (at: number): boolean => (subset & (1 << at)) !== 0;
          const keys = ['a', 'b', 'c'].filter((_key, at) => isIn(at));
          const isWhole = names.every((name, at) => isIn(at) || name.endsWith('?'));
          const text = write(keys);
          const value: unknown = isWhole ? JSON.parse(text) : MISSED;
          expect([text, read(layout, text)]).toEqual([text, value]);
          if (keys.length === 0) continue;
          for (const bad of [
            `${text.slice(0, -1 - close.length)}${separator}${close}}`,
            `{${open}${separator}${text.slice(1 + open.length)}`,
            ...(keys.length > 1 ? [write(keys, ''), write(keys, separator + separator)] : []),
            write([...keys, keys[0] ?? '']),
          ]) {
            expect([bad, read(layout, bad)]).toEqual([bad, MISSED]);
          }
        }
        const isEmptyTaken = names.every((name) => name.endsWith('?'));
        expect(read(layout, '{}')).toEqual(isEmptyTaken ? {} : MISSED);
      }
    });

    it('should keep the order of keys that may be left out', () => {
      const layout = object({ a: NUMBER, 'z?': NUMBER, b: NUMBER, '2?': NUMBER, 1: NUMBER });
      const text = '{"1":1,"a":1,"z":1,"b":1,"2":1}';
      expect(JSON.stringify(read(layout, text))).toBe(JSON.stringify(JSON.parse(text)));
    });

    it('should not take two keys without a comma for an object when none was ever seen', () => {
      expectReads(object({ a: NUMBER, b: NUMBER }, SINGLE), [], ['{"a":1"b":2}', '{"a":1,"b":2}']);
      expectReads(
        object({ 'a?': NUMBER, 'b?': NUMBER }, SINGLE),
        ['{"a":1}', '{"b":1}', '{}'],
        ['{"a":1"b":2}', '{"a":1,"b":2}'],
      );
      expectReads(
        object({ 'a?': NUMBER, b: NUMBER }, SINGLE),
        ['{"b":1}'],
        ['{"a":1}', '{"a":1"b":2}', '{"a":1,"b":2}'],
      );
      expectReads(object({ a: NUMBER, 'b?': NUMBER }, SINGLE), ['{"a":1}'], ['{"a":1"b":2}']);
    });

    it('should give objects like those that are written out, whatever their keys', () => {
      const layout = object({ constructor: NUMBER, 'toString?': NUMBER, 'é"\u2028': NUMBER });
      const text = '{"constructor":1,"toString":2,"é\\"\u2028":3}';
      expect(read(layout, text)).toStrictEqual(JSON.parse(text));
      expect(Object.getPrototypeOf(read(layout, text))).toBe(Object.prototype);
    });
  });

  describe('for arrays', () => {
    it('should read any number of items', () => {
      expectReads(
        ANY_ARRAY,
        ['[]', '[1]', '["a",1,null,true]'],
        [
          '[1,]',
          '[,1]',
          '[,]',
          '[1 ,2]',
          '[ ]',
          '[1',
          '[1,',
          '[',
          '[1}',
          '1]',
          '[1]]',
          '[[1]]',
          '["a"1]',
        ],
      );
      for (const text of ['[]', '[1]', '[1,"a"]']) {
        expect(read(skipped(ANY_ARRAY), `{"x":${text}}`)).toEqual({});
      }
      expect(read(skipped(ANY_ARRAY), '{"x":[1,]}')).toBe(MISSED);
    });

    it('should read the white space that was learned, and no other', () => {
      const layout: Layout = { _tag: 'Array', spacing: LOOSE, item: NUMBER };
      expectReads(
        layout,
        ['[ 1\r\n]', '[ 1\n,2\r\n]', '[]'],
        ['[1]', '[ 1,2\r\n]', '[ 1\n,2]', '[ \r\n]'],
      );
    });

    it('should read one item where no separator was ever seen', () => {
      const layout: Layout = { _tag: 'Array', spacing: SINGLE, item: STRING };
      expectReads(layout, ['["a"]', '[]'], ['["a""b"]', '["a","b"]', '[""""]']);
    });

    it('should read only empty ones where no others were seen', () => {
      const layout: Layout = { _tag: 'Array', spacing: undefined, item: undefined };
      expectReads(layout, ['[]'], ['[1]', '[ ]', '{}']);
      expect(read(skipped(layout), '{"x":[]}')).toEqual({});
    });
  });

  describe('for tuples', () => {
    const Pair: Layout = { _tag: 'Tuple', spacing: PYTHON, items: [STRING, NUMBER] };
    const None: Layout = { _tag: 'Tuple', spacing: undefined, items: [] };

    it('should read just as many items as were learned', () => {
      expectReads(
        Pair,
        ['["a", 1]'],
        ['["a"]', '["a", 1, 2]', '["a",1]', '[1, "a"]', '[]', '["a", 1, ]'],
      );
      expectReads(None, ['[]'], ['[1]', '[ ]', '{}']);
    });

    it('should pass over them', () => {
      expect(read(skipped(Pair), '{"x":["a", 1]}')).toEqual({});
      expect(read(skipped(Pair), '{"x":["a", ""]}')).toBe(MISSED);
      expect(read(skipped(None), '{"x":[]}')).toEqual({});
    });
  });

  describe('for records', () => {
    const Counts: Layout = { _tag: 'Dictionary', spacing: COMPACT, value: NUMBER };

    it('should read any keys', () => {
      expectReads(
        Counts,
        [
          '{}',
          '{"a":1}',
          '{"b":1,"a":2}',
          '{"a":1,"a":2}',
          '{"2":1,"1":2}',
          '{"":0,"é\\n":1}',
          '{"constructor":1}',
        ],
        [
          '{"a":""}',
          '{"a":1,}',
          '{,"a":1}',
          '{"a" :1}',
          '{ }',
          '{"a":1',
          '{a:1}',
          '[]',
          '{"a":1]',
          '{"a":1"b":2}',
        ],
      );
      const text = '{"b":1,"2":2,"a":3,"1":4,"b":5}';
      expect(JSON.stringify(read(Counts, text))).toBe(JSON.stringify(JSON.parse(text)));
    });

    it('should leave the key __proto__ to the ordinary way, however it is written', () => {
      expectReads(
        Counts,
        [],
        ['{"__proto__":1}', '{"a":1,"\\u005f_proto__":1}', '{"__proto__":null}'],
      );
      const Any: Layout = { ...Counts, value: Counts };
      expectReads(Any, [], ['{"__proto__":{"a":1}}', '{"a":{"__proto__":1}}']);
    });

    it('should pass over them', () => {
      expect(read(skipped(Counts), '{"x":{"a":1}}')).toEqual({});
      expect(read(skipped(Counts), '{"x":{"a":""}}')).toBe(MISSED);
    });

    it('should read only empty ones where no others were seen, one key where no separator was', () => {
      const None: Layout = { _tag: 'Dictionary', spacing: undefined, value: undefined };
      expectReads(None, ['{}'], ['{"a":1}', '{ }', '[]']);
      expect(read(skipped(None), '{"x":{}}')).toEqual({});
      expectReads({ ...Counts, spacing: SINGLE }, ['{"a":1}', '{}'], ['{"a":1"b":1}']);
    });
  });

  describe('for what a predicate narrows', () => {
    it('should ask it about the value, and once', () => {
      const predicate = vi.fn((value: unknown) => value !== 'no');
      const layout: Layout = { _tag: 'Refined', inner: ANY_SCALAR, predicate };
      expect([read(layout, '"yes"'), read(layout, '"no"')]).toEqual(['yes', MISSED]);
      expect(read(layout, 'x')).toBe(MISSED);
      expect(predicate.mock.calls).toEqual([['yes'], ['no']]);
    });

    it('should take any answer for yes or no', () => {
      const predicate = (value: unknown): unknown => value;
      const layout: Layout = { _tag: 'Refined', inner: NUMBER, predicate };
      expect([read(layout, '1'), read(layout, '0')]).toEqual([1, MISSED]);
    });

    it('should ask it about what is skipped, too', () => {
      const predicate = (value: unknown): boolean => value !== 'no';
      const layout = skipped({ _tag: 'Refined', inner: STRING, predicate });
      expect([read(layout, '{"x":"yes"}'), read(layout, '{"x":"no"}')]).toEqual([{}, MISSED]);
    });
  });

  describe('for several ways to write a value', () => {
    const Choice: Layout = {
      _tag: 'Choice',
      options: [
        object({ a: NUMBER, b: NUMBER }),
        object({ b: NUMBER, a: STRING }),
        STRING,
        ANY_ARRAY,
      ],
    };

    it('should read the first that fits', () => {
      expectReads(
        Choice,
        ['{"a":1,"b":2}', '{"b":2,"a":"x"}', '"a"', '[]', '[1]'],
        ['{"b":2,"a":1}', '{"a":1}', '1', '[[]]', '', '{', '"a', '"a"1'],
      );
      for (const text of ['{"a":1,"b":2}', '{"b":2,"a":"x"}', '"a"', '[1]']) {
        expect(read(skipped(Choice), `{"x":${text}}`)).toEqual({});
      }
      expect(read(skipped(Choice), '{"x":1}')).toBe(MISSED);
    });

    it('should read it inside of others', () => {
      const Inner: Layout = { _tag: 'Choice', options: [ANY_ARRAY, Choice, NUMBER] };
      const layout: Layout = { _tag: 'Array', spacing: COMPACT, item: Inner };
      expectReads(
        layout,
        ['[{"b":2,"a":"x"},1,[1],"a",{"a":1,"b":2}]'],
        ['[{"a":1},1]', '[1,true]'],
      );
      const record: Layout = { _tag: 'Dictionary', spacing: COMPACT, value: Inner };
      expectReads(record, ['{"x":[1],"y":{"a":1,"b":2},"z":1}'], ['{"x":[1],"y":{"a":1}}']);
    });
  });
});

const ANY_ARRAY: Layout = { _tag: 'Array', spacing: COMPACT, item: ANY_SCALAR };
