import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Unlearnable } from '../../../src/codec/learned-function.js';
import { readSample } from '../../../src/codec/read/sample.js';

function one(value: unknown): unknown {
  return { _tag: 'Scalar', value };
}

function nested(depth: number): string {
  return '['.repeat(depth) + ']'.repeat(depth);
}

describe('readSample', () => {
  it.each([
    ['0', 0],
    ['-0', -0],
    ['-1.5e-3', -0.0015],
    ['1e400', Infinity],
    ['true', true],
    ['false', false],
    ['null', null],
    ['""', ''],
    [String.raw`"\"\\\u00e9\ud800\/"`, '"\\é\ud800/'],
    ['"],:}{ "', '],:}{ '],
    ['"é\u2028\u{1f680}"', 'é\u2028\u{1f680}'],
  ])('should read the scalar %s', (text, value) => {
    expect(readSample(text)).toStrictEqual({ before: '', root: one(value), after: '' });
  });

  it('should keep the white space around a message', () => {
    expect(readSample(' \t\n\r1\r\n')).toStrictEqual({
      before: ' \t\n\r',
      root: one(1),
      after: '\r\n',
    });
  });

  it('should give an object as it is written', () => {
    expect(readSample('{ "b" : 1 , "a" : {"é\\n": null}\n}').root).toStrictEqual({
      _tag: 'Object',
      value: { b: 1, a: { 'é\n': null } },
      spacing: { open: ' ', separator: ' , ', colon: ' : ', close: '\n' },
      fields: [
        { key: 'b', value: one(1) },
        {
          key: 'a',
          value: {
            _tag: 'Object',
            value: { 'é\n': null },
            spacing: { open: '', separator: '', colon: ': ', close: '' },
            fields: [{ key: 'é\n', value: one(null) }],
          },
        },
      ],
    });
  });

  it('should give an array as it is written', () => {
    expect(readSample('[\n1,\n"a"\n]').root).toStrictEqual({
      _tag: 'Array',
      value: [1, 'a'],
      spacing: { open: '\n', separator: ',\n', colon: '', close: '\n' },
      items: [one(1), one('a')],
    });
  });

  it('should give no spacing where there are no members', () => {
    expect(readSample('[{},[]]').root).toMatchObject({
      spacing: { separator: ',' },
      items: [
        { _tag: 'Object', value: {}, fields: [], spacing: undefined },
        { _tag: 'Array', value: [], items: [], spacing: undefined },
      ],
    });
  });

  it('should read 32 levels, and no more', () => {
    expect(readSample(nested(33)).root._tag).toBe('Array');
    expect(() => readSample(nested(34))).toThrow(new Unlearnable('is nested too deep'));
  });

  it.each([
    ['{"__proto__":1}', 'has the key __proto__'],
    ['[{"\\u005f_proto__":1}]', 'has the key __proto__'],
    ['{"a":1,"a":1}', 'has a key twice'],
    ['{"a":1,"\\u0061":2}', 'has a key twice'],
    ['{"a":1,"b" :2}', 'is written with uneven colons'],
    ['{"a": 1,"b":2}', 'is written with uneven colons'],
    ['[1, 2,3]', 'is written with uneven separators'],
    ['{"a":1 ,"b":2,"c":3}', 'is written with uneven separators'],
    ['[ ]', 'has white space between brackets'],
    ['{\n}', 'has white space between brackets'],
  ])('should refuse %s, which %s', (text, reason) => {
    expect(() => readSample(text)).toThrow(new Unlearnable(reason));
  });

  it.each(['', '[', '{', '[1', '{"a"', '{"a":', '"a', '[1,]', '{,}', 'nul'])(
    'should come to an end with %j, which is no JSON',
    (text) => {
      expect(() => readSample(text)).toThrow(SyntaxError);
    },
  );

  it('should read whatever JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), fc.constantFrom(0, 2), (value, indent) => {
        const text = JSON.stringify(value, undefined, indent);
        // The only reason left.
        fc.pre(!text.includes('__proto__'));
        const { root } = readSample(text);
        expect(root.value).toStrictEqual(JSON.parse(text));
      }),
    );
  });
});
