import * as O from 'fp-ts/lib/Option.js';
import { checkKeys, checkNumber, MAX_TIMER, show } from '../../errors/option-checks.js';
import { OptionTypeError } from '../../errors/option-error.js';
import type { Ending } from '../ending.js';
import { checkGiven, checkPolicy } from './check-given.js';
import { initialCounter, nextRetry } from './retry-counter.js';
import type { RetryPolicy, RetryStatus } from './retry-policy.js';

/** The options of {@link explainPolicy}. */
export interface ExplainPolicyOptions {
  /**
   * How many outages are played through, from 1 to 100000, where the policy draws random numbers.
   *
   * @defaultValue 1000
   */
  readonly runs?: number | undefined;
  /**
   * What the random numbers begin with, a whole number from 0 to 4294967295: the same seed gives the
   * same explanation.
   *
   * @defaultValue 1
   */
  readonly seed?: number | undefined;
  /**
   * How every attempt ends, e.g. an `UpgradeRefused` with a `Retry-After`.
   *
   * @defaultValue a `NetworkFailed` of kind `refused`
   */
  readonly ending?: Ending | undefined;
  /**
   * How long every attempt takes until it has failed, in milliseconds: what a `limitElapsed` counts
   * besides the delays.
   *
   * @defaultValue 0
   */
  readonly attemptDuration?: number | undefined;
  /**
   * When the outage begins, in milliseconds since 1970: what a `Retry-After` that is a date is
   * counted from.
   *
   * @defaultValue 0
   */
  readonly outageStart?: number | undefined;
}

const REFUSED: Ending = Object.freeze({
  _tag: 'NetworkFailed',
  by: 'network',
  phase: 'tcp',
  uptime: 0,
  kind: 'refused',
});

/** The defaults of {@link ExplainPolicyOptions}; times in milliseconds. */
export const DEFAULT_EXPLAIN_POLICY: {
  readonly runs: number;
  readonly seed: number;
  readonly ending: Ending;
  readonly attemptDuration: number;
  readonly outageStart: number;
} = Object.freeze({ runs: 1_000, seed: 1, ending: REFUSED, attemptDuration: 0, outageStart: 0 });

/** One retry of an outage, as {@link explainPolicy} foresees it. */
export interface ExplainedRetry {
  /** Which retry it is: 1 for the first one, which is attempt 2. */
  readonly retry: number;
  /** The share of the runs that come to it, larger than 0 and at most 1; the others gave up. */
  readonly share: number;
  /** The least delay before it, in milliseconds. */
  readonly leastDelay: number;
  /** The median of the delays before it, in milliseconds. */
  readonly medianDelay: number;
  /** The greatest delay before it, in milliseconds. */
  readonly greatestDelay: number;
  /** The earliest time that it starts at, in milliseconds since the outage began. */
  readonly earliest: number;
  /** The latest time that it starts at, in milliseconds since the outage began. */
  readonly latest: number;
}

/** What {@link explainPolicy} gives: plain data. */
export interface PolicyExplanation {
  /** Whether the policy drew no random number: every figure is exact then. */
  readonly isDeterministic: boolean;
  /** How many outages were played through; 1 when the policy is deterministic. */
  readonly runs: number;
  /** The retries, the first one first; fewer than were asked for where every run gives up before. */
  readonly retries: readonly ExplainedRetry[];
  /** How many retries there are before the policy gives up; `Infinity` for more than were asked for. */
  readonly givesUpAfter: {
    /** In the run that gives up first. */
    readonly least: number;
    /** The median of the runs. */
    readonly median: number;
    /** In the run that gives up last. */
    readonly greatest: number;
  };
}

const MAX_COUNT = 1_000;
const MAX_RUNS = 100_000;
const MAX_SEED = 2 ** 32 - 1;
const MAX_TIME = 8.64e15;

// The greatest number below 1.
const LAST_DRAW = 1 - 2 ** -53;

/**
 * Explains a policy: gives the table of the delays that it leads to in an outage that does not end.
 *
 * @remarks
 * The retries are decided as a socket and `retryBackoff` decide them: delays are whole milliseconds,
 * what a `Retry-After` asks for comes on top of the policy's delay, and the elapsed time, which
 * `limitElapsed` goes by, advances by the delays and by `attemptDuration`. Nothing is waited for, no clock is read, and the same arguments
 * give the same table. Any policy will do, those of retry-ts included. It is asked whatever the
 * ending is: whether that is worth a retry at all is decided by `isTransient`, before.
 *
 * A policy that draws no random number is played through once. For any other there are `runs` runs,
 * each with numbers of its own from one seed (by the generator mulberry32), as if so many clients had
 * lost their line. The shares, the medians and `givesUpAfter` are those of the runs; a median of an
 * even number of runs is the lower one of the two in the middle. For the least and greatest delays,
 * `earliest` and `latest` there are two more runs, in which every draw is the least, or the greatest,
 * that there can be. With the policies of this package these are the bounds of what can happen, as
 * long as no `limitElapsed` has ended some of the runs; after that, of what was seen. A table of more
 * retries begins with the rows of a shorter one.
 *
 * @param policy - The policy to explain.
 * @param n - For how many retries, from 1 to 1000.
 * @param options - What differs from the defaults.
 * @returns The table, and where the policy gives up.
 *
 * @throws OptionTypeError when the policy is not a function or gives something else than an `Option`
 * of a number, when `n` is not a number, or when an option is unknown or of the wrong kind.
 * @throws OptionRangeError when the policy gives a delay that is negative or not a number, or when
 * `n` or an option is out of its range. What the policy throws is thrown as well.
 *
 * @example When does a client come back, and when does it give up?
 * ```ts
 * import { concatPolicies, explainPolicy, exponentialBackoff, limitElapsed } from 'rx-wss';
 *
 * const policy = concatPolicies(exponentialBackoff(), limitElapsed(60_000));
 * const { retries, givesUpAfter } = explainPolicy(policy, 20);
 *
 * console.log(retries[0]);
 * // { retry: 1, share: 1, leastDelay: 0, medianDelay: 106, greatestDelay: 200, earliest: 0, latest: 200 }
 * console.log(retries[8]);
 * // { retry: 9, share: 0.953, leastDelay: 0, medianDelay: 14220, greatestDelay: 29971, earliest: 0,
 * //   latest: 60000 }
 * console.log(givesUpAfter);
 * // { least: 8, median: 10, greatest: 15 }
 * ```
 */
export function explainPolicy(
  policy: RetryPolicy,
  n: number,
  options: ExplainPolicyOptions = {},
): PolicyExplanation {
  const path = 'explainPolicy';
  checkPolicy(`${path}.policy`, policy);
  checkGiven(`${path}.n`, n);
  const count = checkNumber(`${path}.n`, n, 1, { min: 1, max: MAX_COUNT, integer: true });
  const { runs, seed, ...outage } = checkOptions(path, options);

  let draws = 0;
  const lowest = playThrough(policy, count, outage, () => {
    draws += 1;
    return 0;
  });
  // What drew no number does the same for any number.
  if (draws === 0) return tabulate(count, [lowest], []);
  const seeds = seededRandom(seed);
  const played = Array.from({ length: runs }, () =>
    playThrough(policy, count, outage, seededRandom(seeds() * 2 ** 32)),
  );
  const highest = playThrough(policy, count, outage, () => LAST_DRAW);
  return tabulate(count, played, [lowest, highest]);
}

function checkOptions(path: string, options: ExplainPolicyOptions): typeof DEFAULT_EXPLAIN_POLICY {
  const defaults = DEFAULT_EXPLAIN_POLICY;
  // Checked as unknown: the assertion would take the types of the options away.
  const given: unknown = options;
  checkKeys(path, given, Object.keys(defaults));
  const whole = (name: 'runs' | 'seed', min: number, max: number): number =>
    checkNumber(`${path}.${name}`, options[name], defaults[name], { min, max, integer: true });
  const time = (name: 'attemptDuration' | 'outageStart', max: number): number =>
    checkNumber(`${path}.${name}`, options[name], defaults[name], { min: 0, max });
  const { ending = defaults.ending } = options;
  if (!isTagged(ending)) {
    throw new OptionTypeError(`${path}.ending`, `must be an ending, got ${show(ending)}`);
  }
  return {
    runs: whole('runs', 1, MAX_RUNS),
    seed: whole('seed', 0, MAX_SEED),
    ending,
    attemptDuration: time('attemptDuration', MAX_TIMER),
    outageStart: time('outageStart', MAX_TIME),
  };
}

function isTagged(value: unknown): boolean {
  return typeof value === 'object' && value !== null && '_tag' in value;
}

/** A retry in one run. */
interface Step {
  readonly delay: number;
  /** When it starts, after the outage began. */
  readonly start: number;
}

/** Gives the retries of one outage: one more than `count`, unless the policy gives up before. */
function playThrough(
  policy: RetryPolicy,
  count: number,
  outage: Pick<typeof DEFAULT_EXPLAIN_POLICY, 'ending' | 'attemptDuration' | 'outageStart'>,
  random: RetryStatus['random'],
): readonly Step[] {
  const { ending, attemptDuration, outageStart } = outage;
  // With a minUptime that is never reached, an ending that was up for long begins no new outage.
  const rules = {
    option: 'explainPolicy.policy',
    policy,
    minUptime: Infinity,
    random,
    canRefresh: false,
  };
  const steps: Step[] = [];
  let counter = initialCounter;
  let now = outageStart;
  while (steps.length <= count) {
    const failure = { ending: O.some(ending), uptime: ending.uptime, now, isTransient: true };
    const next = nextRetry(counter, failure, rules);
    if (O.isNone(next)) break;
    const { delay } = next.value;
    steps.push({ delay, start: now + delay - outageStart });
    now += delay + attemptDuration;
    counter = next.value.counter;
  }
  return steps;
}

/** Makes the table of the runs, widened by the edges. */
function tabulate(
  count: number,
  runs: readonly (readonly Step[])[],
  edges: readonly (readonly Step[])[],
): PolicyExplanation {
  const retries: ExplainedRetry[] = [];
  for (let index = 0; index < count; index += 1) {
    const at = (run: readonly Step[]): readonly Step[] => run.slice(index, index + 1);
    const seen = runs.flatMap(at);
    if (seen.length === 0) break;
    const all = [...seen, ...edges.flatMap(at)];
    const delays = all.map(({ delay }) => delay);
    const starts = all.map(({ start }) => start);
    retries.push({
      retry: index + 1,
      share: seen.length / runs.length,
      leastDelay: least(delays),
      medianDelay: lowerMedian(seen.map(({ delay }) => delay)),
      greatestDelay: greatest(delays),
      earliest: least(starts),
      latest: greatest(starts),
    });
  }
  const granted = runs.map(({ length }) => (length > count ? Infinity : length));
  return {
    isDeterministic: edges.length === 0,
    runs: runs.length,
    retries,
    givesUpAfter: {
      least: least(granted),
      median: lowerMedian(granted),
      greatest: greatest(granted),
    },
  };
}

// Not spread into Math.min: a call takes only so many arguments.
function least(values: readonly number[]): number {
  return values.reduce((one, other) => Math.min(one, other));
}

function greatest(values: readonly number[]): number {
  return values.reduce((one, other) => Math.max(one, other));
}

function lowerMedian(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return greatest(sorted.slice(0, Math.ceil(sorted.length / 2)));
}

/**
 * Gives a source of random numbers, from 0 up to, but not including, 1: the same ones for the same
 * seed. It is the generator mulberry32, with a period of 2^32, and nothing for secrets.
 *
 * @param seed - A whole number from 0 to 4294967295.
 *
 * @internal
 */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
