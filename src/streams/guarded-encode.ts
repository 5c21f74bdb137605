import { isUint8Array } from 'node:util/types';

import type * as E from 'fp-ts/lib/Either.js';

import type { Codec, Payload } from '../codec/codec.js';
import type { EncodeFailure } from '../codec/encode-failure.js';
import { thrownText } from '../codec/thrown-text.js';
import { show } from '../errors/option-checks.js';
import { ignoreRejection } from './ignore-rejection.js';

/** A codec whose `encode` is not taken at the word of its type. */
export interface UncheckedEncoder<Out> extends Pick<Codec<unknown, Out>, 'name'> {
  readonly encode: (message: Out) => E.Either<EncodeFailure, unknown> | null | undefined;
}

/**
 * Writes a message, whatever the codec does: one that throws, or that gives anything but an Either
 * of a payload, cannot encode it.
 */
export function guardedEncode<Out>(
  codec: UncheckedEncoder<Out>,
  message: Out,
): E.Either<EncodeFailure, Payload> {
  try {
    const given = codec.encode(message);
    if (given?._tag === 'Right') {
      if (isEncoded(given)) return given;
      ignoreRejection(given.right);
      return fault(codec.name, `encode gave ${show(given.right)} in place of a string or bytes`);
    }
    if (isFailure(given)) return given;
    ignoreRejection(given);
    return fault(codec.name, `encode gave no Either of a payload, but ${show(given)}`);
  } catch (cause) {
    return fault(codec.name, `encode threw: ${thrownText(cause)}`, { cause });
  }
}

function isEncoded(given: E.Right<unknown>): given is E.Right<Payload> {
  return typeof given.right === 'string' || isUint8Array(given.right);
}

function isFailure(given: unknown): given is E.Left<EncodeFailure> {
  if (!isObject(given) || given['_tag'] !== 'Left' || !isObject(given['left'])) return false;
  const { _tag, reason } = given['left'];
  return _tag === 'EncodeFailure' && typeof reason === 'string';
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function fault(
  codec: unknown,
  reason: string,
  thrown?: { readonly cause: unknown },
): E.Left<EncodeFailure> {
  const name = typeof codec === 'string' ? codec : 'nameless';
  return { _tag: 'Left', left: { _tag: 'EncodeFailure', codec: name, reason, ...thrown } };
}
