import type { StandardSchemaV1 } from '@standard-schema/spec';
import type * as t from 'io-ts';

import { show } from '../../errors/option-checks.js';
import { OptionTypeError } from '../../errors/option-error.js';
import { describeIssue } from '../describe-issue.js';
import { fromIoTsType } from './io-ts-type.js';
import { isIoTsType } from './read-schema.js';

/**
 * Gives an io-ts type as a Standard Schema (https://standardschema.dev), for libraries that take one.
 *
 * @remarks
 * It accepts and gives what the type does, compiled as by {@link json}. Each error of io-ts becomes an issue with its
 * path and one sentence, of at most 20; a type that throws becomes an issue as well.
 *
 * @param type - The io-ts type.
 * @returns The Standard Schema, of version 1 and vendor `rx-wss`.
 * @throws `OptionTypeError`, at once, when `type` is no io-ts type.
 *
 * @example
 * ```ts
 * import * as t from 'io-ts';
 * import { toStandardSchema } from 'rx-wss';
 *
 * const schema = toStandardSchema(t.type({ port: t.number }));
 * schema['~standard'].validate({ port: 'x' });
 * // { issues: [{ message: 'expected number, got "x"', path: ['port'] }] }
 * ```
 */
export function toStandardSchema<A>(type: t.Type<A, unknown>): StandardSchemaV1<unknown, A> {
  if (!isIoTsType(type)) {
    throw new OptionTypeError('type', `must be an io-ts type, got ${show(type)}`);
  }
  const check = fromIoTsType(type);
  return {
    '~standard': {
      version: 1,
      vendor: 'rx-wss',
      validate: (value) => {
        const checked = check(value);
        return checked._tag === 'Right'
          ? // The check is that of the type.
            { value: checked.right as A }
          : {
              issues: checked.left.issues.map((issue) => ({
                // Without the place, which stands beside it.
                message: describeIssue({ ...issue, path: [] }),
                path: issue.path,
              })),
            };
      },
    },
  };
}
