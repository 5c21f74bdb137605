import { isUtf8 } from 'node:buffer';

import type * as t from 'io-ts';

import type { MessageKind } from '../../../../src/codec/codec.js';

/** Stands for what the ordinary way refuses. */
export const REFUSED_MESSAGE: unique symbol = Symbol('refused');

const STRICT_UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Reads a message by the means of the language and io-ts alone. */
export function readOrdinarily(type: t.Mixed, data: Buffer, kind: MessageKind): unknown {
  try {
    const text = kind === 'text' ? data.toString() : STRICT_UTF8.decode(data);
    const value: unknown = JSON.parse(text);
    const decoded: t.Validation<unknown> = type.decode(value);
    return decoded._tag === 'Right' ? decoded.right : REFUSED_MESSAGE;
  } catch {
    return REFUSED_MESSAGE;
  }
}

/** The kinds that a message of these bytes can be of; a connection hands over no text that is not UTF-8. */
export function kindsOf(data: Buffer): readonly MessageKind[] {
  return isUtf8(data) ? ['text', 'binary'] : ['binary'];
}

/** Tells whether two messages are the same through and through: prototypes, order of keys, -0. */
export function isSame(one: unknown, other: unknown): boolean {
  if (typeof one !== 'object' || one === null || typeof other !== 'object' || other === null) {
    return Object.is(one, other);
  }
  if (Object.getPrototypeOf(one) !== Object.getPrototypeOf(other)) return false;
  if (one instanceof Date && other instanceof Date)
    return Object.is(one.getTime(), other.getTime());
  const keys = Reflect.ownKeys(one);
  const others = Reflect.ownKeys(other);
  return (
    keys.length === others.length &&
    keys.every((key, at) => {
      if (key !== others[at]) return false;
      const mine = Object.getOwnPropertyDescriptor(one, key);
      const theirs = Object.getOwnPropertyDescriptor(other, key);
      return mine?.writable === theirs?.writable && isSame(mine?.value, theirs?.value);
    })
  );
}
