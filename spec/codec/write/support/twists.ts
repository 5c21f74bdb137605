import type { Dice } from '../../read/support/dice.js';
import { withPrototype } from './odd-values.js';

/** Makes of an object one that is to be told from it, or one that is not. */
export type Twist = (object: object, dice: Dice) => unknown;

const LISTED = { enumerable: true, configurable: true };

const MANY = Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`k${at}`, at]));

/** A key that the object has, if it has any. */
function keyOf(object: object, dice: Dice): string {
  const [first = 'a', ...others] = Object.keys(object);
  return dice.pick([first, ...others]);
}

function thrower(): never {
  throw new RangeError('not to be read');
}

function get(object: object, key: PropertyKey): unknown {
  return Reflect.get(object, key) as unknown;
}

function copy(object: object, key: string, descriptor: PropertyDescriptor): object {
  const descriptors = Object.getOwnPropertyDescriptors(object);
  return Object.defineProperty(Object.defineProperties({}, descriptors), key, descriptor);
}

/** By name; each gives the same again whenever it is asked. */
export const TWISTS: Readonly<Record<string, Twist>> = {
  'a getter': (object, dice) => {
    const key = keyOf(object, dice);
    const value = get(object, key);
    return copy(object, key, { ...LISTED, get: () => value });
  },
  'a getter that throws': (object, dice) =>
    copy(object, keyOf(object, dice), { ...LISTED, get: thrower }),
  'a setter alone': (object, dice) =>
    copy(object, keyOf(object, dice), { ...LISTED, set: () => undefined }),
  'a key that is not listed': (object, dice) =>
    copy(object, keyOf(object, dice), {
      enumerable: false,
      value: get(object, keyOf(object, dice)),
    }),
  'another key that is not listed': (object, dice) =>
    copy(object, dice.pick(['a', 'b', 'c', 'id']), { enumerable: false, value: 1 }),
  'no key that is listed': (object) => {
    const hidden = {};
    for (const [key, value] of Object.entries(object)) {
      Object.defineProperty(hidden, key, { value });
    }
    return hidden;
  },
  'a key more': (object, dice) =>
    copy(object, dice.pick(['a', 'zz', '0', '']), {
      ...LISTED,
      value: dice.pick<unknown>([1, undefined, 'é']),
    }),
  'a key less': (object, dice) => {
    const twisted = copy(object, 'a', { ...LISTED, value: 1 });
    Reflect.deleteProperty(twisted, keyOf(object, dice));
    return twisted;
  },
  'a key that went to the end': (object, dice) => {
    const key = keyOf(object, dice);
    const value = get(object, key);
    const twisted = copy(object, key, { ...LISTED, value });
    Reflect.deleteProperty(twisted, key);
    return Object.defineProperty(twisted, key, { ...LISTED, value });
  },
  'a symbol for a key': (object) =>
    Object.assign(copy(object, 'a', { ...LISTED, value: 1 }), { [Symbol('a')]: 1 }),
  'an own __proto__': (object) => copy(object, '__proto__', { ...LISTED, value: { b: 1 } }),
  'another prototype': (object) => withPrototype({ ...object }, { b: 2, c: 3 }),
  'no prototype': (object) => withPrototype({ ...object }, null),
  'a toJSON': (object) => ({ ...object, toJSON: () => [object] }),
  frozen: (object) => Object.freeze({ ...object }),
  'many keys': (object) => ({ ...MANY, ...object }),
  'a cycle': (object, dice) => {
    const twisted: object = copy(object, keyOf(object, dice), {
      ...LISTED,
      writable: true,
      value: null,
    });
    return Object.assign(twisted, { [keyOf(twisted, dice)]: twisted });
  },
  'a proxy': (object) => new Proxy(object, {}),
  'a proxy that hides a key': (object, dice) => {
    const key = keyOf(object, dice);
    return new Proxy(
      { ...object },
      {
        ownKeys: (target) => Reflect.ownKeys(target).filter((each) => each !== key),
      },
    );
  },
  'a proxy with another order': (object) =>
    new Proxy({ ...object }, { ownKeys: (target) => Reflect.ownKeys(target).toReversed() }),
  'a proxy with a value for every key': (object) =>
    new Proxy(object, {
      get: (target, key) => (key === 'toJSON' ? undefined : (get(target, key) ?? 1)),
    }),
  'a proxy that throws': (object) => new Proxy(object, { ownKeys: thrower }),
  'a proxy that says what its prototype is': (object) =>
    new Proxy(object, { getPrototypeOf: () => Object.prototype }),
};
