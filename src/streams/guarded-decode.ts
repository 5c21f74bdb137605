import * as E from 'fp-ts/lib/Either.js';

import type { Codec, MessageKind } from '../codec/codec.js';
import type { DecodeFailure } from '../codec/decode-failure.js';
import { valueText } from '../codec/value-text.js';
import { ignoreRejection } from './ignore-rejection.js';

/** A codec whose `decode` is not taken at the word of its type. */
export interface UncheckedDecoder<In> extends Pick<Codec<In, never>, 'name'> {
  readonly decode: (
    data: Uint8Array,
    kind: MessageKind,
  ) => E.Either<DecodeFailure, In> | null | undefined;
}

/**
 * Reads a message, whatever the codec does: one that throws, or that gives anything but an Either,
 * has rejected the message.
 *
 * @remarks
 * It is called from within an event of the socket, where an error would end the process. A codec is
 * the user's own as often as not, and the message that it fails on is the server's.
 */
export function guardedDecode<In>(
  codec: UncheckedDecoder<In>,
  data: Uint8Array,
  kind: MessageKind,
): E.Either<DecodeFailure, In> {
  try {
    const given = codec.decode(data, kind);
    if (given?._tag === 'Right') return given;
    if (isFailure(given)) return given;
    ignoreRejection(given);
    const actual = valueText(given);
    return E.left(fault(codec.name, data, kind, actual, 'decode gave no Either of a message'));
  } catch (cause) {
    const message = 'decode threw; see cause';
    return E.left({ ...fault(codec.name, data, kind, 'an exception', message), cause });
  }
}

function isFailure(given: unknown): given is E.Left<DecodeFailure> {
  if (!isObject(given) || given['_tag'] !== 'Left' || !isObject(given['left'])) return false;
  const { _tag, issues } = given['left'];
  return _tag === 'DecodeFailure' && Array.isArray(issues);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function fault(
  codec: unknown,
  data: Uint8Array,
  kind: MessageKind,
  actual: string,
  message: string,
): DecodeFailure {
  return {
    _tag: 'DecodeFailure',
    phase: 'format',
    codec: typeof codec === 'string' ? codec : 'nameless',
    kind,
    data,
    issues: [{ path: [], expected: 'an Either', actual, message }],
  };
}
