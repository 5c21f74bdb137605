import type { StandardSchemaV1 } from '@standard-schema/spec';

import type * as t from 'io-ts';

import { show } from '../../errors/option-checks.js';
import { OptionTypeError } from '../../errors/option-error.js';
import { fromIoTsDecoder } from './io-ts-decoder.js';
import { fromIoTsType } from './io-ts-type.js';
import { isPromise, settle } from './promise.js';
import type { IoTsDecoder } from './schema.js';
import type { SchemaCheck } from './schema-check.js';
import { fromStandardSchema } from './standard-schema.js';

/** A schema that was recognised. */
export interface KnownSchema {
  /** Its name, for reports. */
  readonly name: string;
  readonly check: SchemaCheck;
  /** The io-ts type that it is, if it is one. */
  readonly type?: t.Mixed | undefined;
}

const ALLOWED = 'an io-ts type, a decoder of io-ts or a Standard Schema';

/**
 * Recognises what was given as a schema.
 *
 * @param path - The path of the option, for errors.
 * @throws OptionTypeError if it is none, or an asynchronous one.
 */
export function readSchema(path: string, given: unknown): KnownSchema {
  if (isIoTsType(given)) return { name: given.name, check: fromIoTsType(given), type: given };
  if (isStandardSchema(given)) {
    refuseAsync(path, given, given['~standard'].validate);
    return { name: `${given['~standard'].vendor} schema`, check: fromStandardSchema(given) };
  }
  if (isIoTsDecoder(given)) {
    refuseAsync(path, given, given.decode);
    return { name: 'io-ts decoder', check: fromIoTsDecoder(given) };
  }
  throw new OptionTypeError(path, `must be ${ALLOWED}, got ${show(given)}`);
}

/** `validate` tells io-ts types from the decoders of its newer modules, which report otherwise. */
function isIoTsType(value: unknown): value is t.Mixed {
  return (
    typeof value === 'object' &&
    typeOf(value, 'decode') === 'function' &&
    typeOf(value, 'validate') === 'function' &&
    typeOf(value, 'name') === 'string'
  );
}

function isIoTsDecoder(value: unknown): value is IoTsDecoder {
  return typeof value === 'object' && typeOf(value, 'decode') === 'function';
}

/** Tells whether a value is a Standard Schema; those of arktype are functions. */
export function isStandardSchema(value: unknown): value is StandardSchemaV1 {
  const standard: unknown = isObject(value) ? Reflect.get(value, '~standard') : undefined;
  return typeOf(standard, 'validate') === 'function';
}

const PROBES: readonly unknown[] = [undefined, null, '', 0, true, {}, []];

/**
 * Refuses a schema that answers a trial value with a promise, or says itself that it would.
 *
 * @remarks Whether one does so only for certain values cannot be known beforehand.
 */
function refuseAsync(path: string, schema: object, check: (value: unknown) => unknown): void {
  // Valibot marks its own.
  const isAsync =
    Reflect.get(schema, 'async') === true || PROBES.some((probe) => isLate(check, probe));
  if (isAsync) throw new OptionTypeError(path, 'must be synchronous, got an asynchronous schema');
}

function isLate(check: (value: unknown) => unknown, probe: unknown): boolean {
  try {
    const answer = check(probe);
    if (isPromise(answer)) settle(answer);
    // A TaskDecoder answers with a function that gives a promise.
    return isPromise(answer) || typeof answer === 'function';
  } catch {
    return false;
  }
}

function typeOf(value: unknown, name: string): string {
  return isObject(value) ? typeof Reflect.get(value, name) : 'undefined';
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
