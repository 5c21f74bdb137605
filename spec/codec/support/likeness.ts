import { types } from 'node:util';

import * as t from 'io-ts';

/** The objects that a value is made of, itself among them. */
function partsOf(value: unknown, found: Set<unknown> = new Set<unknown>()): Set<unknown> {
  if (!isObject(value) || found.has(value)) return found;
  found.add(value);
  for (const member of membersOf(value)) partsOf(member, found);
  return found;
}

/** What is found at the keys of an object, and at those that it inherits from the program's own. */
function membersOf(value: object): readonly unknown[] {
  const members: unknown[] = [];
  let owner: unknown = value;
  while (isObject(owner) && !isBuiltIn(owner)) {
    if (owner !== value) members.push(owner);
    for (const key of Reflect.ownKeys(owner)) members.push(Reflect.get(owner, key, value));
    owner = Object.getPrototypeOf(owner);
  }
  return members;
}

/** Tells whether this is the prototype of what JavaScript itself makes. */
function isBuiltIn(value: object): boolean {
  if (!Object.hasOwn(value, 'constructor')) return false;
  const { constructor } = value;
  return (
    typeof constructor === 'function' &&
    constructor.prototype === value &&
    Function.prototype.toString.call(constructor).includes('[native code]')
  );
}

/** Tells whether NaN is anywhere in a value: io-ts copies what holds it, taking it for changed. */
export function holdsNaN(value: unknown): boolean {
  if (Number.isNaN(value)) return true;
  return [...partsOf(value)].some(
    (part) => isObject(part) && membersOf(part).some((member) => Number.isNaN(member)),
  );
}

/** Tells whether all of a value stands at own keys that a copy has, too. */
export function isPlain(value: unknown): boolean {
  return [...partsOf(value)].every((part) => {
    if (!isObject(part)) return true;
    const prototype: unknown = Object.getPrototypeOf(part);
    if (Array.isArray(part)) return Object.keys(part).length === part.length;
    const keys = Reflect.ownKeys(part);
    return (
      prototype === Object.prototype &&
      keys.length === Object.keys(part).length &&
      !keys.includes('__proto__')
    );
  });
}

/**
 * Tells in what way one result is unlike another: values, prototypes, keys and their order, and which parts
 * of what was given are in it unchanged. Gives undefined if they cannot be told apart.
 */
export function unlikeness(given: unknown, theirs: unknown, ours: unknown): string | undefined {
  return new Comparison(partsOf(given)).unlikeness(theirs, ours, 'the result');
}

class Comparison {
  readonly #given: ReadonlySet<unknown>;
  readonly #pairs = new Map<unknown, unknown>();

  constructor(given: ReadonlySet<unknown>) {
    this.#given = given;
  }

  unlikeness(theirs: unknown, ours: unknown, path: string): string | undefined {
    if (Object.is(theirs, ours)) return undefined;
    if (!isObject(theirs) || !isObject(ours)) return `${path} is another value`;
    if (this.#given.has(theirs)) return `${path} is not the very part that was given`;
    if (this.#given.has(ours)) return `${path} was to be changed`;
    // Types and functions are compared as what they are.
    if (theirs instanceof t.Type || typeof theirs === 'function') return `${path} is another`;
    const known = this.#pairs.get(theirs);
    if (known !== undefined) return known === ours ? undefined : `${path} is another object`;
    this.#pairs.set(theirs, ours);
    return this.#contents(theirs, ours, path);
  }

  #contents(theirs: object, ours: object, path: string): string | undefined {
    const prototype = this.unlikeness(
      Object.getPrototypeOf(theirs),
      Object.getPrototypeOf(ours),
      `the prototype of ${path}`,
    );
    if (prototype !== undefined) return prototype;
    if (types.isDate(theirs) && types.isDate(ours)) {
      return Number(theirs) === Number(ours) ? undefined : `${path} is another time`;
    }
    if (types.isSet(theirs) && types.isSet(ours)) {
      return this.unlikeness([...theirs], [...ours], path);
    }
    const keys = Reflect.ownKeys(theirs);
    const own = Reflect.ownKeys(ours);
    if (keys.length !== own.length || keys.some((key, at) => key !== own[at])) {
      return `${path} has the keys ${own.map(String).join()} instead of ${keys.map(String).join()}`;
    }
    for (const key of keys) {
      const unlike = this.unlikeness(
        Reflect.get(theirs, key),
        Reflect.get(ours, key),
        `${path}[${String(key)}]`,
      );
      if (unlike !== undefined) return unlike;
    }
    return undefined;
  }
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
