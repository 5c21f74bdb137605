import type { StandardSchemaV1 } from '@standard-schema/spec';
import type * as t from 'io-ts';

import { show } from '../../errors/option-checks.js';
import { OptionTypeError } from '../../errors/option-error.js';
import { fromIoTsDecoder } from './io-ts-decoder.js';
import { fromIoTsType } from './io-ts-type.js';
import { hasMethod, memberOf } from './object-member.js';
import type { IoTsDecoder } from './schema.js';
import type { SchemaCheck } from './schema-check.js';
import { fromStandardSchema } from './standard-schema.js';
import { tryOut } from './trial.js';
import { validateNow } from './validate-now.js';

/** A schema that was recognised. */
export interface KnownSchema {
  /** Its name, for reports. */
  readonly name: string;
  /** What it makes of a value. */
  readonly check: SchemaCheck;
  /** The io-ts type that it is, if it is one. */
  readonly type?: t.Mixed | undefined;
}

const ALLOWED = 'an io-ts type, a decoder of io-ts or a Standard Schema';

/**
 * Recognises what was given as a schema.
 *
 * @remarks What is two of them at once counts as the first one here: an io-ts type, a Standard Schema, a decoder.
 *
 * @param path - The path of the option, for errors.
 * @param given - The option's value.
 * @throws `OptionTypeError` when it is none, or an asynchronous one.
 */
export function readSchema(path: string, given: unknown): KnownSchema {
  if (isIoTsType(given)) return { name: given.name, check: fromIoTsType(given), type: given };
  if (isStandardSchema(given)) {
    const { isAsynchronous } = tryOut((value) => validateNow(given, value));
    // Valibot says it of its schemas itself.
    if (isAsynchronous || memberOf(given, 'async') === true) throw asynchronous(path);
    return { name: `${given['~standard'].vendor} schema`, check: fromStandardSchema(given) };
  }
  if (isObjectWithDecode(given)) {
    const { isAsynchronous, answers } = tryOut((value) => given.decode(value));
    if (isAsynchronous) throw asynchronous(path);
    if (!answers.every(isEither)) {
      throw new OptionTypeError(path, `must be ${ALLOWED}, got a decode that gives no Either`);
    }
    return { name: 'io-ts decoder', check: fromIoTsDecoder(given) };
  }
  throw new OptionTypeError(path, `must be ${ALLOWED}, got ${show(given)}`);
}

/** Tells whether a value is a Standard Schema; those of arktype are functions. */
export function isStandardSchema(value: unknown): value is StandardSchemaV1 {
  const standard = memberOf(value, '~standard');
  return memberOf(standard, 'version') === 1 && hasMethod(standard, 'validate');
}

/** `validate` tells io-ts types from the decoders of its newer modules, which report otherwise. */
export function isIoTsType(value: unknown): value is t.Mixed {
  return (
    typeof value === 'object' &&
    hasMethod(value, 'decode') &&
    hasMethod(value, 'validate') &&
    typeof memberOf(value, 'name') === 'string'
  );
}

/** What else is a decoder cannot be seen, only tried. */
function isObjectWithDecode(value: unknown): value is IoTsDecoder {
  return typeof value === 'object' && hasMethod(value, 'decode');
}

function isEither(value: unknown): boolean {
  const tag = memberOf(value, '_tag');
  return tag === 'Right' || tag === 'Left';
}

function asynchronous(path: string): OptionTypeError {
  return new OptionTypeError(
    path,
    'must be synchronous, got an asynchronous schema; messages that wait for a promise would overtake one another',
  );
}
