import * as O from 'fp-ts/lib/Option.js';
import type { Option } from 'fp-ts/lib/Option.js';

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
const MONTH = MONTHS.join('|');
const DAY = 'Mon|Tue|Wed|Thu|Fri|Sat|Sun';
const LONG_DAY = 'Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday';
const TIME = '(?<hour>\\d\\d):(?<minute>\\d\\d):(?<second>\\d\\d)';

// RFC 9110 section 5.6.7: one form to send, and two obsolete ones that must be understood as well.
const FORMS: readonly RegExp[] = [
  `(?:${DAY}), (?<day>\\d\\d) (?<month>${MONTH}) (?<year>\\d{4}) ${TIME} GMT`,
  `(?:${LONG_DAY}), (?<day>\\d\\d)-(?<month>${MONTH})-(?<year>\\d\\d) ${TIME} GMT`,
  `(?:${DAY}) (?<month>${MONTH}) (?<day>[\\d ]\\d) ${TIME} (?<year>\\d{4})`,
].map((form) => new RegExp(`^${form}$`, 'u'));

/**
 * Reads an HTTP-date in any of its three forms (RFC 9110 section 5.6.7).
 *
 * @param text - The field's value.
 * @param now - The present time, in milliseconds since 1970: it tells the century of a year that is
 * written with two digits.
 * @returns The time, in milliseconds since 1970; none when `text` is not an HTTP-date.
 *
 * @internal
 */
export function parseHttpDate(text: string, now: number): Option<number> {
  for (const form of FORMS) {
    const fields = form.exec(text)?.groups;
    if (fields !== undefined) return toTime(fields, now);
  }
  return O.none;
}

function toTime(fields: Readonly<Record<string, string>>, now: number): Option<number> {
  const part = (name: string): number => Number(fields[name]);
  const year = String(fields['year']).length === 2 ? nearestYear(part('year'), now) : part('year');
  const month = MONTHS.indexOf(String(fields['month']));
  const day = part('day');
  const exists = new Date(Date.UTC(year, month, day)).getUTCDate() === day;
  // The grammar allows second 60, for a leap second.
  return exists && part('hour') < 24 && part('minute') < 60 && part('second') <= 60
    ? O.some(Date.UTC(year, month, day, part('hour'), part('minute'), part('second')))
    : O.none;
}

/** Gives the year that ends in `digits` and is less than 50 years ago or at most 50 years ahead. */
function nearestYear(digits: number, now: number): number {
  const earliest = new Date(now).getUTCFullYear() - 49;
  return earliest + ((((digits - earliest) % 100) + 100) % 100);
}
