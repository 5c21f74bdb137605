import { isRight } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { NumberFromString } from 'io-ts-types/lib/NumberFromString.js';
import { setFromArray } from 'io-ts-types/lib/setFromArray.js';
import { afterEach, describe, expect, it } from 'vitest';

import type { Codec } from '../../src/codec/codec.js';
import { explain } from '../../src/codec/explain.js';
import { json } from '../../src/codec/json.js';
import { isSame, kindsOf } from './read/support/ordinary.js';

const CALM = '{"id":1,"text":"a","more":{"x":1}}';
const Message = t.type({ id: t.number, text: t.string, more: t.unknown });
const Strict = t.exact(Message);
const MESSAGE = { id: 1, text: 'a', more: {} };

/** A text, or bytes. */
type Data = string | readonly number[];

/** What a message comes to: a value, or the phase in which it is refused. */
type Row = readonly [what: string, data: Data, value: unknown, type?: t.Mixed];

/** Gives an object with an own key of any name. */
function own(entries: readonly (readonly [string, unknown])[]): unknown {
  return Object.fromEntries(entries);
}

/** A message in which something stands at `more`. */
function more(text: string): string {
  return `{"id":1,"text":"a","more":${text}}`;
}

/** A message with certain bytes in its string. */
function textOf(...bytes: readonly number[]): readonly number[] {
  const [before, after] = more('{}').split('a"', 2);
  return [...Buffer.from(before ?? ''), ...bytes, ...Buffer.from(`"${after ?? ''}`)];
}

function nested(depth: number): string {
  return '['.repeat(depth) + ']'.repeat(depth);
}

function levels(depth: number): unknown {
  let value: unknown[] = [];
  for (let level = 1; level < depth; level += 1) value = [value];
  return value;
}

const TAKEN: readonly Row[] = [
  [
    '__proto__',
    more('{"__proto__":{"polluted":1}}'),
    { ...MESSAGE, more: own([['__proto__', { polluted: 1 }]]) },
  ],
  [
    '__proto__, escaped',
    more('{"\\u005f_proto__":{"polluted":1}}'),
    { ...MESSAGE, more: own([['__proto__', { polluted: 1 }]]) },
  ],
  [
    '__proto__ beside the keys of the type',
    '{"id":1,"text":"a","more":{},"__proto__":{"polluted":1}}',
    own([...Object.entries(MESSAGE), ['__proto__', { polluted: 1 }]]),
  ],
  [
    '__proto__ in a record',
    '{"__proto__":1,"a":2}',
    own([
      ['__proto__', 1],
      ['a', 2],
    ]),
    t.record(t.string, t.number),
  ],
  [
    'constructor',
    more('{"constructor":{"prototype":{"polluted":1}}}'),
    { ...MESSAGE, more: { constructor: { prototype: { polluted: 1 } } } },
  ],
  [
    'constructor in a record',
    '{"constructor":1,"toString":2}',
    { constructor: 1, toString: 2 },
    t.record(t.string, t.number),
  ],
  [
    'names of Object.prototype',
    more('{"toString":1,"hasOwnProperty":2,"valueOf":3}'),
    { ...MESSAGE, more: { toString: 1, hasOwnProperty: 2, valueOf: 3 } },
  ],
  ['128 levels', more(nested(127)), { ...MESSAGE, more: levels(127) }],
  ['a key twice', '{"id":1,"text":"a","more":1,"id":2}', { id: 2, text: 'a', more: 1 }],
  [
    'a key twice, first of another kind',
    '{"id":"no","text":"a","more":1,"id":2}',
    { id: 2, text: 'a', more: 1 },
  ],
  ['a key twice in a record', '{"a":1,"b":2,"a":3}', { a: 3, b: 2 }, t.record(t.string, t.number)],
  [
    'a key twice, once escaped',
    '{"id":1,"text":"a","more":1,"\\u0069d":2}',
    { id: 2, text: 'a', more: 1 },
  ],
  ['keys like indexes', more('{"b":1,"2":2,"1":3}'), { ...MESSAGE, more: { 1: 3, 2: 2, b: 1 } }],
  [
    'a lone surrogate, escaped',
    '{"id":1,"text":"\\ud800","more":{}}',
    { ...MESSAGE, text: '\ud800' },
  ],
  [
    'surrogates the wrong way round',
    '{"id":1,"text":"\\udc00\\ud800","more":{}}',
    { ...MESSAGE, text: '\udc00\ud800' },
  ],
  [
    'a pair of surrogates, escaped',
    '{"id":1,"text":"\\ud83d\\ude80","more":{}}',
    { ...MESSAGE, text: '\u{1f680}' },
  ],
  [
    'a byte order mark in a string',
    '{"id":1,"text":"\ufeffa","more":{}}',
    { ...MESSAGE, text: '\ufeffa' },
  ],
  [
    'U+2028, U+FFFD, U+FFFF',
    '{"id":1,"text":"\u2028\ufffd\uffff","more":{}}',
    { ...MESSAGE, text: '\u2028\ufffd\uffff' },
  ],
  ['NUL, escaped', '{"id":1,"text":"\\u0000","more":{}}', { ...MESSAGE, text: '\0' }],
  ['DEL', '{"id":1,"text":"\u007f","more":{}}', { ...MESSAGE, text: '\u007f' }],
  ['1e400', '{"id":1e400,"text":"a","more":-1e400}', { id: Infinity, text: 'a', more: -Infinity }],
  ['1e-400', '{"id":1e-400,"text":"a","more":-1e-400}', { id: 0, text: 'a', more: -0 }],
  ['-0', '{"id":-0,"text":"a","more":-0.0}', { id: -0, text: 'a', more: -0 }],
  ['-0 where 0 is wanted', '{"a":-0}', { a: -0 }, t.type({ a: t.literal(0) })],
  [
    '2^53 + 1',
    '{"id":9007199254740993,"text":"a","more":-9007199254740993}',
    { id: 9007199254740992, text: 'a', more: -9007199254740992 },
  ],
  [
    '30 digits',
    '{"id":123456789012345678901234567890,"text":"a","more":0.1234567890123456789}',
    { id: 1.2345678901234568e29, text: 'a', more: 0.12345678901234568 },
  ],
  [
    'a million digits',
    `{"id":${'1'.repeat(1e6)},"text":"a","more":0.${'0'.repeat(1e6)}1}`,
    { id: Infinity, text: 'a', more: 0 },
  ],
  [
    'the least number',
    '{"id":5e-324,"text":"a","more":2.4703282292062328e-324}',
    { id: 5e-324, text: 'a', more: 5e-324 },
  ],
];

const JSON_REFUSES: readonly (readonly [what: string, data: Data])[] = [
  ['129 levels', more(nested(128))],
  ['a million levels', more(nested(1_000_000))],
  ['a million levels, never closed', '['.repeat(1_000_000)],
  ['a byte order mark', `\ufeff${CALM}`],
  ['nothing', ''],
  ['white space', ' \n'],
  ['white space of other kinds', `\u00a0${CALM}`],
  ['a form feed', `${CALM}\f`],
  ['NUL behind', `${CALM}\0`],
  ['something behind', `${CALM}x`],
  ['two messages', `${CALM}${CALM}`],
  ['a comma behind', `${CALM},`],
  ['a comma too many', '{"id":1,"text":"a","more":{},}'],
  ['a comma too few', '{"id":1"text":"a","more":{}}'],
  ['a comment', '{"id":1,"text":"a",/**/"more":{}}'],
  ['single quotes', "{'id':1,'text':'a','more':{}}"],
  ['no quotes', '{id:1,"text":"a","more":{}}'],
  ['a raw line break in a string', '{"id":1,"text":"\n","more":{}}'],
  ['a raw NUL in a string', '{"id":1,"text":"\0","more":{}}'],
  ['a raw control character in a string', '{"id":1,"text":"\u001f","more":{}}'],
  ['an unknown escape', '{"id":1,"text":"\\x41","more":{}}'],
  ['half an escape', '{"id":1,"text":"\\u12","more":{}}'],
  ['a string without an end', '{"id":1,"text":"a'],
  ...[
    '01',
    '-01',
    '+1',
    '1.',
    '.5',
    '-',
    '1e',
    '1e+',
    '0x1',
    '1_0',
    'NaN',
    'Infinity',
    '-Infinity',
    '--1',
    '',
  ].map(
    (number) =>
      [`the number ${JSON.stringify(number)}`, `{"id":${number},"text":"a","more":{}}`] as const,
  ),
];

const UTF8_REFUSES: readonly (readonly [what: string, data: Data])[] = [
  ['a lone continuation byte', textOf(0x80)],
  ['an overlong form', textOf(0xc0, 0x80)],
  ['an overlong slash', textOf(0xe0, 0x80, 0xaf)],
  ['a surrogate', textOf(0xed, 0xa0, 0x80)],
  ['a pair of surrogates', textOf(0xed, 0xa0, 0xbd, 0xed, 0xba, 0x80)],
  ['a point past the last', textOf(0xf4, 0x90, 0x80, 0x80)],
  ['a cut sequence', textOf(0xe2, 0x82)],
  ['a byte that is never used', textOf(0xff)],
  ['a bad byte behind an escape', textOf(0x5c, 0xff)],
  ['a bad byte behind the message', [...Buffer.from(CALM), 0xff]],
  ['UTF-16', [...Buffer.from(`\ufeff${CALM}`, 'utf16le')]],
];

function bytesOf(data: Data): Buffer {
  return typeof data === 'string' ? Buffer.from(data) : Buffer.from(data);
}

/** Codecs of one type: one that has learned nothing, one that has learned the usual, one that has learned this. */
function codecs(type: t.Mixed, data: Buffer): Codec<unknown, unknown>[] {
  const [fresh, usual, same] = [0, 1, 2].map(() => json({ incoming: type }));
  if (fresh === undefined || usual === undefined || same === undefined) return [];
  if (isRight(fresh.decode(Buffer.from(CALM), 'text'))) {
    for (let sent = 0; sent < 12; sent += 1) usual.decode(Buffer.from(CALM), 'text');
    expect(explain(usual)).toMatchObject({ incoming: { reader: { state: 'working' } } });
  }
  for (let sent = 0; sent < 12; sent += 1) same.decode(data, 'binary');
  return [json({ incoming: type }), usual, same];
}

describe('json', () => {
  const names = Object.getOwnPropertyNames(Object.prototype);

  afterEach(() => {
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(names);
  });

  it.each(TAKEN.map(([what, ...row]) => ({ what, row })))(
    'should read $what the same, whatever it has learned',
    ({ row: [data, value, type = Message] }) => {
      const bytes = bytesOf(data);
      for (const codec of codecs(type, bytes)) {
        for (const kind of kindsOf(bytes)) {
          for (const given of [bytes, Uint8Array.from(bytes)]) {
            const decoded = codec.decode(given, kind);
            if (!isRight(decoded)) expect.fail(JSON.stringify(decoded.left.issues));
            expect(decoded.right).toEqual(value);
            expect(isSame(decoded.right, value)).toBe(true);
          }
        }
      }
    },
  );

  it.each([
    ...JSON_REFUSES.map(([what, data]) => ({ what, data, phase: 'json' })),
    ...UTF8_REFUSES.map(([what, data]) => ({ what, data, phase: 'utf-8' })),
  ])('should refuse $what the same, whatever it has learned', ({ data, phase }) => {
    const bytes = bytesOf(data);
    for (const kind of kindsOf(bytes)) {
      const [first, ...others] = codecs(Message, bytes).map((codec) => {
        const decoded = codec.decode(bytes, kind);
        if (isRight(decoded)) expect.fail(JSON.stringify(decoded.right));
        expect(decoded.left.data).toBe(bytes);
        return { ...decoded.left, data: '' };
      });
      expect(first?.phase).toBe(phase);
      expect(others).toEqual([first, first]);
    }
  });

  it('should refuse __proto__ where the type makes a prototype of it', () => {
    const Count = t.type({ a: NumberFromString });
    const rows = [
      [Count, '{"a":"2","__proto__":{"b":1}}'],
      [Count, '{"a":"2","\\u005f_proto__":{"b":1}}'],
      [t.record(t.string, Count), '{"__proto__":{"a":"1"}}'],
      [t.record(t.string, Count), '{"__proto__":{"a":"1","constructor":1}}'],
      [t.array(Count), '[{"a":"2","__proto__":{}}]'],
      [Strict, '{"id":1,"text":"a","more":{},"__proto__":{"id":2}}'],
    ] as const;
    for (const [type, text] of rows) {
      const bytes = Buffer.from(text);
      for (const codec of codecs(type, bytes)) {
        expect(codec.decode(bytes, 'text')).toMatchObject({ left: { phase: 'json' } });
      }
    }
    // It is not there, or harmless.
    for (const text of ['{"a":"2","b":"__proto__"}', '{"a":"2","b":"\\u0041"}']) {
      expect(json({ incoming: Count }).decode(Buffer.from(text), 'text')._tag).toBe('Right');
    }
  });

  it('should give no message a key that was read through a prototype', () => {
    const Admin = t.partial({ admin: t.boolean, n: NumberFromString });
    // Both members are copied, so that what is inherited becomes an own key when they are merged.
    const Both = t.intersection([t.type({ a: NumberFromString }), Admin]);
    const One = t.intersection([t.partial({ admin: t.boolean }), t.type({ a: NumberFromString })]);
    const message = '{"a":"2","n":"1","__proto__":{"admin":"yes"}}';
    const order = { compare: () => 0 as const, equals: () => false };
    for (const [type, text] of [
      [Both, message],
      [One, message],
      [t.exact(Both), message],
      [t.exact(One), message],
      [t.type({ s: setFromArray(One, order) }), `{"s":[${message}]}`],
    ] as const) {
      const bytes = Buffer.from(text);
      for (const codec of codecs(type, bytes)) {
        expect(codec.decode(bytes, 'text')).toMatchObject({ left: { phase: 'json' } });
      }
    }
  });

  it('should never throw, however deep a message is', () => {
    const codec = json({
      incoming: t.type({ a: NumberFromString, b: t.unknown }),
      maxDepth: Infinity,
    });
    const data = Buffer.from(`{"a":"1","c":"\\u0041","b":${nested(100_000)}}`);
    expect(codec.decode(data, 'text')._tag).toBe('Right');
  });

  it('should keep to its maxDepth, whatever it has learned', () => {
    const codec = json({ incoming: Message, maxDepth: 3 });
    for (let sent = 0; sent < 600; sent += 1) {
      const isDeep = sent % 2 === 1;
      const decoded = codec.decode(Buffer.from(more(nested(isDeep ? 3 : 2))), 'text');
      expect(decoded).toMatchObject(isDeep ? { left: { phase: 'json' } } : { _tag: 'Right' });
    }
    expect(explain(codec)).toMatchObject({ incoming: { reader: { generations: 1 } } });
  });
});
