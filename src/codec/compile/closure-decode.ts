import { appendContext } from 'io-ts';
import type * as t from 'io-ts';

import { hasOwn, isRecord } from './check.js';
import { closureCheck } from './closure-check.js';
import type { Prop, Shape, TaggedUnionShape, UnionShape } from './shape.js';
import { hasOpaque, isKeeping, mayPassBy } from './shape-facts.js';

/** Stands for the values that a type refuses. */
export const REFUSED: unique symbol = Symbol('refused');

/** Gives what io-ts makes of a value, or `REFUSED`. */
export type Decode = (value: unknown, context: t.Context) => unknown;

/** Makes the decoder of a shape by putting functions together: for types that may change a value. */
export function closureDecode(shape: Shape): Decode {
  return new Composer().decode(shape);
}

class Composer {
  readonly #decoders = new Map<Shape, Decode>();

  decode(shape: Shape): Decode {
    const known = this.#decoders.get(shape);
    if (known !== undefined) return known;
    if (shape._tag === 'Recursive') {
      const recursion: { decode: Decode } = { decode: () => REFUSED };
      this.#decoders.set(shape, (value, context) => recursion.decode(value, context));
      recursion.decode = this.decode(shape.inner());
      return recursion.decode;
    }
    const decode = isKeeping(shape) ? keep(shape) : this.#compose(shape);
    this.#decoders.set(shape, decode);
    return decode;
  }

  #compose(shape: Exclude<Shape, { _tag: 'Recursive' }>): Decode {
    switch (shape._tag) {
      case 'Interface':
        return this.#props(shape.props, false);
      case 'Partial':
        return this.#props(shape.props, true);
      case 'Exact':
        return this.#exact(this.decode(shape.inner), shape.keys);
      case 'Array':
        return this.#array(shape.item);
      case 'Tuple':
        return this.#tuple(shape.items);
      case 'Dictionary':
        return this.#dictionary(shape.values);
      case 'Union':
        return this.#union(shape);
      case 'TaggedUnion':
        return this.#taggedUnion(shape);
      case 'Refinement': {
        const { predicate } = shape;
        const inner = this.decode(shape.inner);
        return (value, context) => {
          const decoded = inner(value, context);
          return decoded !== REFUSED && predicate(decoded) ? decoded : REFUSED;
        };
      }
      case 'Literal': {
        const { value: literal } = shape;
        return (value) => (value === literal ? literal : REFUSED);
      }
      case 'Intersection':
        return this.#intersection(shape);
      default:
        return askIoTs(shape.type);
    }
  }

  #props(props: readonly Prop[], isPartial: boolean): Decode {
    const parts = props.map(({ key, shape }) => ({ key, decode: this.#part(key, shape) }));
    return (value, context) => {
      if (!isRecord(value)) return REFUSED;
      let result = value;
      for (const { key, decode } of parts) {
        const before = result[key];
        const after = decode(before, context);
        if (after === REFUSED) {
          if (isPartial && before === undefined) continue;
          return REFUSED;
        }
        const isMissing = !isPartial && after === undefined && !hasOwn(result, key);
        if (after !== before || isMissing) {
          if (result === value) result = Object.assign({}, value);
          result[key] = after;
        }
      }
      return result;
    };
  }

  #exact(inner: Decode, keys: ReadonlySet<string>): Decode {
    return (value, context) => {
      if (!isRecord(value)) return REFUSED;
      const decoded = inner(value, context);
      return decoded === REFUSED ? REFUSED : only(keys, decoded as Record<string, unknown>);
    };
  }

  #array(shape: Shape): Decode {
    const item = this.#item(shape);
    return (value, context) => {
      if (!Array.isArray(value)) return REFUSED;
      let result: unknown[] = value;
      for (let at = 0; at < value.length; at += 1) {
        const before: unknown = value[at];
        const after = item(before, context, at);
        if (after === REFUSED) return REFUSED;
        if (after !== before) {
          if (result === value) result = value.slice();
          result[at] = after;
        }
      }
      return result;
    };
  }

  #tuple(shapes: readonly Shape[]): Decode {
    const items = shapes.map((shape) => this.#item(shape));
    return (value, context) => {
      if (!Array.isArray(value)) return REFUSED;
      let result: unknown[] = value.length > items.length ? value.slice(0, items.length) : value;
      for (const [at, item] of items.entries()) {
        const before: unknown = value[at];
        const after = item(before, context, at);
        if (after === REFUSED) return REFUSED;
        if (after !== before) {
          if (result === value) result = value.slice();
          result[at] = after;
        }
      }
      return result;
    };
  }

  #dictionary(shape: Shape): Decode {
    const decode = this.decode(shape);
    const needsContext = hasOpaque(shape);
    return (value, context) => {
      if (!isRecord(value)) return REFUSED;
      const copy: Record<string, unknown> = {};
      let isChanged = false;
      for (const key of Object.keys(value)) {
        const before = value[key];
        const inside = needsContext ? appendContext(context, key, shape.type, before) : context;
        const after = decode(before, inside);
        if (after === REFUSED) return REFUSED;
        isChanged ||= after !== before;
        copy[key] = after;
      }
      return isChanged ? copy : value;
    };
  }

  #union({ type, members: shapes }: UnionShape): Decode {
    const ask = askIoTs(type);
    const members = shapes.map((shape, at) => ({
      decode: this.#part(String(at), shape),
      isSure: !mayPassBy(shape) || at === shapes.length - 1,
    }));
    return (value, context) => {
      for (const { decode, isSure } of members) {
        const decoded = decode(value, context);
        if (decoded !== REFUSED) return decoded;
        if (!isSure) return ask(value, context);
      }
      return REFUSED;
    };
  }

  #taggedUnion({ tag, members }: TaggedUnionShape): Decode {
    const decoders = new Map(
      members.flatMap(({ literals, shape }, at) => {
        const decode = this.#part(String(at), shape);
        return literals.map((literal) => [literal, decode]);
      }),
    );
    return (value, context) => {
      if (!isRecord(value)) return REFUSED;
      return decoders.get(value[tag])?.(value, context) ?? REFUSED;
    };
  }

  /** Leaves to io-ts how changes of several members go together. */
  #intersection(shape: Shape): Decode {
    const ask = askIoTs(shape.type);
    if (hasOpaque(shape)) return ask;
    const check = closureCheck(shape);
    return (value, context) => (check(value) ? value : ask(value, context));
  }

  /** Decodes what stands at `key`. */
  #part(key: string, shape: Shape): Decode {
    const decode = this.decode(shape);
    // Only io-ts's own validate looks at the context.
    if (!hasOpaque(shape)) return decode;
    return (value, context) => decode(value, appendContext(context, key, shape.type, value));
  }

  /** Decodes what stands at a position. */
  #item(shape: Shape): (value: unknown, context: t.Context, at: number) => unknown {
    const decode = this.decode(shape);
    if (!hasOpaque(shape)) return decode;
    return (value, context, at) =>
      decode(value, appendContext(context, String(at), shape.type, value));
  }
}

function keep(shape: Shape): Decode {
  const check = closureCheck(shape);
  return (value) => (check(value) ? value : REFUSED);
}

function askIoTs(type: t.Mixed): Decode {
  return (value, context) => {
    const result: t.Validation<unknown> = type.validate(value, context);
    return result._tag === 'Right' ? result.right : REFUSED;
  };
}

function only(keys: ReadonlySet<string>, record: Record<string, unknown>): Record<string, unknown> {
  const names = Object.getOwnPropertyNames(record);
  if (names.every((name) => keys.has(name))) return record;
  const kept: Record<string, unknown> = {};
  for (const name of names) if (keys.has(name)) kept[name] = record[name];
  return kept;
}
