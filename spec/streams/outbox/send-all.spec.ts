import { getEventListeners } from 'node:events';
import { ReadableStream } from 'node:stream/web';
import { BehaviorSubject, EMPTY, filter, map, NEVER, of, skip, Subject, throwError } from 'rxjs';
import type { Observable } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { OptionTypeError } from '../../../src/errors/option-error.js';
import { DisposedError } from '../../../src/streams/disposed-error.js';
import type { Delivery } from '../../../src/streams/outbox/delivery.js';
import { sendAll } from '../../../src/streams/outbox/send-all.js';
import type { SendTarget } from '../../../src/streams/outbox/send-all.js';
import type { SendOptions } from '../../../src/streams/outbox/send.js';

const NONE = { Flushed: 0, Acknowledged: 0, Expired: 0, Dropped: 0, Rejected: 0, Unknown: 0 };
const flushed: Delivery = { _tag: 'Flushed', connection: 1 };
const turns = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A target with room for `room` messages at a time, which have their fate when a spec says so. */
class Target implements SendTarget<string> {
  readonly sent: string[] = [];
  readonly options: SendOptions[] = [];
  readonly #writable = new BehaviorSubject(true);
  readonly drained: Observable<void> = this.#writable.pipe(
    skip(1),
    filter((isWritable) => isWritable),
    map(() => undefined),
  );
  readonly #room: number;
  #open: ((delivery: Delivery) => void)[] = [];

  constructor(room = Infinity) {
    this.#room = room;
  }

  get isWritable(): boolean {
    return this.#writable.value;
  }

  send(message: string, options: SendOptions): Promise<Delivery> {
    this.sent.push(message);
    this.options.push(options);
    const delivery = new Promise<Delivery>((resolve) => this.#open.push(resolve));
    if (this.#open.length >= this.#room && this.isWritable) this.#writable.next(false);
    return delivery;
  }

  /** Whether anybody waits for room. */
  get isWatched(): boolean {
    return this.#writable.observed;
  }

  setWritable(isWritable: boolean): void {
    this.#writable.next(isWritable);
  }

  settle(delivery: Delivery = flushed): void {
    for (const resolve of this.#open.splice(0)) resolve(delivery);
    if (!this.isWritable) this.#writable.next(true);
  }
}

async function* letters(): AsyncGenerator<string> {
  for (const letter of 'abcde') {
    await turns();
    yield letter;
  }
}

describe('sendAll', () => {
  it.each<[string, () => Parameters<typeof sendAll<string>>[1]]>([
    ['an array', () => ['a', 'b', 'c', 'd', 'e']],
    ['a string', () => 'abcde'],
    ['an asynchronous iterable', letters],
    ['an observable', () => of('a', 'b', 'c', 'd', 'e')],
    ['a stream', () => ReadableStream.from('abcde')],
    ['a promise', () => Promise.resolve('abcde')],
  ])('should send what comes of %s, and count the fates', async (_name, source) => {
    const target = new Target();
    const summary = sendAll(target, source(), { ttl: 10 });
    await vi.waitFor(() => expect(target.sent.join('')).toBe('abcde'));
    await turns();
    target.settle();
    const count = target.sent.length;
    expect(await summary).toEqual({ ...NONE, Flushed: count });
    expect(target.options).toEqual(Array.from({ length: count }, () => ({ ttl: 10 })));
  });

  it('should count each fate by its name', async () => {
    const target = new Target(1);
    const summary = sendAll(target, ['a', 'b', 'c'], {});
    for (const fate of [flushed, { _tag: 'Expired' }, { _tag: 'Unknown' }] as const) {
      await turns();
      target.settle(fate);
    }
    expect(await summary).toEqual({ ...NONE, Flushed: 1, Expired: 1, Unknown: 1 });
  });

  it('should give nothing for nothing', async () => {
    expect(await sendAll(new Target(), [], {})).toEqual(NONE);
    expect(await sendAll(new Target(), EMPTY, {})).toEqual(NONE);
  });

  it('should take no more than there is room for', async () => {
    const target = new Target(2);
    const taken: string[] = [];
    function* source(): Generator<string> {
      for (const letter of 'abcde') {
        taken.push(letter);
        yield letter;
      }
    }
    const summary = sendAll(target, source(), {});
    await turns();
    expect(taken.join('')).toBe('ab');
    target.settle();
    await turns();
    expect(taken.join('')).toBe('abcd');
    target.settle();
    await turns();
    target.settle();
    expect(await summary).toEqual({ ...NONE, Flushed: 5 });
  });

  it('should take nothing before there is room', async () => {
    const target = new Target();
    target.setWritable(false);
    const summary = sendAll(target, ['a'], {});
    await turns();
    expect(target.sent).toEqual([]);
    target.setWritable(true);
    // Gone again before it could take any.
    target.setWritable(false);
    await turns();
    expect(target.sent).toEqual([]);
    target.setWritable(true);
    await turns();
    target.settle();
    expect(await summary).toEqual({ ...NONE, Flushed: 1 });
  });

  it('should not hold an observable back', () => {
    const target = new Target(1);
    void sendAll(target, of('a', 'b', 'c'), {});
    expect(target.sent).toEqual(['a', 'b', 'c']);
  });

  it('should reject with what the source fails with', async () => {
    const bug = new RangeError('bug');
    const failing = async function* (): AsyncGenerator<string> {
      yield await Promise.resolve('a');
      throw bug;
    };
    await expect(sendAll(new Target(), failing(), {})).rejects.toBe(bug);
    await expect(
      sendAll(
        new Target(),
        throwError(() => bug),
        {},
      ),
    ).rejects.toBe(bug);
  });

  it.each<[string, () => Parameters<typeof sendAll<string>>[1]]>([
    ['an iterable', () => ['a', 'b']],
    ['an observable', () => of('a', 'b')],
  ])('should reject with the fault of a function among the options: %s', async (_name, source) => {
    const bug = new RangeError('bug');
    const target = new Target();
    vi.spyOn(target, 'send').mockRejectedValue(bug);
    await expect(sendAll(target, source(), {})).rejects.toBe(bug);
  });

  it('should end the source with the first fault', async () => {
    const bug = new RangeError('bug');
    const target = new Target();
    vi.spyOn(target, 'send').mockRejectedValue(bug);
    const source = new Subject<string>();
    const summary = sendAll(target, source, {});
    source.next('a');
    await turns();
    source.next('b');
    await expect(summary).rejects.toBe(bug);
    expect(source.observed).toBe(false);
  });

  it('should finish an iterator that it does not take to its end', async () => {
    const bug = new RangeError('bug');
    const target = new Target();
    vi.spyOn(target, 'send').mockRejectedValue(bug);
    const finished = vi.fn();
    const source = async function* (): AsyncGenerator<string> {
      try {
        for await (const letter of letters()) yield letter;
      } finally {
        finished();
      }
    };
    await expect(sendAll(target, source(), {})).rejects.toBe(bug);
    await vi.waitFor(() => expect(finished).toHaveBeenCalledOnce());
  });

  describe('the signal', () => {
    const reason = new Error('enough');

    it.each<[string, () => Parameters<typeof sendAll<string>>[1]]>([
      ['an observable', () => NEVER],
      [
        'an iterable',
        () => ({
          [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => undefined) }),
        }),
      ],
    ])('should end the wait for what does not come of %s', async (_name, source) => {
      const controller = new AbortController();
      const summary = sendAll(new Target(), source(), { signal: controller.signal });
      await turns();
      controller.abort(reason);
      await expect(summary).rejects.toBe(reason);
      expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
    });

    it('should end the wait for room', async () => {
      const controller = new AbortController();
      const target = new Target(1);
      const summary = sendAll(target, ['a', 'b'], { signal: controller.signal });
      await turns();
      controller.abort(reason);
      await expect(summary).rejects.toBe(reason);
      expect([target.sent, target.isWatched]).toEqual([['a'], false]);
    });

    it('should end it before it begins', async () => {
      const target = new Target();
      const signal = AbortSignal.abort(reason);
      await expect(sendAll(target, ['a'], { signal })).rejects.toBe(reason);
      expect(target.sent).toEqual([]);
    });

    it('should end what gives all at once', async () => {
      const controller = new AbortController();
      const target = new Target();
      const { send } = target;
      vi.spyOn(target, 'send').mockImplementation((message, options) => {
        if (message === 'b') controller.abort(reason);
        return send.call(target, message, options);
      });
      const summary = sendAll(target, of('a', 'b', 'c'), { signal: controller.signal });
      await expect(summary).rejects.toBe(reason);
      expect(target.sent).toEqual(['a', 'b']);
    });
  });

  it.each<[string, () => Parameters<typeof sendAll<string>>[1]]>([
    [
      'an asynchronous iterable',
      async function* forEver() {
        for (;;) {
          await Promise.resolve();
          yield 'a';
        }
      },
    ],
    [
      'an iterable',
      function* forEver() {
        for (;;) yield 'a';
      },
    ],
  ])('should end when the socket was disposed of, whatever comes of %s', async (_name, source) => {
    const error = new DisposedError();
    let sent = 0;
    let isFinished = false;
    function finishing<T extends object>(iterable: T): T {
      return new Proxy(iterable, {
        get: (target, name) => {
          if (name === 'return') isFinished = true;
          const value: unknown = Reflect.get(target, name, target);
          return typeof value === 'function' ? (value.bind(target) as unknown) : value;
        },
      });
    }
    const iterable = source() as AsyncGenerator<string>;
    const iterator = finishing(iterable);
    const given = {
      [Symbol.asyncIterator in iterable ? Symbol.asyncIterator : Symbol.iterator]: () => iterator,
    } as unknown as AsyncIterable<string>;
    const target: SendTarget<string> = {
      isWritable: true,
      drained: NEVER,
      send: () => {
        sent += 1;
        return Promise.resolve<Delivery>(sent > 10 ? { _tag: 'Rejected', error } : flushed);
      },
    };
    await expect(sendAll(target, given, {})).rejects.toBe(error);
    expect(isFinished).toBe(true);
    expect(sent).toBeLessThan(20);
  });

  it.each([undefined, null, 5, {}])('should refuse %o in place of a source', (source) => {
    const call = (): unknown => sendAll(new Target(), source as never, {});
    expect(call).toThrow(OptionTypeError);
    expect(call).toThrow(/^sendAll\.source: must be an observable, a promise or an iterable, got /);
  });

  it('should refuse wrong options at once', () => {
    expect(() => sendAll(new Target(), [], { ttl: '1' } as unknown as SendOptions)).toThrow(
      OptionTypeError,
    );
  });
});
