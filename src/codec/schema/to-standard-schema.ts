import type { StandardSchemaV1 } from '@standard-schema/spec';
import type * as t from 'io-ts';

import { describeIssue } from '../describe-issue.js';
import { fromIoTsType } from './io-ts-type.js';

/**
 * Gives an io-ts type as a Standard Schema (https://standardschema.dev), for libraries that take one.
 *
 * @remarks
 * It accepts and gives what the type does, compiled as by {@link json}. Each error of io-ts becomes an issue with its
 * path and one sentence; a type that throws becomes an issue as well.
 *
 * @param type - The io-ts type.
 * @returns The Standard Schema, of version 1 and vendor `rx-wss`.
 *
 * @example
 * ```ts
 * import * as t from 'io-ts';
 * import { toStandardSchema } from 'rx-wss';
 *
 * const schema = toStandardSchema(t.type({ port: t.number }));
 * schema['~standard'].validate({ port: 'x' });
 * // { issues: [{ message: 'at port expected number, got "x"', path: ['port'] }] }
 * ```
 */
export function toStandardSchema<A>(type: t.Type<A, unknown>): StandardSchemaV1<unknown, A> {
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
                message: describeIssue(issue),
                path: issue.path,
              })),
            };
      },
    },
  };
}
