import type { ReadableStream } from 'node:stream/web';
import { WritableStream } from 'node:stream/web';
import * as fc from 'fast-check';
import { filter, NEVER, of, throwError } from 'rxjs';
import type { Observable } from 'rxjs';
import { afterEach, beforeEach, describe, expect, expectTypeOf, it, vi } from 'vitest';
import { OptionRangeError, OptionTypeError } from '../../../src/errors/option-error.js';
import type { DemandSource } from '../../../src/streams/demand/demand-source.js';
import type { ConsumerOptions } from '../../../src/streams/demand/find-demand.js';
import { toReadable } from '../../../src/streams/demand/to-readable.js';
import { createFakeSource } from './fake-source.js';
import type { FakeSource } from './fake-source.js';
import { createSlowServer } from './slow-server.js';

const DONE = { done: true, value: undefined };
const given = <T>(value: T) => ({ done: false, value });
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Begins to read: what is made now begins to ask in a turn of its own. */
async function start<T>(stream: ReadableStream<T>) {
  const reader = stream.getReader();
  const first = reader.read();
  await turn();
  return { reader, first };
}

/** Reads a stream to its end. */
async function collect<T>(stream: ReadableStream<T>): Promise<unknown[]> {
  const told: unknown[] = [];
  try {
    for await (const value of stream) told.push(value);
    told.push('done');
  } catch (error) {
    told.push({ error });
  }
  return told;
}

describe('toReadable', () => {
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

  it('should subscribe with the first read, and not before', async () => {
    const stream = toReadable(source);
    await turn();
    expect(source.subscribers).toBe(0);
    const { first } = await start(stream);
    expect(source.subscribers).toBe(1);
    source.emit(1);
    expect(await first).toEqual(given(1));
  });

  it.each<[string, Observable<number>, unknown[]]>([
    ['empty', of(), ['done']],
    ['one value', of(1), [1, 'done']],
    ['many values', of(1, 2, 3), [1, 2, 3, 'done']],
    ['an error', throwError(() => 'lost'), [{ error: 'lost' }]],
  ])('should take a source that has all at once: %s', async (_name, upstream, expected) => {
    expect(await collect(toReadable(createFakeSource({ upstream })))).toEqual(expected);
  });

  it('should wait for a source that never emits', async () => {
    const settled = vi.fn();
    void toReadable(source).getReader().read().then(settled, settled);
    await turn();
    expect(settled).not.toHaveBeenCalled();
  });

  it('should give what came while nobody read, in order', async () => {
    const { reader, first } = await start(toReadable(source));
    for (const value of [1, 2, 3]) source.emit(value);
    expect(await first).toEqual(given(1));
    expect(await reader.read()).toEqual(given(2));
    expect(await reader.read()).toEqual(given(3));
    const next = reader.read();
    source.emit(4);
    expect(await next).toEqual(given(4));
  });

  it('should answer several reads in order', async () => {
    const { reader, first } = await start(toReadable(source));
    const reads = [first, reader.read(), reader.read(), reader.read()];
    for (const value of [1, 2]) source.emit(value);
    await turn();
    source.emit(3);
    await turn();
    source.complete();
    expect(await Promise.all(reads)).toEqual([given(1), given(2), given(3), DONE]);
  });

  it('should fail after what came before the error', async () => {
    const { reader, first } = await start(toReadable(source));
    for (const value of [1, 2, 3]) source.emit(value);
    const error = new Error('lost');
    source.error(error);
    await turn();
    expect(await first).toEqual(given(1));
    expect(await reader.read()).toEqual(given(2));
    expect(await reader.read()).toEqual(given(3));
    await expect(reader.read()).rejects.toBe(error);
    await expect(reader.closed).rejects.toBe(error);
  });

  it('should fail or close at once when nothing waits, also where nobody reads', async () => {
    const { reader, first } = await start(toReadable(source));
    source.emit(1);
    await first;
    source.complete();
    await reader.closed;

    const failing = createFakeSource<number>();
    const { reader: other, first: read } = await start(toReadable(failing));
    failing.emit(1);
    await read;
    failing.error('lost');
    await expect(other.closed).rejects.toBe('lost');
  });

  it('should close after the last message without another read', async () => {
    const { reader, first } = await start(toReadable(source));
    for (const value of [1, 2]) source.emit(value);
    source.complete();
    await first;
    await reader.read();
    await reader.closed;
  });

  it.each([[[1]], [[1, 2]], [[1, 2, 3]]])(
    'should lose nothing that a reader asked for and left, not even to an error: %o',
    async (values) => {
      const stream = toReadable(source);
      const { reader, first } = await start(stream);
      reader.releaseLock();
      await expect(first).rejects.toThrow(TypeError);
      for (const value of values) source.emit(value);
      source.error('lost');
      await turn();
      expect(await collect(stream)).toEqual([...values, { error: 'lost' }]);
    },
  );

  it('should hold the source from the high mark to the low one', async () => {
    const { reader, first } = await start(toReadable(source, { highWaterMark: { messages: 4 } }));
    for (let value = 0; value < 4; value += 1) source.emit(value);
    expect(source.isHeld).toBe(false);
    source.emit(4);
    expect(source.isHeld).toBe(true);
    await first;
    await reader.read();
    expect(source.isHeld).toBe(true);
    await reader.read();
    expect(source.isHeld).toBe(false);
  });

  it('should take nothing that nobody asked for', async () => {
    const { first } = await start(toReadable(source, { highWaterMark: { messages: 2 } }));
    for (let value = 0; value < 3; value += 1) source.emit(value);
    await first;
    await turn();
    expect(source.isHeld).toBe(true);
  });

  it('should count bytes, and tell of an overrun', async () => {
    const large = createFakeSource<number>({
      sizeOf: (value) => value,
      onOverrun: (self) => self.error('overrun'),
    });
    const stream = toReadable(large, { highWaterMark: { bytes: 10 }, maxBytes: 20 });
    const { reader, first } = await start(stream);
    for (const value of [1, 10]) large.emit(value);
    expect(large.isHeld).toBe(true);
    large.emit(11);
    expect([large.overruns, large.isHeld]).toEqual([[[21, 20]], false]);
    expect(await first).toEqual(given(1));
    reader.releaseLock();
    expect(await collect(stream)).toEqual([10, 11, { error: 'overrun' }]);
  });

  it('should let the source go when that ends, whatever waits', async () => {
    await start(toReadable(source, { highWaterMark: { messages: 1 } }));
    for (const value of [1, 2, 3]) source.emit(value);
    expect(source.isHeld).toBe(true);
    source.complete();
    expect(source.isHeld).toBe(false);
  });

  it('should unsubscribe and let the source go when it is cancelled', async () => {
    const stream = toReadable(source, { highWaterMark: { messages: 1 } });
    const { reader, first } = await start(stream);
    for (const value of [1, 2, 3]) source.emit(value);
    await first;
    await reader.cancel('enough');
    expect([source.isHeld, source.subscribers]).toEqual([false, 0]);
    expect(await reader.read()).toEqual(DONE);
    source.emit(4);
  });

  it('should end a read that waits when it is cancelled', async () => {
    const { reader, first: read } = await start(toReadable(source));
    await reader.cancel();
    expect(await read).toEqual(DONE);
    expect(source.subscribers).toBe(0);
  });

  it('should be cancelled after the end, while messages wait', async () => {
    const { reader, first } = await start(toReadable(source));
    for (const value of [1, 2]) source.emit(value);
    source.error('lost');
    await first;
    await reader.cancel();
    expect(await reader.read()).toEqual(DONE);
  });

  it('should never subscribe when it is cancelled first', async () => {
    const stream = toReadable(source);
    await stream.cancel();
    expect(await collect(stream)).toEqual(['done']);
    expect(source.subscribers).toBe(0);
  });

  it('should unsubscribe when its loop is left', async () => {
    const loop = (async () => {
      for await (const value of toReadable(source)) return value;
      return undefined;
    })();
    await turn();
    source.emit(1);
    expect(await loop).toBe(1);
    expect(source.subscribers).toBe(0);
  });

  it('should have the source wait for a writable that is slow', async () => {
    const written: number[] = [];
    let finish = (): void => undefined;
    const sink = new WritableStream<number>({
      write: (value) => {
        written.push(value);
        return new Promise((resolve) => {
          finish = resolve;
        });
      },
    });
    const piped = toReadable(source, { highWaterMark: { messages: 2 } }).pipeTo(sink);
    await turn();
    for (let value = 0; value < 5; value += 1) source.emit(value);
    await turn();
    expect([written, source.isHeld]).toEqual([[0], true]);
    source.complete();
    while (written.length < 5) {
      finish();
      await turn();
    }
    finish();
    await piped;
    expect(written).toEqual([0, 1, 2, 3, 4]);
  });

  it('should give both halves of a tee all of it', async () => {
    const [left, right] = toReadable(createFakeSource({ upstream: of(1, 2, 3) })).tee();
    const expected = [1, 2, 3, 'done'];
    expect(await Promise.all([collect(left), collect(right)])).toEqual([expected, expected]);
  });

  it('should hold a socket that other operators hide', async () => {
    const even = source.pipe(filter((value) => value % 2 === 0));
    const options = { demand: source, highWaterMark: { messages: 1 } };
    const { reader, first } = await start(toReadable(even, options));
    for (const value of [0, 1, 2]) source.emit(value);
    expect(source.isHeld).toBe(true);
    expect([await first, await reader.read()]).toEqual([given(0), given(2)]);
    expect(source.isHeld).toBe(false);
  });

  it.each<[string, unknown, typeof OptionTypeError | typeof OptionRangeError]>([
    ['toReadable', null, OptionTypeError],
    ['toReadable.size', { size: 1 }, OptionTypeError],
    ['toReadable.demand', { demand: {} }, OptionTypeError],
    ['toReadable.highWaterMark.bytes', { highWaterMark: { bytes: 0 } }, OptionRangeError],
  ])('should refuse %s at once: %o', (path, options, kind) => {
    const use = () => toReadable(source, options as ConsumerOptions);
    expect(use).toThrow(kind);
    expect(use).toThrow(expect.objectContaining({ option: path }));
  });

  it('should refuse a stream that cannot wait', () => {
    expect(() => toReadable(NEVER as DemandSource<never>)).toThrow(
      expect.objectContaining({ option: 'toReadable.demand' }),
    );
  });

  it('should know its types', () => {
    expectTypeOf(toReadable(source)).toEqualTypeOf<ReadableStream<number>>();
    const plain: Observable<number> = NEVER;
    // @ts-expect-error -- what is to be held?
    expect(() => toReadable(plain)).toThrow(OptionTypeError);
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
          const stream = toReadable(server.source, { highWaterMark: { messages } });
          const reader = stream.getReader();
          const answers: Promise<unknown>[] = [];
          for (let round = 0; answers.length < total + 1; round += 1) {
            const roll = dice[round % dice.length] ?? 0;
            if (roll < 2 || round % dice.length === 0) answers.push(reader.read());
            // The stream asks for the next one in a turn of its own.
            await turn();
            for (let count = 1; count < roll && answers.length > 0; count += 1) {
              server.send();
              await turn();
            }
            expect(server.sent - answers.length).toBeLessThanOrEqual(messages + underWay);
          }
          for (let count = 0; count <= total; count += 1) {
            server.send();
            await turn();
          }
          const told = await Promise.all(answers);
          const expected = Array.from({ length: total }, (_each, index) => given(index));
          expect(told).toEqual([...expected, DONE]);
          expect([server.source.isHeld, server.source.subscribers]).toEqual([false, 0]);
        },
      ),
      { numRuns: 60 },
    );
  });
});
