import type { Dice } from '../../read/support/dice.js';

/** Something that a program did to what all objects share. */
interface World {
  readonly owner: object;
  readonly key: PropertyKey;
  readonly descriptor: PropertyDescriptor;
}

const told = {
  value(this: unknown): unknown {
    return { told: typeof this };
  },
};

/** By name. */
export const WORLDS: Readonly<Record<string, World>> = {
  'Object.prototype.toJSON': { owner: Object.prototype, key: 'toJSON', descriptor: told },
  'Array.prototype.toJSON': { owner: Array.prototype, key: 'toJSON', descriptor: told },
  'String.prototype.toJSON': { owner: String.prototype, key: 'toJSON', descriptor: told },
  'Number.prototype.toJSON': { owner: Number.prototype, key: 'toJSON', descriptor: told },
  'Boolean.prototype.toJSON': { owner: Boolean.prototype, key: 'toJSON', descriptor: told },
  'BigInt.prototype.toJSON': { owner: BigInt.prototype, key: 'toJSON', descriptor: told },
  'Object.prototype.toJSON that is no function': {
    owner: Object.prototype,
    key: 'toJSON',
    descriptor: { value: 1 },
  },
  'Object.prototype.a': { owner: Object.prototype, key: 'a', descriptor: { value: 1 } },
  'Object.prototype.b, listed': {
    owner: Object.prototype,
    key: 'b',
    descriptor: { value: 'b', enumerable: true },
  },
  'a getter on Object.prototype': {
    owner: Object.prototype,
    key: 'c',
    descriptor: { get: () => null, set: () => undefined, enumerable: true },
  },
  'Object.prototype[0]': {
    owner: Object.prototype,
    key: 0,
    descriptor: { value: 0, enumerable: true },
  },
  'Array.prototype[0]': { owner: Array.prototype, key: 0, descriptor: { value: 'zero' } },
};

const NAMES = Object.keys(WORLDS);

/** Runs something in a world that is like no other. */
export function inWorld<T>(name: string, run: () => T): T {
  const world = WORLDS[name];
  if (world === undefined) throw new Error(`there is no ${name}`);
  const { owner, key, descriptor } = world;
  Object.defineProperty(owner, key, { ...writable(descriptor), configurable: true });
  try {
    return run();
  } finally {
    Reflect.deleteProperty(owner, key);
  }
}

/** Gives the name of any world. */
export function anyWorld(dice: Dice): string {
  return dice.pick(['Object.prototype.toJSON', ...NAMES]);
}

/** Or else nothing could be assigned to the key on any object. */
function writable(descriptor: PropertyDescriptor): PropertyDescriptor {
  return 'value' in descriptor ? { ...descriptor, writable: true } : descriptor;
}
