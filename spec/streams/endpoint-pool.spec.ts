import * as fc from 'fast-check';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { OptionRangeError, OptionTypeError } from '../../src/errors/option-error.js';
import {
  checkEndpoints,
  DEFAULT_ENDPOINTS,
  EndpointPool,
} from '../../src/streams/endpoint-pool.js';
import type { EndpointOptions, EndpointSettings } from '../../src/streams/endpoint-pool.js';
import { checkUrl } from '../../src/streams/request-url.js';

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f'];
const urlOf = (name: string): string => `wss://${name}.example.com`;

/** A pool of the first `count` names. */
function poolOf(count: number, fields: Partial<EndpointSettings> = {}, draw = 0): EndpointPool {
  const settings = checkEndpoints('url', NAMES.slice(0, count).map(urlOf));
  return new EndpointPool({ ...settings, ...fields }, () => draw);
}

/** What became of an attempt: it failed, it was good, or nothing is known of it. */
type Outcome = 'failed' | 'good' | 'unknown';

/** The name that the pool gives at `now`; then tells it the outcome. */
function attempt(pool: EndpointPool, now: number, outcome: Outcome = 'unknown'): string {
  const { host } = pool.choose(now);
  if (outcome === 'failed') pool.failed(now);
  if (outcome === 'good') pool.succeeded();
  return host.slice(0, 1);
}

/** Reads a script such as `a0- b5+ c9`: who is chosen, when, and whether it fails or is good. */
function play(pool: EndpointPool, script: string): string {
  const steps = script.split(' ').map((step) => {
    const [, time, sign = ''] = /^\w(\d+)([+-]?)$/.exec(step) ?? [];
    const outcome = sign === '-' ? 'failed' : sign === '+' ? 'good' : 'unknown';
    return `${attempt(pool, Number(time), outcome)}${time}${sign}`;
  });
  return steps.join(' ');
}

const history = fc.array(
  fc.record({
    wait: fc.oneof(fc.nat(3), fc.nat(40)),
    outcome: fc.constantFrom<Outcome>('failed', 'failed', 'good', 'unknown'),
  }),
  { maxLength: 40 },
);
const counts = fc.integer({ min: 1, max: NAMES.length });
const rests = fc.oneof(fc.constantFrom(0, Infinity), fc.nat(60));

describe('EndpointPool', () => {
  it.each([
    ['stay with one that is good', 3, 10, 'a0+ a5+ a100+ a200'],
    ['stay with one of which nothing is known', 3, 10, 'a0 a5 a100'],
    ['dial one again that was lost after it had been good', 2, 10, 'a0- b1+ b50 b60+ b70'],
    ['go on in order when they fail', 3, 100, 'a0- b1- c2-'],
    ['go round the end of the list', 3, 10, 'a0- b9- c18- a27- b36-'],
    ['pass over one that rests', 3, 10, 'a0- b1- c2+ c3- a10- b11-'],
    ['let one rest up to the very end of the time', 2, 10, 'a0- b5- a10'],
    ['pass over one that rests to its last millisecond', 3, 10, 'a0- b1- c2+ c3- a9'],
    ['take the one whose rest ends first when all rest', 3, 100, 'a0- b1- c2- a3- b4- c5- a6'],
    ['keep to the order when all failed at the same time', 3, 100, 'a0- b0- c0- a0- b0- c0-'],
    ['end the rest of one that is good', 2, 100, 'a0- b1- a2+ a3- b4+ b5'],
    ['not let any rest with a rest of 0', 3, 0, 'a0- b0- c0- a0-'],
    ['let one rest for ever while there is another', 2, Infinity, 'a0- b1+ b99999 b999999+'],
    ['try them in turn when all rest for ever', 3, Infinity, 'a0- b1- c2- a3- b4- c5- a6'],
    ['try a single one again and again', 1, 100, 'a0- a1- a2+ a3-'],
  ])('should %s', (_name, count, rest, script) => {
    expect(play(poolOf(count, { rest }), script)).toBe(script);
  });

  it.each([
    [0, 'a'],
    [0.24, 'a'],
    [0.25, 'b'],
    [0.5, 'c'],
    [1 - 2 ** -53, 'd'],
  ])('should begin, at random, by the draw %d with %s', (draw, first) => {
    const pool = poolOf(4, { start: 'random' }, draw);
    expect(attempt(pool, 0)).toBe(first);
  });

  it('should go on from a random start in the order of the list', () => {
    expect(play(poolOf(4, { start: 'random' }, 0.5), 'c0- d1- a2- b3- c4-')).toBe(
      'c0- d1- a2- b3- c4-',
    );
  });

  it('should draw one number for a random start, and none for another', () => {
    const { urls } = checkEndpoints('url', NAMES.map(urlOf));
    let draws = 0;
    const random = () => {
      draws += 1;
      return 0;
    };
    play(new EndpointPool({ urls, start: 'first', rest: 10 }, random), 'a0- b1- c2+ c3');
    expect(draws).toBe(0);
    play(new EndpointPool({ urls, start: 'random', rest: 10 }, random), 'a0- b1- c2+ c3');
    expect(draws).toBe(1);
  });

  it('should begin with each about as often as with any other, at random', () => {
    const settings = checkEndpoints('url', { urls: NAMES.map(urlOf), start: 'random' });
    const firsts = Array.from({ length: 6_000 }, (_, index) =>
      attempt(new EndpointPool(settings, () => (index + 0.5) / 6_000), 0),
    );
    for (const name of NAMES) expect(firsts.filter((each) => each === name)).toHaveLength(1_000);
  });

  it('should not mind being told before anything was chosen, or twice', () => {
    const pool = poolOf(3, { rest: 100 });
    pool.failed(0);
    pool.succeeded();
    expect(attempt(pool, 0, 'failed')).toBe('a');
    pool.failed(1);
    expect(attempt(pool, 2)).toBe('b');
  });

  it('should go by what was told last of the same choice', () => {
    const pool = poolOf(2, { rest: 100 });
    pool.choose(0);
    pool.failed(0);
    pool.succeeded();
    expect(attempt(pool, 1, 'good')).toBe('a');
    pool.failed(2);
    expect(attempt(pool, 3)).toBe('b');
  });

  it('should tell apart places in the list that have the same URL', () => {
    const settings = checkEndpoints('url', [urlOf('a'), urlOf('a'), urlOf('b')]);
    expect(play(new EndpointPool({ ...settings, rest: 100 }, () => 0), 'a0- a1- b2-')).toBe(
      'a0- a1- b2-',
    );
  });

  it('should take a clock that is set back for one that stood still', () => {
    const pool = poolOf(2, { rest: 10 });
    expect(play(pool, 'a1000- b1001+ b0- a1- b9-')).toBe('a1000- b1001+ b0- a1- b9-');
    const other = poolOf(3, { rest: 10 });
    expect(play(other, 'a1000- b1000- c0+ c9- a10')).toBe('a1000- b1000- c0+ c9- a10');
  });

  it('should choose as the definition says, whatever happened', () => {
    fc.assert(
      fc.property(counts, rests, history, (count, rest, given) => {
        const pool = poolOf(count, { rest });
        const names = NAMES.slice(0, count);
        const failedAt = new Map<string, number>();
        let due = 0;
        let now = 0;
        for (const { wait, outcome } of given) {
          now += wait;
          const isResting = (name: string) => now < (failedAt.get(name) ?? -Infinity) + rest;
          const inOrder = names.map((_, step) => String(names[(due + step) % count]));
          const oldest = Math.min(...failedAt.values());
          const expected =
            inOrder.find((name) => !isResting(name)) ??
            inOrder.find((name) => failedAt.get(name) === oldest);
          const chosen = attempt(pool, now, outcome);
          expect(chosen).toBe(expected);
          due = names.indexOf(chosen) + (outcome === 'failed' ? 1 : 0);
          if (outcome === 'failed') failedAt.set(chosen, now);
          if (outcome === 'good') failedAt.delete(chosen);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('should never choose one that rests while another does not', () => {
    fc.assert(
      fc.property(counts, rests, history, (count, rest, given) => {
        const pool = poolOf(count, { rest });
        const restsUntil = new Map<string, number>();
        let now = 0;
        for (const { wait, outcome } of given) {
          now += wait;
          const chosen = attempt(pool, now, outcome);
          const isResting = (name: string) => now < (restsUntil.get(name) ?? -Infinity);
          if (isResting(chosen)) {
            expect(NAMES.slice(0, count).every(isResting)).toBe(true);
            expect(restsUntil.get(chosen)).toBe(Math.min(...restsUntil.values()));
          }
          if (outcome === 'failed') restsUntil.set(chosen, now + rest);
          if (outcome === 'good') restsUntil.delete(chosen);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('should try all of them in turn when all fail, whichever way the clock goes', () => {
    const times = fc.array(fc.integer({ min: -100, max: 100 }), { minLength: 6, maxLength: 6 });
    fc.assert(
      fc.property(counts, rests, fc.double({ min: 0, max: 0.99 }), times, (n, rest, draw, at) => {
        const pool = poolOf(n, { rest, start: 'random' }, draw);
        const tried = at.slice(0, n).map((now) => attempt(pool, now, 'failed'));
        expect([...tried].sort()).toEqual(NAMES.slice(0, n));
      }),
    );
  });

  it('should come to each in as many attempts as there are, once it does not rest', () => {
    const waits = fc.array(fc.nat(20), { minLength: 6, maxLength: 6 });
    fc.assert(
      fc.property(counts, fc.nat(60), history, waits, (count, rest, given, later) => {
        const pool = poolOf(count, { rest });
        let now = 0;
        for (const { wait, outcome } of given) {
          now += wait;
          attempt(pool, now, outcome);
        }
        // Now every one of them has had its rest.
        now += rest;
        const tried = later.slice(0, count).map((wait) => {
          now += wait;
          return attempt(pool, now, 'failed');
        });
        expect([...tried].sort()).toEqual(NAMES.slice(0, count));
      }),
    );
  });

  it('should find the only one that is good, and stay there', () => {
    fc.assert(
      fc.property(counts, rests, fc.nat(5), fc.nat(30), (count, rest, which, wait) => {
        const good = String(NAMES[which % count]);
        const pool = poolOf(count, { rest });
        const chosen = Array.from({ length: count + 5 }, (_, index) => {
          const { host } = pool.choose(index * wait);
          if (host.startsWith(good)) pool.succeeded();
          else pool.failed(index * wait);
          return host.slice(0, 1);
        });
        expect(chosen).toEqual([
          ...NAMES.slice(0, which % count),
          ...Array.from({ length: count + 5 - (which % count) }, () => good),
        ]);
      }),
    );
  });
});

describe('checkEndpoints', () => {
  const a = checkUrl('url', urlOf('a'));
  const b = checkUrl('url', urlOf('b'));

  it.each<[string, unknown, EndpointSettings]>([
    ['a string', urlOf('a'), { urls: [a], start: 'first', rest: 30_000 }],
    ['a URL', new URL(urlOf('a')), { urls: [a], start: 'first', rest: 30_000 }],
    ['a list', [urlOf('a'), new URL(urlOf('b'))], { urls: [a, b], start: 'first', rest: 30_000 }],
    ['the same twice', [urlOf('a'), urlOf('a')], { urls: [a, a], start: 'first', rest: 30_000 }],
    ['an object', { urls: [urlOf('b')] }, { urls: [b], start: 'first', rest: 30_000 }],
    [
      'an object with all options',
      { urls: [urlOf('a')], start: 'random', rest: Infinity },
      { urls: [a], start: 'random', rest: Infinity },
    ],
    [
      'options that are undefined',
      { urls: [urlOf('a')], start: undefined, rest: undefined },
      { urls: [a], start: 'first', rest: 30_000 },
    ],
  ])('should read %s', (_name, value, expected) => {
    expect(checkEndpoints('url', value)).toEqual(expected);
  });

  it('should not see what is done to a list afterwards', () => {
    const urls = [urlOf('a')];
    const settings = checkEndpoints('url', urls);
    urls.push('nonsense');
    expect(settings.urls).toEqual([a]);
  });

  it.each<[string, unknown, typeof OptionTypeError | typeof OptionRangeError]>([
    ['url', undefined, OptionTypeError],
    ['url', null, OptionTypeError],
    ['url', 5, OptionTypeError],
    ['url', () => urlOf('a'), OptionTypeError],
    ['url', [], OptionRangeError],
    ['url', 'http://a.example.com', OptionRangeError],
    ['url[0]', [undefined], OptionTypeError],
    ['url[1]', [urlOf('a'), 'a b'], OptionRangeError],
    ['url[1]', [urlOf('a'), `${urlOf('b')}#part`], OptionRangeError],
    ['url[1]', [urlOf('a'), [urlOf('b')]], OptionTypeError],
    // A hole in the list.
    ['url[0]', Object.assign(new Array<unknown>(2), { 1: urlOf('a') }), OptionTypeError],
    ['url.urls', {}, OptionTypeError],
    ['url.urls', { urls: urlOf('a') }, OptionTypeError],
    ['url.urls', { urls: [] }, OptionRangeError],
    ['url.urls[1]', { urls: [urlOf('a'), 5] }, OptionTypeError],
    ['url.start', { urls: [urlOf('a')], start: 'last' }, OptionTypeError],
    ['url.rest', { urls: [urlOf('a')], rest: '5' }, OptionTypeError],
    ['url.rest', { urls: [urlOf('a')], rest: -1 }, OptionRangeError],
    ['url.rest', { urls: [urlOf('a')], rest: 2 ** 31 }, OptionRangeError],
    ['url.rests', { urls: [urlOf('a')], rests: 5 }, OptionTypeError],
  ])('should refuse a wrong %s (%#)', (option, value, kind) => {
    const call = () => checkEndpoints('url', value);
    expect(call).toThrow(kind);
    expect(call).toThrow(expect.objectContaining({ option }));
  });

  it('should not repeat a URL, which may hold a secret', () => {
    const call = () => checkEndpoints('url', [urlOf('a'), 'wss://h/?token=hunter2#part']);
    expect(call).toThrow('url[1]: must not have a fragment (RFC 6455 section 3)');
  });

  it('should have defaults that cannot be changed', () => {
    expect(Object.isFrozen(DEFAULT_ENDPOINTS)).toBe(true);
    expect(DEFAULT_ENDPOINTS).toEqual({ start: 'first', rest: 30_000 });
  });

  it('should type the options as they are read', () => {
    expectTypeOf<{ urls: [string, URL] }>().toExtend<EndpointOptions>();
    expectTypeOf<{ urls: string[]; start: 'last' }>().not.toExtend<EndpointOptions>();
  });
});
