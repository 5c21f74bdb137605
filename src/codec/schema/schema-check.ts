import type { Either } from 'fp-ts/lib/Either.js';

import type { DecodeIssue } from '../decode-failure.js';

/** Why a schema does not take a value. */
export interface SchemaRefusal {
  /** What is wrong, first things first; never empty, and never more than `MAX_ISSUES`. */
  readonly issues: readonly DecodeIssue[];
  /** How many further issues were left out of `issues`; absent when it holds them all. */
  readonly omittedIssues?: number | undefined;
  /** What the schema threw, if it threw instead of refusing the value. */
  readonly cause?: unknown;
}

/** Gives what a schema of whatever kind makes of a value. Never throws. */
export type SchemaCheck = (value: unknown) => Either<SchemaRefusal, unknown>;
