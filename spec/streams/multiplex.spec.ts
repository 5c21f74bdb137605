import fc from 'fast-check';
import { BehaviorSubject, Observable, retry, Subject, take } from 'rxjs';
import type { Subscription } from 'rxjs';
import { afterEach, beforeEach, describe, expect, expectTypeOf, it, vi } from 'vitest';

import { multiplex } from '../../src/streams/multiplex.js';
import type { MultiplexSocket, Posted } from '../../src/streams/multiplex.js';
import type { SocketState } from '../../src/streams/socket-state.js';
import { collectUncaught } from '../integration/support/uncaught.js';
import type { UncaughtErrors } from '../integration/support/uncaught.js';

const stateOf = (_tag: SocketState['_tag']): SocketState => ({ _tag }) as SocketState;

/** A socket in memory, whose connections keep what they were sent. */
class FakeSocket implements MultiplexSocket<string, string> {
  readonly #state = new BehaviorSubject<SocketState>(stateOf('Idle'));
  readonly state: Observable<SocketState> = this.#state.asObservable();
  /** What each connection was sent. */
  readonly sent: string[][] = [];
  /** Everything that happened, in order. */
  readonly log: string[] = [];
  failure: Error | undefined;
  /** Whether the line is open before the state says so. */
  isAhead = false;
  #root = new Subject<string>();
  #outbox: { readonly message: string }[] = [];

  get waiting(): readonly string[] {
    return this.#outbox.map(({ message }) => message);
  }

  /** Whether anybody listens to the state. */
  get isWatched(): boolean {
    return this.#state.observed;
  }

  get tag(): SocketState['_tag'] {
    return this.#state.value._tag;
  }

  post(message: string): Posted {
    if (this.failure !== undefined) throw this.failure;
    this.log.push(`post ${message}`);
    const entry = { message };
    const isOpen = this.isAhead || this.tag === 'Open';
    if (isOpen && this.#outbox.length === 0) this.sent.at(-1)?.push(message);
    else this.#outbox.push(entry);
    return Object.defineProperty(
      {
        isWaiting: true,
        isSent: false,
        withdraw: () => {
          this.#outbox = this.#outbox.filter((each) => each !== entry);
        },
      },
      'isWaiting',
      { get: () => this.#outbox.includes(entry) },
    );
  }

  subscribe(observer: Parameters<MultiplexSocket<string, string>['subscribe']>[0]): Subscription {
    return new Observable<string>((subscriber) => {
      this.log.push('subscribe');
      const root = this.#root;
      if (!this.#isLive) this.move('Connecting');
      const inner = root.subscribe(subscriber);
      return () => {
        this.log.push('unsubscribe');
        inner.unsubscribe();
        if (root === this.#root && !root.observed && this.#isLive) this.move('Closed');
      };
    }).subscribe(observer);
  }

  move(tag: SocketState['_tag']): void {
    this.#state.next(stateOf(tag));
  }

  receive(message: string): void {
    this.#root.next(message);
  }

  /** The connection opens, and what waits is sent. */
  open(): void {
    const connection: string[] = [];
    this.sent.push(connection);
    this.move('Open');
    connection.push(...this.#outbox.splice(0).map(({ message }) => message));
  }

  /** The stream is over, completed or failed; the state may be late to tell. */
  end(error?: Error, isTold = true): void {
    const root = this.#root;
    this.#root = new Subject();
    if (isTold) this.move('Closed');
    if (error === undefined) root.complete();
    else root.error(error);
  }

  get #isLive(): boolean {
    return this.tag !== 'Idle' && this.tag !== 'Closed';
  }
}

const lost = new Error('the line was lost');

/** The stream of what begins with `name`. */
const streamOf = (socket: FakeSocket, name: string): Observable<string> =>
  multiplex(
    socket,
    () => `sub ${name}`,
    () => `unsub ${name}`,
    (message) => message.startsWith(name),
  );

interface Watch {
  readonly values: readonly string[];
  readonly outcomes: readonly unknown[];
  readonly subscription: Subscription;
}

function watch(source: Observable<string>): Watch {
  const values: string[] = [];
  const outcomes: unknown[] = [];
  const subscription = source.subscribe({
    next: (value) => values.push(value),
    error: (error: unknown) => outcomes.push(error),
    complete: () => outcomes.push('complete'),
  });
  return { values, outcomes, subscription };
}

let uncaught: UncaughtErrors;

beforeEach(() => {
  uncaught = collectUncaught();
});

afterEach(async () => {
  await new Promise((resolve) => setTimeout(resolve, 1));
  uncaught.stop();
  expect(uncaught.errors).toEqual([]);
});

function prepare(): FakeSocket {
  return new FakeSocket();
}

/** A socket with an open connection. */
function opened(): { readonly socket: FakeSocket; readonly connection: readonly string[] } {
  const socket = new FakeSocket();
  socket.subscribe({ error: () => undefined });
  socket.open();
  socket.log.length = 0;
  return { socket, connection: socket.sent[0] ?? [] };
}

describe('multiplex', () => {
  it('should do nothing until it is subscribed to', () => {
    const socket = prepare();
    const subMsg = vi.fn(() => 'sub');
    void multiplex(socket, subMsg, subMsg, () => true);
    expect(socket.log).toEqual([]);
    expect(subMsg).not.toHaveBeenCalled();
  });

  it('should ask before it subscribes to the root, and dial by that', () => {
    const socket = prepare();
    watch(streamOf(socket, 'a'));
    expect(socket.log).toEqual(['post sub a', 'subscribe']);
    expect(socket.tag).toBe('Connecting');
    socket.open();
    expect(socket.sent).toEqual([['sub a']]);
  });

  it('should give what the filter takes', () => {
    const { socket } = opened();
    const a = watch(streamOf(socket, 'a'));
    const b = watch(streamOf(socket, 'b'));
    for (const message of ['a1', 'b1', 'c1', 'a2']) socket.receive(message);
    expect(a.values).toEqual(['a1', 'a2']);
    expect(b.values).toEqual(['b1']);
  });

  it('should ask and thank for each subscriber by itself', () => {
    const { socket, connection } = opened();
    const stream = streamOf(socket, 'a');
    const first = watch(stream);
    const second = watch(stream);
    first.subscription.unsubscribe();
    socket.receive('a1');
    second.subscription.unsubscribe();
    expect(connection).toEqual(['sub a', 'sub a', 'unsub a', 'unsub a']);
    expect(first.values).toEqual([]);
    expect(second.values).toEqual(['a1']);
  });

  it('should make its messages when they are needed', () => {
    const { socket, connection } = opened();
    let id = 1;
    const stream = multiplex(
      socket,
      () => `sub ${id}`,
      () => `unsub ${id}`,
      () => true,
    );
    const { subscription } = watch(stream);
    id = 2;
    subscription.unsubscribe();
    watch(stream);
    expect(connection).toEqual(['sub 1', 'unsub 2', 'sub 2']);
  });

  it('should ask to stop before it unsubscribes from the root', () => {
    const socket = prepare();
    const { subscription } = watch(streamOf(socket, 'a'));
    socket.open();
    socket.log.length = 0;
    subscription.unsubscribe();
    expect(socket.log).toEqual(['post unsub a', 'unsubscribe']);
    expect(socket.sent).toEqual([['sub a', 'unsub a']]);
    expect(socket.tag).toBe('Closed');
  });

  it('should ask to stop when an operator has enough', () => {
    const { socket, connection } = opened();
    const { values, outcomes } = watch(streamOf(socket, 'a').pipe(take(1)));
    socket.receive('a1');
    socket.receive('a2');
    expect(connection).toEqual(['sub a', 'unsub a']);
    expect(values).toEqual(['a1']);
    expect(outcomes).toEqual(['complete']);
  });

  it('should ask to stop once, however often it is unsubscribed from', () => {
    const { socket, connection } = opened();
    const { subscription } = watch(streamOf(socket, 'a'));
    subscription.unsubscribe();
    subscription.unsubscribe();
    expect(connection).toEqual(['sub a', 'unsub a']);
  });

  it('should narrow the type by a guard', () => {
    const socket = prepare();
    const isA = (message: string): message is `a${string}` => message.startsWith('a');
    expectTypeOf(
      multiplex(
        socket,
        () => '',
        () => '',
        isA,
      ),
    ).toEqualTypeOf<Observable<`a${string}`>>();
    expectTypeOf(streamOf(socket, 'a')).toEqualTypeOf<Observable<string>>();
  });
});

describe('an exception in a multiplexed stream', () => {
  const mine = new Error('mine');
  const fail = (): never => {
    throw mine;
  };

  it('should be its error when subMsg throws, and nothing is sent or dialled', () => {
    const socket = prepare();
    const unsubMsg = vi.fn(() => 'unsub');
    const { outcomes } = watch(multiplex(socket, fail, unsubMsg, () => true));
    expect(outcomes).toEqual([mine]);
    expect(socket.log).toEqual([]);
    expect(unsubMsg).not.toHaveBeenCalled();
  });

  it('should be its error when the socket does not take the message', () => {
    const socket = prepare();
    socket.failure = mine;
    const { outcomes } = watch(streamOf(socket, 'a'));
    expect(outcomes).toEqual([mine]);
    expect(socket.log).toEqual([]);
  });

  it('should be its error alone when the filter throws, and end it at the server', () => {
    const { socket, connection } = opened();
    const filter = (message: string): boolean => (message === 'bad' ? fail() : true);
    const faulty = watch(
      multiplex(
        socket,
        () => 'sub',
        () => 'unsub',
        filter,
      ),
    );
    const sibling = watch(streamOf(socket, 'a'));
    socket.receive('good');
    socket.receive('bad');
    socket.receive('a1');
    expect(faulty.values).toEqual(['good']);
    expect(faulty.outcomes).toEqual([mine]);
    expect(sibling.values).toEqual(['a1']);
    expect(connection).toEqual(['sub', 'sub a', 'unsub']);
    expect(socket.tag).toBe('Open');
  });

  it('should not reach who unsubscribes when unsubMsg throws, and the root is left all the same', () => {
    const { socket, connection } = opened();
    const stream = multiplex(
      socket,
      () => 'sub',
      fail,
      () => true,
    );
    const { subscription, outcomes } = watch(stream);
    subscription.unsubscribe();
    expect(socket.log).toEqual(['post sub', 'subscribe', 'unsubscribe']);
    expect(connection).toEqual(['sub']);
    expect(outcomes).toEqual([]);
  });

  it('should not reach who unsubscribes when the socket does not take the message', () => {
    const { socket } = opened();
    const { subscription, outcomes } = watch(streamOf(socket, 'a'));
    socket.failure = mine;
    subscription.unsubscribe();
    expect(socket.log).toEqual(['post sub a', 'subscribe', 'unsubscribe']);
    expect(outcomes).toEqual([]);
  });

  it('should be its error when subMsg throws as the line is lost', () => {
    const { socket } = opened();
    const subMsg = vi.fn(() => 'sub');
    const unsubMsg = vi.fn(() => 'unsub');
    const { outcomes } = watch(multiplex(socket, subMsg, unsubMsg, () => true));
    subMsg.mockImplementation(fail);
    socket.move('Waiting');
    expect(outcomes).toEqual([mine]);
    expect(socket.waiting).toEqual([]);
    expect(socket.log).toEqual(['post sub', 'subscribe', 'post unsub', 'unsubscribe']);
  });

  it('should leave nothing when subMsg ends the subscription itself', () => {
    const { socket, connection } = opened();
    const stop = new Subject<void>();
    const stream = multiplex(
      socket,
      () => {
        stop.next();
        return 'sub';
      },
      () => 'unsub',
      () => true,
    );
    new Observable<string>((subscriber) => {
      stop.subscribe(() => {
        subscriber.complete();
      });
      return stream.subscribe(subscriber);
    }).subscribe();
    expect(connection).toEqual([]);
    expect(socket.log).toEqual([]);
  });
});

describe('a multiplexed stream whose root ends', () => {
  it('should end with it, and not ask to stop', () => {
    const { socket, connection } = opened();
    const failed = watch(streamOf(socket, 'a'));
    socket.end(lost);
    expect(failed.outcomes).toEqual([lost]);
    const again = watch(streamOf(socket, 'a'));
    socket.open();
    socket.end();
    expect(again.outcomes).toEqual(['complete']);
    expect([connection, socket.sent[1]]).toEqual([['sub a'], ['sub a']]);
    expect(socket.waiting).toEqual([]);
  });

  it('should not ask to stop where the state has not told of the end', () => {
    const { socket, connection } = opened();
    watch(streamOf(socket, 'a'));
    socket.end(lost, false);
    expect(connection).toEqual(['sub a']);
  });

  it('should leave nothing in the outbox, however many attempts fail before one succeeds', () => {
    const socket = prepare();
    const { subscription } = watch(streamOf(socket, 'a').pipe(retry()));
    for (let attempt = 0; attempt < 20; attempt += 1) socket.end(lost);
    expect(socket.waiting).toEqual(['sub a']);
    socket.open();
    subscription.unsubscribe();
    expect(socket.sent).toEqual([['sub a', 'unsub a']]);
  });

  it('should send nothing that is stray on the next connection, with siblings that retry at once', () => {
    const socket = prepare();
    const names = ['a', 'b', 'c'];
    const streams = names.map((name) => watch(streamOf(socket, name).pipe(retry())));
    socket.open();
    socket.end(lost);
    expect(socket.waiting).toEqual(['sub a', 'sub b', 'sub c']);
    socket.open();
    socket.end(lost);
    socket.open();
    expect(socket.sent).toEqual(Array(3).fill(['sub a', 'sub b', 'sub c']));
    // None asked for what its end took back.
    expect(socket.log.filter((entry) => entry.startsWith('post'))).toHaveLength(9);
    for (const { subscription } of streams) subscription.unsubscribe();
    expect(socket.sent[2]?.slice(3)).toEqual(['unsub a', 'unsub b', 'unsub c']);
  });

  it('should send nothing that is stray when a sibling that retries unsubscribes from it', () => {
    const socket = prepare();
    // The first hears of the end first, and ends the second before that has heard of it.
    const first = watch(
      streamOf(socket, 'a').pipe(
        retry({
          delay: () => {
            second.subscription.unsubscribe();
            return [0];
          },
        }),
      ),
    );
    const second = watch(streamOf(socket, 'b'));
    socket.open();
    socket.end(lost);
    socket.open();
    expect(socket.sent).toEqual([['sub a', 'sub b'], ['sub a']]);
    first.subscription.unsubscribe();
  });
});

describe('a multiplexed stream without a connection', () => {
  it('should take its message back when it is unsubscribed from before it is open', () => {
    const socket = prepare();
    const unsubMsg = vi.fn(() => 'unsub');
    const { subscription } = watch(
      multiplex(
        socket,
        () => 'sub',
        unsubMsg,
        () => true,
      ),
    );
    subscription.unsubscribe();
    expect(socket.waiting).toEqual([]);
    expect(unsubMsg).not.toHaveBeenCalled();
  });

  it('should send nothing once a close is on its way', () => {
    const { socket, connection } = opened();
    const { subscription } = watch(streamOf(socket, 'a'));
    socket.move('Closing');
    subscription.unsubscribe();
    expect(connection).toEqual(['sub a']);
    expect(socket.waiting).toEqual([]);
  });

  it('should ask again when the line is lost and dialled anew, ahead of what is sent meanwhile', () => {
    const { socket } = opened();
    const { values, outcomes, subscription } = watch(streamOf(socket, 'a'));
    socket.move('Waiting');
    socket.post('while the line is down');
    socket.move('Connecting');
    socket.move('Waiting');
    socket.move('Connecting');
    socket.open();
    socket.receive('a1');
    expect(socket.sent).toEqual([['sub a'], ['sub a', 'while the line is down']]);
    expect(values).toEqual(['a1']);
    subscription.unsubscribe();
    expect(socket.sent[1]?.at(-1)).toBe('unsub a');
    expect(outcomes).toEqual([]);
  });

  it('should ask again when the line is dialled anew without a wait', () => {
    const { socket } = opened();
    watch(streamOf(socket, 'a'));
    socket.move('Connecting');
    socket.open();
    expect(socket.sent).toEqual([['sub a'], ['sub a']]);
  });

  it('should ask once when the state tells late that the line is open', () => {
    const { socket, connection } = opened();
    socket.move('Waiting');
    socket.move('Connecting');
    // As in an openObserver.
    socket.isAhead = true;
    const { subscription } = watch(streamOf(socket, 'a'));
    socket.move('Open');
    expect(connection).toEqual(['sub a']);
    subscription.unsubscribe();
    expect(connection).toEqual(['sub a', 'unsub a']);
  });

  it('should not ask twice for what waits still when the line is lost', () => {
    const socket = prepare();
    watch(streamOf(socket, 'a'));
    for (let attempt = 0; attempt < 5; attempt += 1) {
      socket.move('Waiting');
      socket.move('Connecting');
    }
    expect(socket.waiting).toEqual(['sub a']);
  });

  it('should stop asking once it is unsubscribed from', () => {
    const { socket, connection } = opened();
    const { subscription } = watch(streamOf(socket, 'a'));
    socket.move('Waiting');
    expect(socket.waiting).toEqual(['sub a']);
    subscription.unsubscribe();
    socket.move('Connecting');
    expect(socket.waiting).toEqual([]);
    expect(connection).toEqual(['sub a']);
    expect(socket.isWatched).toBe(false);
  });
});

describe('multiplexed streams, whatever happens', () => {
  type Step =
    | { readonly act: 'subscribe' | 'unsubscribe'; readonly which: number }
    | { readonly act: 'lose' | 'dial' | 'open' | 'fail' | 'complete' };

  const step: fc.Arbitrary<Step> = fc.oneof(
    fc.record({
      act: fc.constantFrom('subscribe', 'unsubscribe'),
      which: fc.nat({ max: 2 }),
    }),
    fc.record({ act: fc.constantFrom('lose', 'dial', 'open', 'open', 'fail', 'complete') }),
  );

  it('should leave each connection with what is subscribed to, and no word of anything else', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.boolean(), (steps, isRetried) => {
        const socket = prepare();
        const live = new Map<number, Subscription>();
        const run = (taken: Step): void => {
          switch (taken.act) {
            case 'subscribe': {
              if (live.has(taken.which)) return;
              const stream = streamOf(socket, String(taken.which));
              const subscription = (isRetried ? stream.pipe(retry()) : stream).subscribe({
                error: () => live.delete(taken.which),
                complete: () => live.delete(taken.which),
              });
              live.set(taken.which, subscription);
              return;
            }
            case 'unsubscribe':
              live.get(taken.which)?.unsubscribe();
              live.delete(taken.which);
              return;
            case 'lose':
              if (socket.tag === 'Open' || socket.tag === 'Connecting') socket.move('Waiting');
              return;
            case 'dial':
              if (socket.tag === 'Waiting') socket.move('Connecting');
              return;
            case 'open':
              if (socket.tag === 'Connecting') socket.open();
              return;
            case 'fail':
            case 'complete':
              if (socket.tag === 'Idle' || socket.tag === 'Closed') return;
              socket.end(taken.act === 'fail' ? lost : undefined);
          }
        };
        for (const taken of steps) run(taken);
        const present = new Set<string>();
        for (const [index, connection] of socket.sent.entries()) {
          const standing = new Set<string>();
          for (const message of connection) {
            const [verb = '', name = ''] = message.split(' ');
            expect(standing.has(name)).toBe(verb === 'unsub');
            if (verb === 'sub') standing.add(name);
            else standing.delete(name);
          }
          if (index === socket.sent.length - 1 && socket.tag === 'Open') {
            for (const name of standing) present.add(name);
          }
        }
        const wanted = Array.from(live.keys(), String).sort();
        const waiting = socket.waiting.map((message) => message.replace('sub ', ''));
        expect([...present, ...waiting].sort()).toEqual(wanted);
      }),
      { numRuns: 2_000 },
    );
  });
});
