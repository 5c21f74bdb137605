import type { StandardSchemaV1 } from '@standard-schema/spec';

import { hasMethod } from './object-member.js';
import { isPromise, settle } from './promise.js';

/**
 * Gives what a Standard Schema answers; a promise, of which nothing more will be heard, when it is asynchronous.
 *
 * @throws What the schema throws.
 */
export function validateNow(
  schema: StandardSchemaV1,
  value: unknown,
): StandardSchemaV1.Result<unknown> | PromiseLike<unknown> {
  const answer = schema['~standard'].validate(value);
  if (isPromise(answer)) {
    settle(answer);
    refuseThrow(schema, value);
  }
  return answer;
}

/**
 * Throws what a function inside of a zod schema throws.
 *
 * @remarks Zod takes whatever is thrown for the sign that it has met a promise, and validates again, asynchronously. Its
 * own `safeParse` tells one from the other.
 */
function refuseThrow(schema: StandardSchemaV1, value: unknown): void {
  if (!hasMethod(schema, 'safeParse')) return;
  try {
    schema.safeParse(value);
  } catch (thrown) {
    const isAsynchronous =
      thrown instanceof Error && /encountered.*synchronous parse/i.test(thrown.message);
    if (!isAsynchronous) throw thrown;
  }
}
