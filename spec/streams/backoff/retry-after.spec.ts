import * as fc from 'fast-check';
import * as O from 'fp-ts/lib/Option.js';
import { describe, expect, it } from 'vitest';
import { MAX_TIMER } from '../../../src/errors/option-checks.js';
import { retryAfter } from '../../../src/streams/backoff/retry-after.js';
import type { UpgradeRefused } from '../../../src/streams/ending.js';

const NOW = Date.UTC(2026, 6, 1, 12, 0, 0);

const refused = (status: number, headers: UpgradeRefused['headers']): UpgradeRefused => ({
  _tag: 'UpgradeRefused',
  by: 'server',
  phase: 'upgrade',
  uptime: 0,
  status,
  statusText: '',
  headers,
  body: '',
});

describe('retryAfter', () => {
  it.each([
    ['seconds', '120', 120_000],
    ['no seconds', '0', 0],
    ['leading zeros', '007', 7_000],
    ['a date ahead', 'Wed, 01 Jul 2026 12:00:30 GMT', 30_000],
    ['a date of the form of RFC 850', 'Wednesday, 01-Jul-26 12:00:30 GMT', 30_000],
    ['the present time', 'Wed, 01 Jul 2026 12:00:00 GMT', 0],
    ['a date in the past', 'Wed, 01 Jul 2026 11:00:00 GMT', 0],
    ['more than a timer can wait', '99999999', MAX_TIMER],
    ['more than a number can hold', '9'.repeat(400), MAX_TIMER],
    ['a date far ahead', 'Fri, 31 Dec 9999 23:59:59 GMT', MAX_TIMER],
  ])('should read %s', (_name, value, expected) => {
    expect(retryAfter(refused(503, { 'retry-after': value }), NOW)).toEqual(O.some(expected));
    expect(retryAfter(refused(429, { 'retry-after': value }), NOW)).toEqual(O.some(expected));
  });

  it.each(['', '-5', '+5', '1.5', '1e3', '0x10', '5s', '5, 6', 'soon', 'Wed, 01 Jul'])(
    'should give none for the malformed value %o',
    (value) => {
      expect(retryAfter(refused(503, { 'retry-after': value }), NOW)).toEqual(O.none);
    },
  );

  it('should take the first of several values', () => {
    expect(retryAfter(refused(503, { 'retry-after': ['7', '9'] }), NOW)).toEqual(O.some(7_000));
    expect(retryAfter(refused(503, { 'retry-after': [] }), NOW)).toEqual(O.none);
  });

  it('should give none without the header', () => {
    expect(retryAfter(refused(503, {}), NOW)).toEqual(O.none);
  });

  it.each([200, 301, 401, 500, 502, 504])('should give none for HTTP status %i', (status) => {
    expect(retryAfter(refused(status, { 'retry-after': '5' }), NOW)).toEqual(O.none);
  });

  it('should give none for another ending', () => {
    expect(
      retryAfter(
        { _tag: 'NetworkFailed', by: 'network', phase: 'tcp', uptime: 0, kind: 'refused' },
        NOW,
      ),
    ).toEqual(O.none);
  });

  it('should never throw, nor give a negative or endless wait, whatever the server sends', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(), (value, now) => {
        const wait = retryAfter(refused(503, { 'retry-after': value }), now);
        if (O.isNone(wait)) return;
        expect(wait.value).toBeGreaterThanOrEqual(0);
        expect(wait.value).toBeLessThanOrEqual(MAX_TIMER);
      }),
    );
  });
});
