import fc from 'fast-check';

import { anyKey, objectOf } from './any-key.js';
import { hostileValue } from './hostile-value.js';
import { asJson, copyOf, isTree, withMember } from './tree.js';
import type { Tree } from './tree.js';

/** One change to a value. */
export interface Change {
  /** Which part of the value, counted. */
  readonly at: number;
  readonly kind: (typeof KINDS)[number];
  /** Which of its members. */
  readonly which: number;
  readonly key: string;
  readonly other: unknown;
}

const KINDS = [
  'replace',
  'replace',
  'drop',
  'drop',
  'rename',
  'add',
  'add',
  'forget',
  'forget',
  'swap',
  'nan',
  'hole',
  'wrap',
  'prototype',
  'null prototype',
  'class',
  'inherit',
  'getter',
  'hidden',
  'symbol',
  'proxy',
  'iterator',
  'json',
] as const;

export const anyChange: fc.Arbitrary<Change> = fc.record({
  at: fc.nat(30),
  kind: fc.constantFrom(...KINDS),
  which: fc.nat(5),
  key: anyKey,
  other: hostileValue,
});

const INHERITED = 'a';

class Named {
  get kind(): string {
    return INHERITED;
  }
}

/** The value, changed. */
export function changed({ kind, which, key, other }: Change, value: unknown): unknown {
  if (kind === 'replace') return other;
  if (kind === 'wrap') return which % 2 === 0 ? [value] : { [key]: value };
  if (kind === 'json') return asJson(value);
  if (kind === 'nan') return typeof value === 'number' ? [NaN, -0][which % 2] : value;
  if (!isTree(value)) return which < 3 ? other : value;
  const keys = Object.keys(value);
  const one = keys[which % keys.length];
  if (Array.isArray(value)) return changedArray(kind, value, which, other);
  const tree = copyOf(value);
  switch (kind) {
    case 'drop':
      if (one !== undefined) Reflect.deleteProperty(tree, one);
      return tree;
    case 'rename':
      return objectOf(
        Object.entries(tree).map(([name, each]) => [name === one ? key : name, each]),
      );
    case 'add':
      return withMember(tree, key, other);
    case 'forget':
      return withMember(tree, one ?? key, undefined);
    case 'swap':
      return objectOf(Object.entries(tree).toReversed());
    case 'prototype':
      return withMember(tree, '__proto__', other);
    case 'null prototype':
      return Object.setPrototypeOf(tree, null);
    case 'class':
      return Object.setPrototypeOf(tree, Named.prototype);
    case 'inherit':
      return Object.create(tree);
    case 'getter':
      return gotten(tree);
    case 'hidden':
      return one === undefined ? tree : Object.defineProperty(tree, one, { enumerable: false });
    case 'symbol':
      return Object.assign(tree, { [Symbol.for(key)]: other });
    default:
      return new Proxy(tree, {});
  }
}

function changedArray(
  kind: Change['kind'],
  array: readonly unknown[],
  which: number,
  other: unknown,
): unknown {
  switch (kind) {
    case 'drop':
      return array.slice(0, -1);
    case 'forget':
      return [...array.slice(0, -1), undefined];
    case 'swap':
      return array.toReversed();
    case 'hole': {
      const holed = [...array];
      Reflect.deleteProperty(holed, which % (array.length + 1));
      return holed;
    }
    case 'symbol':
    case 'hidden':
      return Object.assign([...array], { extra: other });
    case 'iterator':
      return Object.assign([...array], { [Symbol.iterator]: () => [other].values() });
    case 'proxy':
      return new Proxy([...array], {});
    case 'class':
      return Derived.from(array);
    default:
      return [...array, other];
  }
}

class Derived extends Array<unknown> {}

/** The same members, each behind a getter. */
function gotten(tree: Tree): Tree {
  const descriptors = Object.entries(tree).map(([key, value]): [string, PropertyDescriptor] => [
    key,
    { get: () => value, enumerable: true, configurable: true },
  ]);
  return Object.defineProperties({}, objectOf(descriptors) as PropertyDescriptorMap);
}
