import * as fc from 'fast-check';
import { filter, NEVER, of, throwError } from 'rxjs';
import type { Observable } from 'rxjs';
import { afterEach, beforeEach, describe, expect, expectTypeOf, it, vi } from 'vitest';
import { OptionRangeError, OptionTypeError } from '../../../src/errors/option-error.js';
import type { DemandSource } from '../../../src/streams/demand/demand-source.js';
import { iterate } from '../../../src/streams/demand/iterate.js';
import type { ConsumerOptions } from '../../../src/streams/demand/find-demand.js';
import { createFakeSource } from './fake-source.js';
import type { FakeSource } from './fake-source.js';
import { createSlowServer } from './slow-server.js';

const DONE = { done: true, value: undefined };
const given = <T>(value: T) => ({ done: false, value });
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Runs a loop to its end. */
async function collect<T>(source: DemandSource<T>): Promise<unknown[]> {
  const told: unknown[] = [];
  try {
    for await (const value of iterate(source)) told.push(value);
    told.push('done');
  } catch (error) {
    told.push({ error });
  }
  return told;
}

describe('iterate', () => {
  const unhandled = vi.fn();
  let source: FakeSource<number>;

  beforeEach(() => {
    source = createFakeSource<number>();
    unhandled.mockClear();
    process.on('unhandledRejection', unhandled);
  });

  afterEach(async () => {
    await turn();
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });

  it('should subscribe with the first next(), and not before', () => {
    const iterator = iterate(source);
    expect(iterator[Symbol.asyncIterator]()).toBe(iterator);
    expect(source.subscribers).toBe(0);
    void iterator.next();
    void iterator.next();
    expect(source.subscribers).toBe(1);
  });

  it.each<[string, Observable<number>, unknown[]]>([
    ['empty', of(), ['done']],
    ['one value', of(1), [1, 'done']],
    ['many values', of(1, 2, 3), [1, 2, 3, 'done']],
    ['an error', throwError(() => 'lost'), [{ error: 'lost' }]],
  ])('should take a source that has all at once: %s', async (_name, upstream, expected) => {
    expect(await collect(createFakeSource({ upstream }))).toEqual(expected);
  });

  it('should wait for a source that never emits', async () => {
    const settled = vi.fn();
    void iterate(source).next().then(settled, settled);
    await turn();
    expect(settled).not.toHaveBeenCalled();
  });

  it('should give what came while nobody asked, in order', async () => {
    const iterator = iterate(source);
    const first = iterator.next();
    for (const value of [1, 2, 3]) source.emit(value);
    expect(await first).toEqual(given(1));
    expect(await iterator.next()).toEqual(given(2));
    expect(await iterator.next()).toEqual(given(3));
    const next = iterator.next();
    source.emit(4);
    expect(await next).toEqual(given(4));
  });

  it('should answer several that ask at the same time in order', async () => {
    const iterator = iterate(source);
    const asked = [iterator.next(), iterator.next(), iterator.next(), iterator.next()];
    source.emit(1);
    source.emit(2);
    source.complete();
    expect(await Promise.all(asked)).toEqual([given(1), given(2), DONE, DONE]);
    expect(await iterator.next()).toEqual(DONE);
  });

  it('should fail the first that asks, and be done for the others', async () => {
    const iterator = iterate(source);
    const asked = [iterator.next(), iterator.next()];
    const error = new Error('lost');
    source.error(error);
    await expect(asked[0]).rejects.toBe(error);
    expect(await asked[1]).toEqual(DONE);
    expect(await iterator.next()).toEqual(DONE);
  });

  it('should fail after what came before the error, once', async () => {
    const iterator = iterate(source);
    const first = iterator.next();
    for (const value of [1, 2]) source.emit(value);
    const error = new Error('lost');
    source.error(error);
    await turn();
    expect(await first).toEqual(given(1));
    expect(await iterator.next()).toEqual(given(2));
    await expect(iterator.next()).rejects.toBe(error);
    expect(await iterator.next()).toEqual(DONE);
  });

  it('should report nothing where nobody asks for the error', async () => {
    const iterator = iterate(source);
    const first = iterator.next();
    source.emit(1);
    source.error(new Error('lost'));
    expect(await first).toEqual(given(1));
    await turn();
    expect(await iterator.return?.()).toEqual(DONE);
    expect(await iterator.next()).toEqual(DONE);
  });

  it('should give what came before it completed', async () => {
    const iterator = iterate(source);
    const first = iterator.next();
    for (const value of [1, 2]) source.emit(value);
    source.complete();
    expect(await first).toEqual(given(1));
    expect(await iterator.next()).toEqual(given(2));
    expect(await iterator.next()).toEqual(DONE);
  });

  it('should hold the source from the high mark to the low one', async () => {
    const iterator = iterate(source, { highWaterMark: { messages: 4 } });
    void iterator.next();
    for (let value = 0; value < 4; value += 1) source.emit(value);
    expect(source.isHeld).toBe(false);
    source.emit(4);
    expect(source.isHeld).toBe(true);
    await iterator.next();
    expect(source.isHeld).toBe(true);
    await iterator.next();
    expect(source.isHeld).toBe(false);
  });

  it('should hold no source that is asked for more than it gives', () => {
    const iterator = iterate(source, { highWaterMark: { messages: 1 } });
    for (let value = 0; value < 100; value += 1) {
      void iterator.next();
      source.emit(value);
    }
    expect(source.pauses).toBe(0);
  });

  it('should count bytes, and tell of an overrun', async () => {
    const error = new Error('overrun');
    const large = createFakeSource<number>({
      sizeOf: (value) => value,
      onOverrun: (self) => self.error(error),
    });
    const iterator = iterate(large, { highWaterMark: { bytes: 10 }, maxBytes: 20 });
    void iterator.next();
    for (const value of [1, 10]) large.emit(value);
    expect(large.isHeld).toBe(true);
    large.emit(11);
    expect([large.overruns, large.isHeld]).toEqual([[[21, 20]], false]);
    expect(await iterator.next()).toEqual(given(10));
    expect(await iterator.next()).toEqual(given(11));
    await expect(iterator.next()).rejects.toBe(error);
  });

  it('should let the source go when that ends, whatever waits', () => {
    const iterator = iterate(source, { highWaterMark: { messages: 1 } });
    void iterator.next();
    for (const value of [1, 2, 3]) source.emit(value);
    expect(source.isHeld).toBe(true);
    source.complete();
    expect(source.isHeld).toBe(false);
  });

  it.each(['break', 'throw', 'return'])(
    'should let all go when the loop is left: %s',
    async (way) => {
      const loop = async (): Promise<void> => {
        for await (const value of iterate(source, { highWaterMark: { messages: 1 } })) {
          source.emit(value + 1);
          source.emit(value + 2);
          expect(source.isHeld).toBe(true);
          if (way === 'break') break;
          if (way === 'return') return;
          throw new Error('from the loop');
        }
      };
      const running = loop();
      source.emit(1);
      if (way === 'throw') await expect(running).rejects.toThrow('from the loop');
      else await running;
      expect([source.isHeld, source.subscribers]).toEqual([false, 0]);
    },
  );

  it('should end those that wait when return() is called', async () => {
    const iterator = iterate(source);
    const asked = [iterator.next(), iterator.next()];
    expect(await iterator.return?.()).toEqual(DONE);
    expect(await Promise.all(asked)).toEqual([DONE, DONE]);
    expect(source.subscribers).toBe(0);
    source.emit(1);
    expect(await iterator.next()).toEqual(DONE);
    expect(await iterator.return?.()).toEqual(DONE);
  });

  it('should never subscribe when return() comes first', async () => {
    const iterator = iterate(source);
    expect(await iterator.return?.()).toEqual(DONE);
    expect(await iterator.next()).toEqual(DONE);
    expect(source.subscribers).toBe(0);
  });

  it('should drop what waits when return() is called', async () => {
    const iterator = iterate(source);
    void iterator.next();
    for (const value of [1, 2, 3]) source.emit(value);
    void iterator.return?.();
    expect(await iterator.next()).toEqual(DONE);
  });

  it('should subscribe for each iterator by itself', async () => {
    const [first, second] = [iterate(source), iterate(source)];
    const asked = [first.next(), second.next()];
    source.emit(1);
    expect(await Promise.all(asked)).toEqual([given(1), given(1)]);
    void first.return?.();
    expect(source.subscribers).toBe(1);
    source.emit(2);
    expect(await second.next()).toEqual(given(2));
  });

  it('should hold a socket that other operators hide', async () => {
    const even = source.pipe(filter((value) => value % 2 === 0));
    const iterator = iterate(even, { demand: source, highWaterMark: { messages: 1 } });
    const first = iterator.next();
    for (const value of [0, 1, 2]) source.emit(value);
    expect(source.isHeld).toBe(true);
    expect(await first).toEqual(given(0));
    expect(await iterator.next()).toEqual(given(2));
    expect(source.isHeld).toBe(false);
  });

  it.each<[string, unknown, typeof OptionTypeError | typeof OptionRangeError]>([
    ['iterate', null, OptionTypeError],
    ['iterate.concurrency', { concurrency: 1 }, OptionTypeError],
    ['iterate.demand', { demand: {} }, OptionTypeError],
    ['iterate.lowWaterMark.messages', { lowWaterMark: { messages: 5_000 } }, OptionRangeError],
  ])('should refuse %s at once: %o', (path, options, kind) => {
    const use = () => iterate(source, options as ConsumerOptions);
    expect(use).toThrow(kind);
    expect(use).toThrow(expect.objectContaining({ option: path }));
  });

  it('should refuse a stream that cannot wait', () => {
    expect(() => iterate(NEVER as DemandSource<never>)).toThrow(
      expect.objectContaining({ option: 'iterate.demand' }),
    );
  });

  it('should know its types', () => {
    expectTypeOf(iterate(source)).toEqualTypeOf<
      AsyncIterableIterator<number, undefined, undefined>
    >();
    const plain: Observable<number> = NEVER;
    // @ts-expect-error -- what is to be held?
    expect(() => iterate(plain)).toThrow(OptionTypeError);
  });

  it('should give each message once and in order, and buffer no more than it may', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          total: fc.nat(40),
          messages: fc.integer({ min: 1, max: 8 }),
          underWay: fc.nat(4),
          burst: fc.nat(3),
        }),
        fc.array(fc.nat(5), { minLength: 1, maxLength: 30 }),
        async ({ total, messages, underWay, burst }, dice) => {
          const server = createSlowServer(total, { underWay, burst });
          const iterator = iterate(server.source, { highWaterMark: { messages } });
          const answers: Promise<IteratorResult<number, undefined>>[] = [];
          for (let round = 0; answers.length < total + 1; round += 1) {
            const roll = dice[round % dice.length] ?? 0;
            if (roll < 2 || round % dice.length === 0) answers.push(iterator.next());
            for (let count = 1; count < roll && answers.length > 0; count += 1) server.send();
            const waiting = server.sent - answers.length;
            expect(waiting).toBeLessThanOrEqual(messages + underWay);
            if (roll === 5) await turn();
          }
          for (let count = 0; count <= total; count += 1) server.send();
          const told = await Promise.all(answers);
          expect(told.slice(0, total)).toEqual(Array.from({ length: total }, (_e, i) => given(i)));
          expect(told.slice(total).every(({ done }) => done === true)).toBe(true);
          expect([server.source.isHeld, server.source.subscribers]).toEqual([false, 0]);
        },
      ),
      { numRuns: 150 },
    );
  });
});
