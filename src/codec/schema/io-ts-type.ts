import { left, right, type Either } from 'fp-ts/lib/Either.js';
import type * as t from 'io-ts';

import { REFUSED } from '../compile/closure-decode.js';
import { compiledTypeOf } from '../compile/compiled-type-of.js';
import { ioTsRefusal } from './io-ts-refusal.js';
import { thrownRefusal } from './refusal.js';
import type { SchemaCheck, SchemaRefusal } from './schema-check.js';

/** Any io-ts type that reads a value of unknown type. */
export type IoTsType = t.Mixed;

/**
 * Gives the check of an io-ts type: what it was compiled to at the first value, and io-ts itself for what that does
 * not take, so that every report is io-ts's own.
 */
export function fromIoTsType(type: IoTsType): SchemaCheck {
  let decode: ((value: unknown) => unknown) | undefined;
  return (value) => {
    try {
      decode ??= compiledTypeOf(type)?.decode ?? leaveToIoTs;
      const message = decode(value);
      if (message !== REFUSED) return right(message);
    } catch {
      // A part of the type threw: io-ts is to say so.
    }
    return decodeWithIoTs(type, value);
  };
}

function leaveToIoTs(): typeof REFUSED {
  return REFUSED;
}

/** Gives what io-ts itself makes of a value, or in our words what it has against it. */
export function decodeWithIoTs(type: IoTsType, value: unknown): Either<SchemaRefusal, unknown> {
  try {
    const decoded = type.decode(value);
    return decoded._tag === 'Right' ? decoded : left(ioTsRefusal(type.name, value, decoded.left));
  } catch (cause) {
    return left(thrownRefusal(type.name, value, cause));
  }
}
