import { map, Observable } from 'rxjs';
import type { OperatorFunction } from 'rxjs';

import { checkFunction, checkKeys, checkNumber, show } from '../errors/option-checks.js';
import { OptionTypeError } from '../errors/option-error.js';
import { checkGiven } from './backoff/check-given.js';
import { SequenceTracker } from './sequence-tracker.js';
import type { MissingRun, Sequence } from './sequence-tracker.js';

/** A message that is there for the first time, in its place. */
export interface InSequence<T, S extends Sequence> {
  readonly _tag: 'Message';
  /** The message. */
  readonly message: T;
  /** Its number; undefined where it has none. */
  readonly sequence: S | undefined;
}

/** Messages are missing: told before the one that shows it. */
export interface Gap<S extends Sequence> {
  readonly _tag: 'Gap';
  /** The number of the first that is missing. */
  readonly from: S;
  /** The number of the last that is missing. */
  readonly to: S;
  /** How many are missing. */
  readonly count: number;
}

/** A message that was told as missing, and that comes now. */
export interface Late<T, S extends Sequence> {
  readonly _tag: 'Late';
  /** The message. */
  readonly message: T;
  /** Its number. */
  readonly sequence: S;
}

/** A message with a number that was there before. */
export interface Duplicate<T, S extends Sequence> {
  readonly _tag: 'Duplicate';
  /** The message. */
  readonly message: T;
  /** Its number. */
  readonly sequence: S;
}

/** What {@link gaps} gives. */
export type Sequenced<T, S extends Sequence> =
  InSequence<T, S> | Gap<S> | Late<T, S> | Duplicate<T, S>;

/** The options of {@link gaps}. */
export interface GapsOptions<T, S extends Sequence> {
  /**
   * The number that the sequence begins with, also after a restart.
   *
   * @defaultValue that of the first message: what was before it is not missing
   */
  readonly start?: S | undefined;
  /**
   * Tells whether the sequence begins anew with a message, e.g. because its session is another one. What was
   * missing until then is forgotten, and nothing is missing between.
   *
   * @defaultValue it never does
   */
  readonly isRestart?: ((message: T, sequence: S) => boolean) | undefined;
  /**
   * How many gaps are kept in mind, to tell late messages from duplicates.
   *
   * @defaultValue 1,000
   */
  readonly maxGaps?: number | undefined;
}

/** How many gaps `gaps` keeps in mind where nothing else is asked for. */
export const DEFAULT_MAX_GAPS = 1_000;

/**
 * Tells which messages of a numbered stream are missing, and which come twice.
 *
 * @remarks
 * Every message of the source comes out once, in the order it came, tagged:
 *
 * - `Message`: it is the next one; or the first one after a `Gap`, which was told just before.
 * - `Late`: it is one of a gap that was told before, so the sequence is complete but not in order. For one that
 *   counts as lost, wait before you act on a `Gap`.
 * - `Duplicate`: its number was there before.
 *
 * Only what is certain is called a duplicate. A message from before the beginning, or from before the
 * gaps that are kept in mind, is `Late` each time.
 *
 * The operator holds no message and takes no time. What `sequenceOf` or `isRestart` throws goes to the subscriber
 * as the error, and so does a number that cannot be counted. The count begins anew with each subscription, so put
 * a `retry` before it for a sequence that goes on after a reconnect.
 *
 * @param sequenceOf - Gives a message's number: a whole one, of one kind throughout; undefined or null for a
 * message without, which passes as it is.
 * @param options - What differs from the defaults.
 * @returns The operator.
 *
 * @throws OptionTypeError or OptionRangeError if `sequenceOf` is not a function, or an option is wrong.
 *
 * @example
 * ```ts
 * import { from } from 'rxjs';
 * import { gaps } from 'rx-wss';
 *
 * from([{ n: 1 }, { n: 4 }, { n: 3 }, { n: 3 }])
 *   .pipe(gaps(({ n }) => n))
 *   .subscribe((each) => console.log(each._tag)); // Message, Gap, Message, Late, Duplicate
 * ```
 */
export function gaps<T, S extends Sequence>(
  sequenceOf: (message: T) => S | null | undefined,
  options: GapsOptions<T, S> = {},
): OperatorFunction<T, Sequenced<T, S>> {
  checkGiven('gaps.sequenceOf', sequenceOf);
  checkFunction('gaps.sequenceOf', sequenceOf);
  const given: unknown = options;
  checkKeys('gaps', given, ['start', 'isRestart', 'maxGaps']);
  const { start, isRestart } = options;
  if (start !== undefined) checkSequence('gaps.start', start, undefined);
  checkFunction('gaps.isRestart', isRestart);
  const range = { min: 0, integer: true };
  const maxGaps = checkNumber('gaps.maxGaps', options.maxGaps, DEFAULT_MAX_GAPS, range);

  return (source) =>
    new Observable<Sequenced<T, S>>((subscriber) => {
      let tracker: SequenceTracker<S> | undefined;
      let previous = start;

      const tag = (message: T): Sequenced<T, S> => {
        const sequence = sequenceOf(message) ?? undefined;
        if (sequence === undefined) return { _tag: 'Message', message, sequence };
        checkSequence('gaps.sequenceOf', sequence, previous);
        if (isRestart?.(message, sequence) === true) tracker = undefined;
        previous = sequence;
        tracker ??= new SequenceTracker(start ?? sequence, maxGaps);
        const verdict = tracker.note(sequence);
        if (verdict === 'late') return { _tag: 'Late', message, sequence };
        if (verdict === 'duplicate') return { _tag: 'Duplicate', message, sequence };
        if (verdict !== 'next') subscriber.next(toGap(verdict));
        return { _tag: 'Message', message, sequence };
      };

      return source.pipe(map(tag)).subscribe(subscriber);
    });
}

function toGap<S extends Sequence>({ from, to }: MissingRun<S>): Gap<S> {
  return { _tag: 'Gap', from, to, count: Number(BigInt(to) - BigInt(from)) + 1 };
}

/** Throws unless `value` can be counted, and is of the same kind as `like`. */
function checkSequence(path: string, value: unknown, like: unknown): void {
  if (typeof value !== 'bigint' && !Number.isSafeInteger(value)) {
    throw new OptionTypeError(
      path,
      `must be a whole number up to 2 ** 53 - 1 or a bigint, got ${show(value)}`,
    );
  }
  if (like !== undefined && typeof value !== typeof like) {
    throw new OptionTypeError(
      path,
      `must be a ${typeof like} like those before, got ${show(value)}`,
    );
  }
}
