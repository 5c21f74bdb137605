import * as fc from 'fast-check';
import {
  concatWith,
  defer,
  delay,
  EMPTY,
  filter,
  from,
  interval,
  map,
  materialize,
  mergeMap,
  NEVER,
  of,
  range,
  repeat,
  retry,
  Subject,
  take,
  throwError,
  timer,
} from 'rxjs';
import type { ObservableInput, OperatorFunction, Observable } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { afterEach, describe, expect, expectTypeOf, it, vi } from 'vitest';
import { OptionRangeError, OptionTypeError } from '../../../src/errors/option-error.js';
import { WssError } from '../../../src/errors/wss-error.js';
import { ConsumeOverflowError } from '../../../src/streams/demand/consume-overflow-error.js';
import { consume } from '../../../src/streams/demand/consume.js';
import type { ConsumeOptions } from '../../../src/streams/demand/consume.js';
import { createFakeSource } from './fake-source.js';
import type { FakeSource } from './fake-source.js';
import { createSlowServer } from './slow-server.js';

const marbles = (test: Parameters<TestScheduler['run']>[0]): void => {
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(test);
};
/** A high mark of so many messages. */
const mark = (messages: number): ConsumeOptions => ({ highWaterMark: { messages } });

const noWork = () => EMPTY;

/** Records what a stream tells. */
function record<T>(stream: Observable<T>) {
  const told: unknown[] = [];
  const subscription = stream.subscribe({
    next: (value) => told.push(value),
    error: (error: unknown) => told.push({ error }),
    complete: () => told.push('done'),
  });
  return { told, subscription };
}

/** Work that is done when a spec says so. */
function createDesk<T = number>() {
  const under = new Map<T, Subject<T>>();
  const signals = new Map<T, AbortSignal>();
  const project = (value: T, _index: number, signal: AbortSignal): Observable<T> => {
    const work = new Subject<T>();
    under.set(value, work);
    signals.set(value, signal);
    return work;
  };
  const finish = (value: T): void => {
    const work = under.get(value);
    under.delete(value);
    work?.next(value);
    work?.complete();
  };
  return {
    project,
    finish,
    signals,
    /** What is worked on. */
    get present() {
      return [...under.keys()];
    },
    fail: (value: T, error: unknown) => under.get(value)?.error(error),
  };
}

afterEach(() => {
  vi.useRealTimers();
});

describe('consume', () => {
  it('should do the work for one message after the other', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  -abc-----------|');
      const expected = '     ----a--b--c----|';
      const work = (value: string) => of(value).pipe(delay(3));
      expectObservable(source.pipe(consume(work))).toBe(expected);
      expectSubscriptions(source.subscriptions).toBe('^--------------!');
    });
  });

  it('should complete once all the work is done', () => {
    marbles(({ cold, expectObservable }) => {
      const work = (value: string) => of(value).pipe(delay(3));
      expectObservable(cold('-abc|').pipe(consume(work))).toBe('----a--b--(c|)');
    });
  });

  it('should work on as many as it was told, and give results as they are done', () => {
    marbles(({ cold, expectObservable }) => {
      const works: Record<string, Observable<string>> = {
        a: cold('-----(a|)'),
        b: cold('-(b|)'),
        c: cold('-(c|)'),
      };
      const work = (value: string) => works[value] ?? EMPTY;
      const source = cold('(abc|)');
      expectObservable(source.pipe(consume(work, { concurrency: 2 }))).toBe('-bc--(a|)');
    });
  });

  it.each([
    ['never', '-', '-'],
    ['empty', '|', '|'],
    ['late empty', '---|', '---|'],
    ['one value', '-a|', '-a|'],
    ['many values', '-a-b-(cd)-|', '-a-b-(cd)-|'],
    ['an error', '-a-#', '-a-#'],
  ])('should pass on: %s', (_name, source, expected) => {
    marbles(({ cold, expectObservable }) => {
      expectObservable(cold(source).pipe(consume((value) => of(value)))).toBe(expected);
    });
  });

  it.each([
    ['a promise', (value: number) => Promise.resolve(value)],
    ['an array', (value: number) => [value]],
    [
      'an async iterable',
      async function* (value: number) {
        await Promise.resolve();
        yield value;
      },
    ],
  ] as [string, (value: number) => ObservableInput<number>][])(
    'should take work as %s',
    async (_name, project) => {
      const values: number[] = [];
      await range(0, 5)
        .pipe(consume(project))
        .forEach((value) => values.push(value));
      expect(values).toEqual([0, 1, 2, 3, 4]);
    },
  );

  it('should count the messages, and work on them in order', () => {
    const seen: [string, number][] = [];
    const project = (value: string, index: number) => {
      seen.push([value, index]);
      return timer(5);
    };
    vi.useFakeTimers();
    of('a', 'b', 'c', 'd')
      .pipe(consume(project, { concurrency: 3 }))
      .subscribe();
    vi.runAllTimers();
    expect(seen).toEqual([
      ['a', 0],
      ['b', 1],
      ['c', 2],
      ['d', 3],
    ]);
  });

  it('should pass on an error of the source at once, and drop what waits', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const work = cold('----x|');
      expectObservable(cold('abc#').pipe(consume(() => work))).toBe('---#');
      expectSubscriptions(work.subscriptions).toBe('^--!');
    });
  });

  it('should pass on an error of the work at once, and unsubscribe', () => {
    const source = createFakeSource<number>();
    const desk = createDesk();
    const { told } = record(source.pipe(consume(desk.project, { concurrency: 2, ...mark(1) })));
    for (const value of [1, 2, 3]) source.emit(value);
    expect([desk.present, source.isHeld]).toEqual([[1, 2], true]);
    const error = new Error('no work');
    desk.fail(1, error);
    expect(told).toEqual([{ error }]);
    expect([source.subscribers, source.isHeld]).toEqual([0, false]);
    expect(desk.signals.get(2)?.aborted).toBe(true);
  });

  it.each<[string, () => ObservableInput<never>]>([
    [
      'throws',
      () => {
        throw new Error('thrown');
      },
    ],
    ['gives what is not a stream', () => undefined as unknown as ObservableInput<never>],
  ])('should fail when the work %s, and let the source go', (_name, project) => {
    const source = createFakeSource<number>();
    const { told } = record(source.pipe(consume(project)));
    source.emit(1);
    expect(told).toEqual([{ error: expect.any(Error) }]);
    expect([source.subscribers, source.isHeld]).toEqual([0, false]);
  });

  it('should fail when work throws that waited, and let the source go', () => {
    const source = createFakeSource<number>();
    const error = new Error('thrown');
    const first = new Subject<number>();
    const project = (value: number) => {
      if (value > 1) throw error;
      return first;
    };
    const { told } = record(source.pipe(consume(project, mark(2))));
    for (const value of [1, 2, 3]) source.emit(value);
    expect(source.isHeld).toBe(true);
    first.complete();
    expect(told).toEqual([{ error }]);
    expect([source.subscribers, source.isHeld]).toEqual([0, false]);
  });

  it('should hold the source at the high mark, and release it at the low one', () => {
    const source = createFakeSource<number>();
    const desk = createDesk();
    const { told } = record(source.pipe(consume(desk.project, mark(4))));
    for (const value of [0, 1, 2, 3]) source.emit(value);
    expect(source.isHeld).toBe(false);
    source.emit(4);
    expect(source.isHeld).toBe(true);
    desk.finish(0);
    expect(source.isHeld).toBe(true);
    desk.finish(1);
    expect(source.isHeld).toBe(false);
    for (const value of [2, 3, 4]) desk.finish(value);
    expect(told).toEqual([0, 1, 2, 3, 4]);
  });

  it('should count bytes as the source tells them', () => {
    const source = createFakeSource<number>({ sizeOf: (value) => value });
    const desk = createDesk();
    source.pipe(consume(desk.project, { highWaterMark: { bytes: 100 } })).subscribe();
    for (const value of [1_000, 60, 39]) source.emit(value);
    expect(source.isHeld).toBe(false);
    source.emit(1);
    expect(source.isHeld).toBe(true);
    desk.finish(1_000);
    expect(source.isHeld).toBe(false);
  });

  it('should never hold the source with any number of works at a time', () => {
    const source = createFakeSource<number>();
    const desk = createDesk();
    source.pipe(consume(desk.project, { concurrency: Infinity, ...mark(1) })).subscribe();
    for (let value = 0; value < 100; value += 1) source.emit(value);
    expect([desk.present.length, source.pauses]).toEqual([100, 0]);
  });

  it('should hold a socket that other operators hide', () => {
    const socket = createFakeSource<number>({ sizeOf: () => 10 });
    const desk = createDesk<string>();
    const options = { demand: socket, highWaterMark: { messages: 5, bytes: 20 } };
    socket
      .pipe(
        filter((value) => value % 2 === 0),
        map((value) => String(value)),
        consume(desk.project, options),
      )
      .subscribe();
    for (const value of [0, 1, 2, 3]) socket.emit(value);
    expect(socket.isHeld).toBe(false);
    socket.emit(4);
    expect(socket.isHeld).toBe(true);
    desk.finish('0');
    expect(socket.isHeld).toBe(false);
  });

  it('should tell the source of an overrun, and fail as the source does', () => {
    const error = new Error('overrun');
    const source = createFakeSource<number>({
      sizeOf: (value) => value,
      onOverrun: (self) => self.error(error),
    });
    const desk = createDesk();
    const options = { highWaterMark: { bytes: 10 }, maxBytes: 20 };
    const { told } = record(source.pipe(consume(desk.project, options)));
    for (const value of [1, 10, 10]) source.emit(value);
    expect(source.overruns).toEqual([]);
    source.emit(2);
    expect(source.overruns).toEqual([[22, 20]]);
    expect(told).toEqual([{ error }]);
    expect(source.isHeld).toBe(false);
  });

  it('should abort the signals, release the source and drop what waits on unsubscription', () => {
    const source = createFakeSource<number>();
    const desk = createDesk();
    const stream = source.pipe(consume(desk.project, { concurrency: 2, ...mark(1) }));
    const { told, subscription } = record(stream);
    for (const value of [1, 2, 3, 4]) source.emit(value);
    desk.finish(1);
    expect([...desk.signals.values()].some(({ aborted }) => aborted)).toBe(false);
    expect(source.isHeld).toBe(true);
    subscription.unsubscribe();
    expect([source.isHeld, source.subscribers]).toEqual([false, 0]);
    expect(desk.signals.get(2)?.aborted).toBe(true);
    expect(desk.signals.get(3)?.aborted).toBe(true);
    expect(desk.signals.has(4)).toBe(false);
    expect(told).toEqual([1]);
  });

  it('should unsubscribe from the source before it releases it', () => {
    const subscribers: number[] = [];
    const source: FakeSource<number> = createFakeSource<number>({
      line: { resume: () => subscribers.push(source.subscribers) },
    });
    const desk = createDesk();
    const subscription = source.pipe(consume(desk.project, mark(1))).subscribe();
    for (const value of [1, 2]) source.emit(value);
    subscription.unsubscribe();
    expect(subscribers).toEqual([0]);
  });

  it('should abort the signal of every work that is under way, and of none before', () => {
    const source = createFakeSource<number>();
    const desk = createDesk();
    const stream = source.pipe(consume(desk.project, { concurrency: 200 }));
    const { subscription } = record(stream);
    for (let value = 0; value < 200; value += 1) source.emit(value);
    for (let value = 0; value < 100; value += 1) desk.finish(value);
    const aborted = () => [...desk.signals.values()].filter((each) => each.aborted).length;
    expect(aborted()).toBe(0);
    subscription.unsubscribe();
    for (let value = 100; value < 200; value += 1) {
      expect(desk.signals.get(value)?.aborted).toBe(true);
    }
  });

  it('should abort no signal when all is done', () => {
    const signals: AbortSignal[] = [];
    const work = (value: number, _index: number, signal: AbortSignal) => {
      signals.push(signal);
      return of(value);
    };
    expect(record(of(1, 2).pipe(consume(work))).told).toEqual([1, 2, 'done']);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false]);
  });

  it('should report no rejection of work that was left', async () => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    const work = (_value: number, _index: number, signal: AbortSignal) =>
      new Promise<never>((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      });
    of(1).pipe(consume(work)).subscribe().unsubscribe();
    await new Promise((resolve) => setTimeout(resolve, 5));
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });

  it('should release the source when that ends, and finish what waits', () => {
    const source = createFakeSource<number>();
    const desk = createDesk();
    const { told } = record(source.pipe(consume(desk.project, mark(1))));
    source.emit(1);
    source.emit(2);
    expect(source.isHeld).toBe(true);
    source.complete();
    expect(source.isHeld).toBe(false);
    desk.finish(1);
    expect(told).toEqual([1]);
    desk.finish(2);
    expect(told).toEqual([1, 2, 'done']);
  });

  it('should keep a hold over the connections that come and go before it', () => {
    const socket = createFakeSource<number>({ upstream: range(0, 3) });
    const desk = createDesk();
    const subscription = socket
      .pipe(repeat(2), concatWith(NEVER), consume(desk.project, { demand: socket, ...mark(3) }))
      .subscribe();
    expect(socket.isHeld).toBe(true);
    for (const value of [0, 1, 2, 0, 1]) desk.finish(value);
    expect(socket.isHeld).toBe(false);
    subscription.unsubscribe();
  });

  it('should stop a source that does not wait, and work that does not, with its subscriber', () => {
    expect(
      record(
        range(0, Infinity).pipe(
          consume((value) => of(value)),
          take(3),
        ),
      ).told,
    ).toEqual([0, 1, 2, 'done']);
    expect(
      record(
        of(1).pipe(
          consume(() => range(0, Infinity)),
          take(3),
        ),
      ).told,
    ).toEqual([0, 1, 2, 'done']);
  });

  it('should not need the stack for work that is done at once', () => {
    const source = new Subject<number>();
    const first = new Subject<number>();
    const work = (value: number) => (value === 0 ? first : of(value));
    const { told } = record(source.pipe(consume(work, mark(20_001))));
    for (let value = 0; value <= 20_000; value += 1) source.next(value);
    first.complete();
    source.complete();
    expect(told).toHaveLength(20_001);
    expect(told.at(-1)).toBe('done');
  });

  it('should take what comes from within its work, in order', () => {
    const source = createFakeSource<number>();
    const project = (value: number) => {
      if (value < 5) source.emit(value + 1);
      else source.complete();
      return of(value);
    };
    const { told } = record(source.pipe(consume(project)));
    source.emit(1);
    expect(told).toEqual([1, 2, 3, 4, 5, 'done']);
  });

  it('should take what comes from within its results', () => {
    const source = new Subject<number>();
    const told: number[] = [];
    source.pipe(consume((value) => of(value))).subscribe((value) => {
      told.push(value);
      if (value < 4) source.next(value + 1);
    });
    source.next(1);
    expect(told).toEqual([1, 2, 3, 4]);
  });

  it('should be unsubscribed from within', () => {
    const source = createFakeSource<number>();
    const desk = createDesk();
    const told: number[] = [];
    const subscription = source
      .pipe(consume(desk.project, { concurrency: 2, ...mark(1) }))
      .subscribe((value) => {
        told.push(value);
        subscription.unsubscribe();
      });
    for (const value of [1, 2, 3]) source.emit(value);
    desk.finish(2);
    expect(told).toEqual([2]);
    expect([source.isHeld, source.subscribers]).toEqual([false, 0]);
    expect(desk.signals.get(1)?.aborted).toBe(true);
    expect(desk.signals.has(3)).toBe(false);
  });

  it('should count for each subscription by itself', () => {
    const source = createFakeSource<number>();
    const desk = createDesk<string>();
    const indices: number[] = [];
    let subscribed = 0;
    const named = defer(() => {
      const name = `${subscribed++}`;
      return source.pipe(map((value) => name + String(value)));
    });
    const stream = named.pipe(
      consume(
        (value, index, signal) => {
          indices.push(index);
          return desk.project(value, index, signal);
        },
        { demand: source, ...mark(1) },
      ),
    );
    const first = stream.subscribe();
    const second = stream.subscribe();
    source.emit(1);
    source.emit(2);
    expect([desk.present, indices]).toEqual([
      ['01', '11'],
      [0, 0],
    ]);
    first.unsubscribe();
    expect(source.isHeld).toBe(true);
    second.unsubscribe();
    expect(source.isHeld).toBe(false);
  });

  it('should start over after a retry', () => {
    let tries = 0;
    const work = (value: number, index: number) => {
      if (value === 2 && tries++ === 0) return throwError(() => new Error('once'));
      return of([value, index]);
    };
    const stream = of(1, 2).pipe(consume(work), retry(1));
    expect(record(stream).told).toEqual([[1, 0], [1, 0], [2, 1], 'done']);
  });

  it('should fail where more waits than the high mark and the source cannot wait', () => {
    const source = new Subject<number>();
    const desk = createDesk();
    const { told } = record(source.pipe(consume(desk.project, mark(2))));
    for (const value of [1, 2, 3]) source.next(value);
    expect(told).toEqual([]);
    source.next(4);
    const [{ error }] = told as [{ readonly error: ConsumeOverflowError }];
    expect(error).toBeInstanceOf(ConsumeOverflowError);
    expect(error).toBeInstanceOf(WssError);
    expect(error).toMatchObject({
      _tag: 'ConsumeOverflowError',
      name: 'ConsumeOverflowError',
      code: 'ERR_WSS_CONSUME_OVERFLOW',
      limit: 2,
      message:
        'consume: 2 messages wait already, and the source cannot be made to wait; pass the socket as the option demand, or raise highWaterMark.messages',
    });
    expect(source.observed).toBe(false);
    expect(desk.signals.get(1)?.aborted).toBe(true);
  });

  it('should not fail for a source that waits, however much more comes', () => {
    const source = createFakeSource<number>();
    const desk = createDesk();
    const { told } = record(source.pipe(consume(desk.project, mark(2))));
    for (let value = 0; value < 10; value += 1) source.emit(value);
    for (let value = 0; value < 10; value += 1) desk.finish(value);
    expect(told).toHaveLength(10);
  });

  it.each<[string, unknown, unknown, typeof OptionTypeError | typeof OptionRangeError]>([
    ['consume.project', undefined, {}, OptionTypeError],
    ['consume.project', 'work', {}, OptionTypeError],
    ['consume', noWork, null, OptionTypeError],
    ['consume.concurrent', noWork, { concurrent: 1 }, OptionTypeError],
    ['consume.concurrency', noWork, { concurrency: '1' }, OptionTypeError],
    ['consume.concurrency', noWork, { concurrency: 0 }, OptionRangeError],
    ['consume.concurrency', noWork, { concurrency: 1.5 }, OptionRangeError],
    ['consume.demand', noWork, { demand: NEVER }, OptionTypeError],
    [
      'consume.highWaterMark.messages',
      noWork,
      { highWaterMark: { messages: 0 } },
      OptionRangeError,
    ],
    ['consume.maxBytes', noWork, { maxBytes: 1 }, OptionRangeError],
  ])('should refuse %s at once: %o, %o', (path, project, options, kind) => {
    const use = () => consume(project as () => typeof NEVER, options as ConsumeOptions);
    expect(use).toThrow(kind);
    expect(use).toThrow(expect.objectContaining({ option: path }));
  });

  it('should know its types', () => {
    const operator = consume((value: string, index: number, signal: AbortSignal) =>
      Promise.resolve({ value, index, signal }),
    );
    expectTypeOf(operator).toEqualTypeOf<
      OperatorFunction<string, { value: string; index: number; signal: AbortSignal }>
    >();
    expectTypeOf(of('a').pipe(consume((value) => [value.length]))).toEqualTypeOf<
      Observable<number>
    >();
  });

  it('should do what mergeMap does', () => {
    const works = ['|', '(x|)', '-x|', '--x--|', '---|', '-(xy)-|', '--#', '#', '-----x|', '-'];
    const frame = fc.constantFrom('-', '-', 'a', 'b', '(ab)', '(abc)');
    const source = fc.tuple(fc.array(frame, { maxLength: 12 }), fc.constantFrom('', '|', '#'));
    const stop = fc.option(fc.nat(15), { nil: undefined });
    fc.assert(
      fc.property(
        source,
        fc.array(fc.nat(works.length - 1), { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 4 }),
        stop,
        ([frames, end], plan, concurrency, limit) => {
          const run = (
            operator: (
              project: (value: string, index: number) => Observable<string>,
            ) => OperatorFunction<string, string>,
          ) => {
            const told: unknown[] = [];
            const scheduler = new TestScheduler(() => undefined);
            scheduler.run(({ cold }) => {
              const project = (_value: string, index: number) =>
                cold(works[plan[index % plan.length] ?? 0] ?? '');
              cold(frames.join('') + end)
                .pipe(operator(project), limit === undefined ? map((each) => each) : take(limit))
                .pipe(materialize())
                .subscribe((each) => told.push([scheduler.now(), each.kind, each.value]));
            });
            return told;
          };
          expect(run((project) => consume(project, { concurrency }))).toEqual(
            run((project) => mergeMap(project, concurrency)),
          );
        },
      ),
      { numRuns: 300 },
    );
  });

  it('should buffer no more than the high mark and what is under way, and lose nothing', () => {
    fc.assert(
      fc.property(
        fc.record({
          total: fc.integer({ min: 1, max: 60 }),
          concurrency: fc.integer({ min: 1, max: 4 }),
          messages: fc.integer({ min: 1, max: 10 }),
          underWay: fc.nat(5),
          burst: fc.nat(3),
        }),
        fc.array(fc.nat(9), { minLength: 1, maxLength: 40 }),
        ({ total, concurrency, messages, underWay, burst }, dice) => {
          const server = createSlowServer(total, { underWay, burst });
          const desk = createDesk();
          const order: number[] = [];
          const project = (value: number, index: number, signal: AbortSignal) => {
            order.push(value);
            return desk.project(value, index, signal);
          };
          const options = { concurrency, ...mark(messages) };
          const { told } = record(server.source.pipe(consume(project, options)));
          for (let turn = 0; told.at(-1) !== 'done'; turn += 1) {
            expect(turn).toBeLessThan(10_000);
            const roll = dice[turn % dice.length] ?? 0;
            const { present } = desk;
            if (roll < 5 || present.length === 0) server.send();
            const value = present[roll % Math.max(1, present.length)];
            if (roll > 3 && value !== undefined) desk.finish(value);
            // The dice may have it that nothing is done.
            if (turn % dice.length === 0 && present[0] !== undefined) desk.finish(present[0]);
            server.send();
            const waiting = server.sent - order.length;
            expect(desk.present.length).toBeLessThanOrEqual(concurrency);
            expect(waiting).toBeLessThanOrEqual(messages + underWay);
          }
          expect(order).toEqual(Array.from({ length: total }, (_each, index) => index));
          expect(new Set(told).size).toBe(total + 1);
          expect([server.source.isHeld, server.source.overruns]).toEqual([false, []]);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('should let the source go however it ends', () => {
    type Ending = 'complete' | 'error' | 'work fails' | 'unsubscribe' | 'take';
    const endings: readonly Ending[] = ['complete', 'error', 'work fails', 'unsubscribe', 'take'];
    fc.assert(
      fc.property(
        fc.constantFrom(...endings),
        fc.nat(12),
        fc.integer({ min: 1, max: 3 }),
        (ending, messages, concurrency) => {
          const source: FakeSource<number> = createFakeSource<number>();
          const desk = createDesk();
          const stream = source.pipe(
            consume(desk.project, { concurrency, ...mark(2) }),
            take(ending === 'take' ? 1 : Infinity),
          );
          const { subscription } = record(stream);
          for (let value = 0; value < messages; value += 1) source.emit(value);
          if (ending === 'complete') source.complete();
          if (ending === 'error') source.error(new Error('lost'));
          if (ending === 'work fails') desk.fail(0, new Error('failed'));
          if (ending === 'unsubscribe') subscription.unsubscribe();
          if (ending === 'take') desk.finish(0);
          if (messages > 0 || (ending !== 'take' && ending !== 'work fails')) {
            expect([source.isHeld, source.subscribers]).toEqual([false, 0]);
          }
          subscription.unsubscribe();
          expect([source.isHeld, source.subscribers]).toEqual([false, 0]);
        },
      ),
    );
  });

  it('should have a feed wait for work that takes its time', () => {
    vi.useFakeTimers();
    const server = createSlowServer(1_000, { underWay: 3 });
    const feed = interval(1).subscribe(() => server.send());
    const work = (value: number) => from([value]).pipe(delay(10));
    const { told } = record(server.source.pipe(consume(work, mark(10))));
    vi.advanceTimersByTime(1_000);
    expect(told.length).toBeGreaterThan(95);
    expect(server.sent).toBeLessThan(100 + 10 + 3 + 5);
    feed.unsubscribe();
  });
});
