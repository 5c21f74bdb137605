import { createContext, runInContext } from 'node:vm';

/** A class whose instances look like plain objects. */
class Point {
  readonly a = 1;
  readonly #hidden = 2;
  get b(): number {
    return this.#hidden;
  }
}

class Stated {
  readonly a = 1;
  toJSON(key: string): unknown {
    return { key, stated: [this.a] };
  }
}

class Items extends Array<unknown> {}

class StatedItems extends Array<unknown> {
  toJSON(): unknown {
    return 'items';
  }
}

const cyclic: { self?: unknown } = {};
cyclic.self = [cyclic];

function boxed(value: unknown): object {
  return Object(value) as object;
}

const realm = createContext();

/** What code gives that runs with objects and arrays of its own. */
function elsewhere(code: string): unknown {
  return runInContext(code, realm) as unknown;
}

/** Gives the object, with another prototype. */
export function withPrototype(object: object, prototype: object | null): object {
  return Object.setPrototypeOf(object, prototype) as object;
}

/** Makes an object with a method of its own. */
function withToJson(toJSON: unknown): unknown {
  return { a: 1, toJSON };
}

function thrower(thrown: unknown): never {
  throw thrown;
}

/** Newer than Node 20; JSON.stringify writes it as it is. */
function rawJson(text: string): unknown {
  const { rawJSON } = JSON as { readonly rawJSON?: (text: string) => unknown };
  return rawJSON?.(text);
}

/** By name, values that are more than plain objects, arrays and scalars, or are easily taken for such. */
export const ODD_VALUES: readonly (readonly [name: string, make: () => unknown])[] = [
  ['undefined', () => undefined],
  ['a function', () => () => 1],
  ['a function with keys', (): unknown => Object.assign(() => 1, { a: 1 })],
  ['a function with toJSON', () => Object.assign(() => 1, { toJSON: () => 'told' })],
  ['a class', () => Point],
  ['a symbol', () => Symbol('a')],
  ['a bigint', () => 1n],
  ['a boxed string', () => boxed('a"é')],
  ['a boxed number', () => boxed(-0)],
  ['a boxed NaN', () => boxed(NaN)],
  ['a boxed boolean', () => boxed(false)],
  ['a boxed bigint', () => boxed(1n)],
  ['a boxed symbol', () => boxed(Symbol('a'))],
  ['a boxed string with keys', () => Object.assign(boxed('ab'), { a: 1 })],
  ['raw JSON', () => rawJson('1.0')],
  ['a date', () => new Date(0)],
  ['a date that is none', () => new Date(NaN)],
  ['a map', () => new Map([['a', 1]])],
  ['a set', () => new Set([1])],
  ['bytes', () => Uint8Array.of(1, 2)],
  ['a buffer', () => Buffer.from('a')],
  ['a regular expression', () => /a/u],
  ['an error', () => Object.assign(new Error('a'), { code: 'b' })],
  ['a promise', () => Promise.resolve(1)],
  ['a URL', () => new URL('wss://a.example/?b=c')],
  ['an instance', () => new Point()],
  ['an instance with toJSON', () => new Stated()],
  ['a null prototype', () => Object.assign(Object.create(null) as object, { a: 1, b: 2 })],
  ['inherited keys', () => withPrototype({}, { a: 1, b: 2 })],
  ['own and inherited keys', () => Object.assign(Object.create({ b: 2 }) as object, { a: 1 })],
  [
    'a date with the prototype of plain objects',
    () => withPrototype(new Date(0), Object.prototype),
  ],
  ['a toJSON', () => withToJson(() => ({ b: 1 }))],
  ['a toJSON that gives nothing', () => withToJson(() => undefined)],
  [
    'a toJSON that gives the object',
    () => {
      const object = { a: 1, toJSON: (): unknown => object };
      return object;
    },
  ],
  ['a toJSON that throws', () => withToJson(() => thrower('told'))],
  ['a toJSON that is no function', () => withToJson({ b: 1 })],
  ['a toJSON that is null', () => withToJson(null)],
  ['a toJSON that is undefined', () => withToJson(undefined)],
  [
    'a toJSON that cannot be read',
    () => Object.defineProperty({ a: 1 }, 'toJSON', { get: () => thrower('told') }),
  ],
  [
    'a toJSON that is not listed',
    () => Object.defineProperty({ a: 1 }, 'toJSON', { value: () => 'told' }),
  ],
  ['a cycle', () => cyclic],
  ['an array with a hole', () => elsewhere('[1, , 2]')],
  ['an array of holes', () => new Array<unknown>(3)],
  ['an array with undefined', () => [undefined, 1]],
  ['an array with a function and a symbol', () => [() => 1, Symbol('a'), 1]],
  ['an array with keys', () => Object.assign([1], { a: 1 })],
  ['an array with toJSON', () => Object.assign([1], { toJSON: () => 'told' })],
  [
    'an array with a getter',
    () => Object.defineProperty([1, 2], 1, { enumerable: true, get: () => 'got' }),
  ],
  ['an array of another class', () => Items.from([1])],
  ['an array of a class with toJSON', () => StatedItems.from([1])],
  ['an array of another realm', () => elsewhere('[1, "a"]')],
  ['an object of another realm', () => elsewhere('({ a: 1 })')],
  ['arguments', () => elsewhere('(function () { return arguments; })(1, 2)')],
  ['a proxy of an array', () => new Proxy([1, 2], {})],
  [
    'a proxy that was revoked',
    () => {
      const { proxy, revoke } = Proxy.revocable({}, {});
      revoke();
      return proxy;
    },
  ],
  [
    'great depth',
    () => {
      let value: unknown = 1;
      for (let level = 0; level < 100; level += 1) value = level % 2 === 0 ? [value] : { a: value };
      return value;
    },
  ],
];
