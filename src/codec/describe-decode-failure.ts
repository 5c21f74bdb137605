import { printable } from '../errors/printable.js';
import type { DecodeFailure } from './decode-failure.js';
import { describeIssue, describeIssueFully } from './describe-issue.js';

const WHAT_FAILED: Readonly<Record<DecodeFailure['phase'], string>> = {
  kind: 'is of the wrong kind',
  'utf-8': 'is not readable as UTF-8',
  json: 'is not JSON',
  format: 'is not of the format',
  schema: 'is not of the expected type',
};

/**
 * Says on one line why a message did not decode: the first issue, and how many more there are.
 *
 * @remarks
 * For logs. What comes from the peer is escaped and cut; of the program, only the names of its types, their own
 * messages and the messages of what the `decode` of a custom codec throws appear.
 *
 * @param failure - The failure to describe.
 * @returns One line, without control characters.
 *
 * @example
 * ```ts
 * import * as t from 'io-ts';
 * import { describeDecodeFailure, json } from 'rx-wss';
 *
 * const codec = json({ incoming: t.type({ order: t.type({ price: t.number }) }) });
 * const result = codec.decode(Buffer.from('{"order":{"price":"12"}}'), 'text');
 * if (result._tag === 'Left') console.log(describeDecodeFailure(result.left));
 * // json codec: at order.price expected number, got "12"
 * ```
 */
export function describeDecodeFailure(failure: DecodeFailure): string {
  const { codec, issues, omittedIssues = 0 } = failure;
  const [first] = issues;
  const what =
    first === undefined ? `the message ${WHAT_FAILED[failure.phase]}` : describeIssue(first);
  const more = issues.length - 1 + omittedIssues;
  return `${printable(codec)} codec: ${what}${more > 0 ? ` (and ${more} more)` : ''}`;
}

/**
 * Says on several lines why a message did not decode: what kind of message it was and each issue.
 *
 * @remarks
 * For a terminal or a test's output; escaped and cut as by {@link describeDecodeFailure}, line breaks
 * between the lines excepted.
 *
 * @param failure - The failure to describe.
 * @returns A line for the message and an indented one for each issue, without a line break at the end.
 *
 * @example
 * ```ts
 * import * as t from 'io-ts';
 * import { json, reportDecodeFailure } from 'rx-wss';
 *
 * const codec = json({ incoming: t.type({ symbol: t.string, price: t.number }) });
 * const result = codec.decode(Buffer.from('{"price":"12"}'), 'text');
 * if (result._tag === 'Left') console.log(reportDecodeFailure(result.left));
 * // json codec: a text message (14 bytes) is not of the expected type
 * //   at symbol expected string, got undefined
 * //   at price expected number, got "12"
 * ```
 */
export function reportDecodeFailure(failure: DecodeFailure): string {
  const { codec, kind, data, phase, issues, omittedIssues = 0 } = failure;
  const size = data.byteLength === 1 ? '1 byte' : `${data.byteLength} bytes`;
  const lines = [
    `${printable(codec)} codec: a ${kind} message (${size}) ${WHAT_FAILED[phase]}`,
    ...issues.map((issue) => `  ${describeIssueFully(issue)}`),
  ];
  if (omittedIssues > 0) lines.push(`  and ${omittedIssues} more`);
  return lines.join('\n');
}
