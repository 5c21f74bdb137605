import * as t from 'io-ts';
import { describe, expect, expectTypeOf, it } from 'vitest';

import type { Codec } from '../../src/codec/codec.js';
import { json } from '../../src/codec/json.js';
import { checkJsonOptions, DEFAULT_JSON_OPTIONS } from '../../src/codec/json-options.js';
import { OptionRangeError, OptionTypeError } from '../../src/errors/option-error.js';

interface Positive {
  readonly Positive: unique symbol;
}
interface Category {
  readonly name: string;
  readonly children: readonly Category[];
}

const Event = t.intersection([
  t.strict({ id: t.Int, when: t.string }),
  t.partial({ tags: t.array(t.string) }),
]);
const Command = t.union([
  t.type({ subscribe: t.string }),
  t.type({ price: t.brand(t.number, (n): n is t.Branded<number, Positive> => n > 0, 'Positive') }),
]);
const Category: t.Type<Category> = t.recursion('Category', () =>
  t.readonly(t.type({ name: t.string, children: t.readonlyArray(Category) })),
);
/** A type that writes something other than it holds. */
const DateText = new t.Type<Date, string>(
  'DateText',
  (value): value is Date => value instanceof Date,
  (value, context) => t.failure(value, context),
  (date) => date.toISOString(),
);

const NumberOnly = new t.Type<number, number, number>('n', t.number.is, t.success, t.identity);

describe('JsonOptions', () => {
  it('should be unknown on a side without a type', () => {
    expect(json()).toMatchObject({ name: 'json' });
    expectTypeOf(json()).toEqualTypeOf<Codec<unknown, unknown>>();
    expectTypeOf(json({})).toEqualTypeOf<Codec<unknown, unknown>>();
    expectTypeOf(json({ incoming: undefined })).toEqualTypeOf<Codec<unknown, unknown>>();
    expectTypeOf(json({ incoming: Event })).toEqualTypeOf<Codec<t.TypeOf<typeof Event>, unknown>>();
    expectTypeOf(json({ outgoing: Command })).toEqualTypeOf<
      Codec<unknown, t.TypeOf<typeof Command>>
    >();
  });

  it('should let the two sides differ', () => {
    const codec = json({ incoming: DateText, outgoing: t.number });
    expect([codec.encode(1), codec.decode(Buffer.from('1'), 'text')]).toMatchObject([
      { _tag: 'Right', right: '1' },
      { _tag: 'Left' },
    ]);
    expectTypeOf(codec).toEqualTypeOf<Codec<Date, number>>();
    expectTypeOf(json({ incoming: Event, outgoing: Command })).toEqualTypeOf<
      Codec<t.TypeOf<typeof Event>, t.TypeOf<typeof Command>>
    >();
    expectTypeOf(json({ incoming: Category, outgoing: Category })).toEqualTypeOf<
      Codec<Category, Category>
    >();
    expectTypeOf(json({ incoming: DateText, outgoing: DateText })).toEqualTypeOf<
      Codec<Date, Date>
    >();
  });

  it('should infer through a generic function', () => {
    function codecOf<A, B>(incoming: t.Type<A>, outgoing: t.Type<B, unknown>): Codec<A, B> {
      return json({ incoming, outgoing });
    }
    expect(codecOf(t.string, DateText).encode(new Date(0))).toMatchObject({
      right: '"1970-01-01T00:00:00.000Z"',
    });
    expectTypeOf(codecOf(t.string, DateText)).toEqualTypeOf<Codec<string, Date>>();
  });

  it('should take an object with only an encode', () => {
    const outgoing = { encode: (count: number) => ({ count }) };
    expect(json({ outgoing }).encode(3)).toMatchObject({ right: '{"count":3}' });
    expectTypeOf(json({ outgoing })).toEqualTypeOf<Codec<unknown, number>>();
  });

  it('should refuse a type that is claimed, not checked', () => {
    // @ts-expect-error -- a message type is no io-ts type
    const claimed = (): unknown => json<{ id: number }>();
    // @ts-expect-error -- reads numbers only, but JSON may hold anything
    const narrow = (): unknown => json({ incoming: NumberOnly });
    expect([claimed, narrow]).toHaveLength(2);
  });

  it('should refuse at compile time what it refuses at run time', () => {
    // @ts-expect-error -- the io-ts type itself is not the options
    expect(() => json(Event)).toThrow(OptionTypeError);
    // @ts-expect-error -- unknown option
    expect(() => json({ incoming: Event, outgoin: Command })).toThrow(OptionTypeError);
    // @ts-expect-error -- has no decode
    expect(() => json({ incoming: { name: 'x', validate: Event.validate } })).toThrow(TypeError);
  });
});

describe('checkJsonOptions', () => {
  it('should fill in the default', () => {
    expect(DEFAULT_JSON_OPTIONS).toEqual({ maxDepth: 128 });
    expect(Object.isFrozen(DEFAULT_JSON_OPTIONS)).toBe(true);
    for (const options of [{}, { incoming: undefined, outgoing: undefined, maxDepth: undefined }]) {
      expect(checkJsonOptions(options)).toEqual({ maxDepth: 128 });
    }
  });

  it.each([0, 1, 1000, Infinity])('should take a maxDepth of %d', (maxDepth) => {
    expect(checkJsonOptions({ maxDepth })).toEqual({ maxDepth });
  });

  it.each([
    ['json: must be an object, got null', null],
    ['json: must be an object, got 5', 5],
    ['json: must be an object, got an array', []],
    ['json.codec: is not an option; known here: incoming, outgoing, maxDepth', { codec: Event }],
    ["json.maxDepth: must be a number, got '1'", { maxDepth: '1' }],
    ['json.maxDepth: must be a number, got null', { maxDepth: null }],
  ])('should throw "%s"', (message, options) => {
    const call = (): void => {
      checkJsonOptions(options);
    };
    expect(call).toThrow(OptionTypeError);
    expect(call).toThrow(message);
    const option = /^[^:]*/.exec(message)?.[0];
    expect(call).toThrow(expect.objectContaining({ option, code: 'ERR_WSS_OPTION_TYPE' }));
  });

  it.each([-1, 1.5, -Infinity])('should refuse a maxDepth of %d', (maxDepth) => {
    const call = (): unknown => checkJsonOptions({ maxDepth });
    expect(call).toThrow(OptionRangeError);
    expect(call).toThrow(
      `json.maxDepth: must be a whole number from 0 to Infinity, got ${maxDepth}`,
    );
  });
});
