import * as fc from 'fast-check';
import { from, map, NEVER, of, range, Subject, take, toArray } from 'rxjs';
import type { Observable, OperatorFunction } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { OptionRangeError, OptionTypeError } from '../../src/errors/option-error.js';
import { DEFAULT_MAX_GAPS, gaps } from '../../src/streams/gaps.js';
import type { GapsOptions, Sequenced } from '../../src/streams/gaps.js';

const marbles = (test: Parameters<TestScheduler['run']>[0]): void => {
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(test);
};
const itself = (value: number): number => value;
const message = (value: number) => ({ _tag: 'Message', message: value, sequence: value });
const late = (value: number) => ({ _tag: 'Late', message: value, sequence: value });
const duplicate = (value: number) => ({ _tag: 'Duplicate', message: value, sequence: value });
const gap = (first: number, last: number) => ({
  _tag: 'Gap',
  from: first,
  to: last,
  count: last - first + 1,
});

/** What a stream that has all at once tells. */
function told<T>(stream: Observable<T>): unknown[] {
  const all: unknown[] = [];
  stream.subscribe({
    next: (value) => all.push(value),
    error: (error: unknown) => all.push({ error }),
    complete: () => all.push('done'),
  });
  return all;
}

describe('gaps', () => {
  it('should tag what is in sequence', () => {
    expect(told(of(7, 8, 9).pipe(gaps(itself)))).toEqual([
      message(7),
      message(8),
      message(9),
      'done',
    ]);
  });

  it('should tell of a gap before the message that shows it', () => {
    expect(told(of(1, 2, 6, 7).pipe(gaps(itself)))).toEqual([
      message(1),
      message(2),
      gap(3, 5),
      message(6),
      message(7),
      'done',
    ]);
  });

  it('should tell of a message that comes twice', () => {
    expect(told(of(1, 2, 2, 1, 3).pipe(gaps(itself)))).toEqual([
      message(1),
      message(2),
      duplicate(2),
      duplicate(1),
      message(3),
      'done',
    ]);
  });

  it('should tell of a message that comes late, once', () => {
    expect(told(of(1, 4, 3, 3, 2, 5).pipe(gaps(itself)))).toEqual([
      message(1),
      gap(2, 3),
      message(4),
      late(3),
      duplicate(3),
      late(2),
      message(5),
      'done',
    ]);
  });

  it('should say nothing of what was before the first message', () => {
    expect(told(of(5, 3).pipe(gaps(itself)))).toEqual([message(5), late(3), 'done']);
  });

  it('should begin where it is told to', () => {
    const stream = of(3, 1).pipe(gaps(itself, { start: 1 }));
    expect(told(stream)).toEqual([gap(1, 2), message(3), late(1), 'done']);
  });

  it('should pass messages without a number as they are', () => {
    const none = (value: number) => (value === -1 ? undefined : null);
    const sequenceOf = (value: number) => (value < 0 ? none(value) : value);
    expect(told(of(1, -1, -2, 2).pipe(gaps(sequenceOf)))).toEqual([
      message(1),
      { _tag: 'Message', message: -1, sequence: undefined },
      { _tag: 'Message', message: -2, sequence: undefined },
      message(2),
      'done',
    ]);
  });

  it('should begin anew after a restart', () => {
    interface Numbered {
      readonly session: string;
      readonly n: number;
    }
    const feed: readonly Numbered[] = [
      { session: 'a', n: 8 },
      { session: 'a', n: 9 },
      { session: 'b', n: 1 },
      { session: 'b', n: 3 },
      { session: 'b', n: 3 },
      { session: 'c', n: 100 },
    ];
    const tags = (options: GapsOptions<Numbered, number>) =>
      told(
        from(feed).pipe(
          gaps(({ n }) => n, options),
          map(({ _tag }) => _tag),
        ),
      );
    let present = 'a';
    const isRestart = ({ session }: Numbered) => {
      const isAnother = session !== present;
      present = session;
      return isAnother;
    };
    expect(tags({ isRestart })).toEqual([
      'Message',
      'Message',
      'Message',
      'Gap',
      'Message',
      'Duplicate',
      'Message',
      'done',
    ]);
    present = 'a';
    expect(tags({ isRestart, start: 1 })).toEqual([
      'Gap',
      'Message',
      'Message',
      'Message',
      'Gap',
      'Message',
      'Duplicate',
      'Gap',
      'Message',
      'done',
    ]);
  });

  it('should ask about a restart with the message and its number', () => {
    const asked: unknown[] = [];
    const isRestart = (value: string, sequence: number) => {
      asked.push([value, sequence]);
      return false;
    };
    told(of('x', 'yy').pipe(gaps((value) => value.length, { isRestart })));
    expect(asked).toEqual([
      ['x', 1],
      ['yy', 2],
    ]);
  });

  it('should count in bigints', () => {
    const big = 2n ** 60n;
    const stream = of(big, big + 3n).pipe(gaps((value) => value));
    expect(told(stream)).toEqual([
      { _tag: 'Message', message: big, sequence: big },
      { _tag: 'Gap', from: big + 1n, to: big + 2n, count: 2 },
      { _tag: 'Message', message: big + 3n, sequence: big + 3n },
      'done',
    ]);
  });

  it('should keep so many gaps in mind as it was told', () => {
    const tags = (maxGaps: number) =>
      told(
        of(1, 3, 5, 2, 4, 4).pipe(
          gaps(itself, { maxGaps }),
          map(({ _tag }) => _tag),
        ),
      );
    expect(tags(1).slice(-4)).toEqual(['Late', 'Late', 'Duplicate', 'done']);
    expect(tags(0).slice(-4)).toEqual(['Late', 'Late', 'Late', 'done']);
    expect(DEFAULT_MAX_GAPS).toBe(1_000);
  });

  it.each([
    ['never', '-', '-'],
    ['empty', '---|', '---|'],
    ['one value', '-1|', '-m|'],
    ['a gap', '-1--4---|', '-m--(gn)|'],
    ['an error', '-1-#', '-m-#'],
  ])('should pass on: %s', (_name, diagram, expected) => {
    marbles(({ cold, expectObservable }) => {
      const values = { m: message(1), g: gap(2, 3), n: message(4) };
      const stream = cold(diagram).pipe(map((value) => Number(value)));
      expectObservable(stream.pipe(gaps(itself))).toBe(expected, values);
    });
  });

  it('should unsubscribe from the source with its subscriber', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-1-2-3');
      const stream = source.pipe(gaps((value) => Number(value)));
      expectObservable(stream, '^-!').toBe('-m-', {
        m: { _tag: 'Message', message: '1', sequence: 1 },
      });
      expectSubscriptions(source.subscriptions).toBe('^-!');
    });
  });

  it.each<[string, (value: number) => number | undefined, GapsOptions<number, number>]>([
    [
      'sequenceOf',
      () => {
        throw new Error('thrown');
      },
      {},
    ],
    [
      'isRestart',
      itself,
      {
        isRestart: () => {
          throw new Error('thrown');
        },
      },
    ],
  ])('should fail with what %s throws, and unsubscribe', (_name, sequenceOf, options) => {
    const source = new Subject<number>();
    const all = told(source.pipe(gaps(sequenceOf, options)));
    source.next(1);
    expect(all).toEqual([{ error: new Error('thrown') }]);
    expect(source.observed).toBe(false);
  });

  it.each<[string, unknown[]]>([
    ['NaN', [NaN]],
    ['a fraction', [1.5]],
    ['Infinity', [Infinity]],
    ['a number that cannot be counted', [2 ** 53]],
    ['a string', ['1']],
    ['a bigint after a number', [1, 2n]],
    ['a number after a bigint', [1n, 2]],
  ])('should fail with %s for a number', (_name, sequences) => {
    const sequenceOf = (value: unknown) => value as number;
    const all = told(from(sequences).pipe(gaps(sequenceOf)));
    expect(all.at(-1)).toEqual({ error: expect.any(OptionTypeError) });
    expect(all).toHaveLength(sequences.length);
  });

  it('should want the kind of its start', () => {
    const all = told(of(1n).pipe(gaps((value): number | bigint => value, { start: 1 })));
    expect(all).toEqual([{ error: expect.any(OptionTypeError) }]);
  });

  it('should stop a source that does not wait with its subscriber', () => {
    expect(told(range(1, Infinity).pipe(gaps(itself), take(2)))).toHaveLength(3);
    expect(told(of(1, 5).pipe(gaps(itself), take(2)))).toEqual([message(1), gap(2, 4), 'done']);
  });

  it('should count for each subscription by itself', () => {
    const source = new Subject<number>();
    const stream = source.pipe(gaps(itself));
    const first = told(stream);
    source.next(1);
    const second = told(stream);
    source.next(3);
    expect(first).toEqual([message(1), gap(2, 2), message(3)]);
    expect(second).toEqual([message(3)]);
  });

  it('should take what comes from within', () => {
    const source = new Subject<number>();
    const all: unknown[] = [];
    source.pipe(gaps(itself)).subscribe((each) => {
      all.push(each);
      if (each._tag === 'Gap') source.next(each.from);
    });
    source.next(1);
    source.next(3);
    expect(all).toEqual([message(1), gap(2, 2), late(2), message(3)]);
  });

  it.each<[string, unknown, unknown, typeof OptionTypeError | typeof OptionRangeError]>([
    ['gaps.sequenceOf', undefined, {}, OptionTypeError],
    ['gaps.sequenceOf', 'seq', {}, OptionTypeError],
    ['gaps', itself, null, OptionTypeError],
    ['gaps.from', itself, { from: 1 }, OptionTypeError],
    ['gaps.start', itself, { start: '1' }, OptionTypeError],
    ['gaps.start', itself, { start: 0.5 }, OptionTypeError],
    ['gaps.isRestart', itself, { isRestart: true }, OptionTypeError],
    ['gaps.maxGaps', itself, { maxGaps: '1' }, OptionTypeError],
    ['gaps.maxGaps', itself, { maxGaps: -1 }, OptionRangeError],
  ])('should refuse %s at once: %o, %o', (path, sequenceOf, options, kind) => {
    const use = () => gaps(sequenceOf as typeof itself, options as GapsOptions<number, number>);
    expect(use).toThrow(kind);
    expect(use).toThrow(expect.objectContaining({ option: path }));
  });

  it('should know its types', () => {
    expectTypeOf(gaps((value: string) => value.length)).toEqualTypeOf<
      OperatorFunction<string, Sequenced<string, number>>
    >();
    expectTypeOf(NEVER.pipe(map(() => 1n)).pipe(gaps((value) => value))).toEqualTypeOf<
      Observable<Sequenced<bigint, bigint>>
    >();
  });

  it('should give every message once, and account for every number', () => {
    const feed = fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 60 });
    fc.assert(
      fc.property(feed, (sequences) => {
        let all: readonly Sequenced<number, number>[] = [];
        from(sequences)
          .pipe(gaps(itself, { start: 0 }), toArray())
          .subscribe((each) => (all = each));
        const messages = all.flatMap((each) => (each._tag === 'Gap' ? [] : [each.message]));
        expect(messages).toEqual(sequences);
        const count = (tag: string) => all.filter(({ _tag }) => _tag === tag).length;
        const missing = all.reduce((sum, each) => sum + (each._tag === 'Gap' ? each.count : 0), 0);
        const kinds = new Set(sequences).size;
        expect(count('Message') + count('Late')).toBe(kinds);
        expect(count('Duplicate')).toBe(sequences.length - kinds);
        expect(count('Message') + missing).toBe(Math.max(-1, ...sequences) + 1);
      }),
    );
  });
});
