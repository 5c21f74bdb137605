import * as fc from 'fast-check';
import * as O from 'fp-ts/lib/Option.js';
import { describe, expect, it } from 'vitest';
import { parseHttpDate } from '../../../src/streams/backoff/http-date.js';

const NOW = Date.UTC(2026, 6, 1);

describe('parseHttpDate', () => {
  it.each([
    ['the form to send', 'Sun, 06 Nov 1994 08:49:37 GMT', Date.UTC(1994, 10, 6, 8, 49, 37)],
    ['the form of RFC 850', 'Sunday, 06-Nov-94 08:49:37 GMT', Date.UTC(1994, 10, 6, 8, 49, 37)],
    ['the form of asctime', 'Sun Nov  6 08:49:37 1994', Date.UTC(1994, 10, 6, 8, 49, 37)],
    ['a day of two digits', 'Wed Nov 16 08:49:37 1994', Date.UTC(1994, 10, 16, 8, 49, 37)],
    ['a leap day', 'Thu, 29 Feb 2024 00:00:00 GMT', Date.UTC(2024, 1, 29)],
    ['a leap second', 'Sat, 31 Dec 2016 23:59:60 GMT', Date.UTC(2017, 0, 1)],
  ])('should read %s', (_name, text, expected) => {
    expect(parseHttpDate(text, NOW)).toEqual(O.some(expected));
  });

  it.each([
    ['2026, 50 years ahead', NOW, '76', 2076],
    ['2026, 51 years ahead', NOW, '77', 1977],
    ['2026, the last century', NOW, '99', 1999],
    ['2026, this year', NOW, '26', 2026],
    ['2099, the next century', Date.UTC(2099, 0, 1), '01', 2101],
  ])('should take two digits for the year next to now: %s', (_name, now, digits, year) => {
    expect(parseHttpDate(`Friday, 01-Jan-${digits} 00:00:00 GMT`, now)).toEqual(
      O.some(Date.UTC(year, 0, 1)),
    );
  });

  it.each([
    '',
    'soon',
    '2026-07-01T00:00:00Z',
    'Sun, 06 Nov 1994 08:49:37',
    'Sun, 06 Nov 1994 08:49:37 CET',
    'Sun, 6 Nov 1994 08:49:37 GMT',
    'sun, 06 nov 1994 08:49:37 gmt',
    'Sun, 31 Feb 2026 08:49:37 GMT',
    'Sun, 00 Nov 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 24:00:00 GMT',
    'Sun, 06 Nov 1994 08:60:00 GMT',
    'Sun, 06 Nov 1994 08:49:61 GMT',
    'Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT',
  ])('should refuse %o', (text) => {
    expect(parseHttpDate(text, NOW)).toEqual(O.none);
  });

  it('should read back what Date writes', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('1000-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }),
        (date) => {
          const seconds = Math.floor(date.getTime() / 1_000) * 1_000;
          expect(parseHttpDate(date.toUTCString(), NOW)).toEqual(O.some(seconds));
        },
      ),
    );
  });
});
