import { hasOwn, isLiteral, isRecord } from './check.js';
import type { Check } from './check.js';
import type { Prop, Shape } from './shape.js';
import {
  asksAboutUndefined,
  hasOpaque,
  isKeeping,
  mayPassBy,
  takesUndefined,
} from './shape-facts.js';

/** Makes the check of a shape by putting functions together; for where code may not be generated. */
export function closureCheck(shape: Shape): Check {
  return new Composer().check(shape);
}

class Composer {
  readonly #checks = new Map<Shape, Check>();

  check(shape: Shape): Check {
    const known = this.#checks.get(shape);
    if (known !== undefined) return known;
    if (shape._tag === 'Recursive') {
      const recursion: { check: Check } = { check: () => false };
      this.#checks.set(shape, (value) => recursion.check(value));
      recursion.check = this.check(shape.inner());
      return recursion.check;
    }
    const check = this.#compose(shape);
    this.#checks.set(shape, check);
    return check;
  }

  #compose(shape: Exclude<Shape, { _tag: 'Recursive' }>): Check {
    switch (shape._tag) {
      case 'String':
        return (value) => typeof value === 'string';
      case 'Number':
        return (value) => typeof value === 'number';
      case 'BigInt':
        return (value) => typeof value === 'bigint';
      case 'Boolean':
        return (value) => typeof value === 'boolean';
      case 'Null':
        return (value) => value === null;
      case 'Undefined':
        return (value) => value === undefined;
      case 'Function':
        return (value) => typeof value === 'function';
      case 'AnyArray':
        return Array.isArray;
      case 'AnyRecord':
        return isRecord;
      case 'Anything':
        return () => true;
      case 'Nothing':
      case 'Opaque':
        return () => false;
      case 'Literal':
        return isLiteral(shape.value);
      case 'Keyof': {
        const { keys } = shape;
        return (value) => typeof value === 'string' && hasOwn(keys, value);
      }
      case 'Interface':
        return every(shape.props.map((prop) => this.#required(prop)));
      case 'Partial':
        return every(shape.props.map((prop) => this.#optional(prop)));
      case 'Exact': {
        const { keys } = shape;
        const inner = this.check(shape.inner);
        return (value) =>
          isRecord(value) &&
          inner(value) &&
          Object.getOwnPropertyNames(value).every((key) => keys.has(key));
      }
      case 'Array': {
        const item = this.check(shape.item);
        return (value) => {
          if (!Array.isArray(value)) return false;
          // Not every(), which leaves holes out, nor for-of, which an array may have its own of.
          // eslint-disable-next-line @typescript-eslint/prefer-for-of
          for (let at = 0; at < value.length; at += 1) if (!item(value[at])) return false;
          return true;
        };
      }
      case 'Tuple': {
        const items = shape.items.map((item) => this.check(item));
        return (value) =>
          Array.isArray(value) &&
          value.length <= items.length &&
          items.every((item, at) => item(value[at]));
      }
      case 'Dictionary': {
        const values = this.check(shape.values);
        return (value) => isRecord(value) && Object.keys(value).every((key) => values(value[key]));
      }
      case 'Union': {
        const members = sureMembers(shape.members).map((member) => this.check(member));
        return (value) => members.some((member) => member(value));
      }
      case 'TaggedUnion': {
        const { tag } = shape;
        const members = new Map(
          shape.members.flatMap(({ literals, shape: member }) => {
            const check = this.check(member);
            return literals.map((literal) => [literal, check]);
          }),
        );
        return (value) => isRecord(value) && members.get(value[tag])?.(value) === true;
      }
      case 'Intersection': {
        const members = shape.members.map((member) => this.check(member));
        return (value) => members.every((member) => member(value));
      }
      case 'Refinement': {
        const { predicate } = shape;
        const inner = this.check(shape.inner);
        return (value) => inner(value) && Boolean(predicate(value));
      }
    }
  }

  #required({ key, shape }: Prop): RecordCheck {
    const check = this.check(shape);
    // io-ts adds a key that is missing when undefined will do.
    return takesUndefined(shape)
      ? (record) => check(record[key]) && (record[key] !== undefined || hasOwn(record, key))
      : (record) => check(record[key]);
  }

  #optional({ key, shape }: Prop): RecordCheck {
    const check = this.check(shape);
    // io-ts asks the type about undefined, too; what it refuses then does not count, what it throws does.
    // What else it asks where the check stops early is io-ts's to say.
    if (hasOpaque(shape) || (asksAboutUndefined(shape) && !isKeeping(shape))) {
      return (record) => check(record[key]);
    }
    return asksAboutUndefined(shape)
      ? (record) => check(record[key]) || record[key] === undefined
      : (record) => record[key] === undefined || check(record[key]);
  }
}

type RecordCheck = (record: Record<string, unknown>) => boolean;

function every(checks: readonly RecordCheck[]): Check {
  return (value) => isRecord(value) && checks.every((check) => check(value));
}

/**
 * The members of a union that may be tried: none after the first that could take a value and change it, since io-ts
 * stops there, or that could have thrown.
 */
export function sureMembers(members: readonly Shape[]): readonly Shape[] {
  const last = members.findIndex((member) => !isKeeping(member) || mayPassBy(member));
  return last === -1 ? members : members.slice(0, last + 1);
}
