import { left, right, type Either } from 'fp-ts/lib/Either.js';

import { show } from '../../errors/option-checks.js';
import { OptionTypeError } from '../../errors/option-error.js';
import { thrownText } from '../thrown-text.js';
import { describeIssue } from '../describe-issue.js';
import { hasMethod } from './object-member.js';
import { isPromise, settle } from './promise.js';
import { isStandardSchema, readSchema } from './read-schema.js';
import type { SchemaCheck } from './schema-check.js';

/** Why a schema does not let a message go out. */
export interface PrepareRefusal {
  /** One sentence: what is wrong with the message. */
  readonly reason: string;
  /** What the schema threw, if it threw. */
  readonly cause?: unknown;
}

/** Gives what a schema makes of a message before it is written. Never throws. */
export type Prepare = (message: unknown) => Either<PrepareRefusal, unknown>;

/**
 * Finds out what an option's schema does with outgoing messages.
 *
 * @param option - The option's path.
 * @param schema - Its value.
 * @throws `OptionTypeError` when it is not something that writes messages.
 */
export function readOutgoing(option: string, schema: unknown): Prepare {
  // Before its encode, which zod has too, and which goes another way.
  if (isStandardSchema(schema)) return fromCheck(readSchema(option, schema).check);
  if (typeof schema === 'object' && hasMethod(schema, 'encode')) return fromEncoder(schema);
  throw new OptionTypeError(
    option,
    `must be an io-ts type or a Standard Schema, or have an encode function, got ${show(schema)}`,
  );
}

function fromEncoder(encoder: { readonly encode: (message: unknown) => unknown }): Prepare {
  return (message) => {
    try {
      const encoded = encoder.encode(message);
      if (!isPromise(encoded)) return right(encoded);
      settle(encoded);
      return left({ reason: 'the encode of its type gave a promise, but a codec is synchronous' });
    } catch (cause) {
      return left({ reason: `the encode of its type threw: ${thrownText(cause)}`, cause });
    }
  };
}

function fromCheck(check: SchemaCheck): Prepare {
  return (message) => {
    const checked = check(message);
    if (checked._tag === 'Right') return checked;
    const { issues, omittedIssues = 0, cause } = checked.left;
    const more = issues.length - 1 + omittedIssues;
    const what = issues.slice(0, 1).map(describeIssue).join('');
    const reason = `the message is not of its type: ${what}${more > 0 ? ` (and ${more} more)` : ''}`;
    return left(cause === undefined ? { reason } : { reason, cause });
  };
}
