import fc from 'fast-check';
import * as O from 'fp-ts/lib/Option.js';
import { Observable, retry, Subject, take } from 'rxjs';
import type { Subscription } from 'rxjs';
import { afterEach, beforeEach, describe, expect, expectTypeOf, it, vi } from 'vitest';

import { OptionTypeError } from '../../../src/errors/option-error.js';
import { ChannelHub } from '../../../src/streams/channel/channel-hub.js';
import type { ChannelOptions } from '../../../src/streams/channel/channel-options.js';
import type { Channel } from '../../../src/streams/channel/channel.js';
import { DisposedError } from '../../../src/streams/disposed-error.js';
import type { MessageKey } from '../../../src/streams/hub/message-key.js';
import { collectUncaught } from '../../integration/support/uncaught.js';
import type { UncaughtErrors } from '../../integration/support/uncaught.js';
import { FakeHub } from '../hub/fake-hub.js';

/** A message: its key, and what is in it. */
interface Message {
  readonly key?: MessageKey | null | undefined;
  readonly text: string;
}

const mine = new Error('mine');
const lost = new Error('the line was lost');

class Socket extends FakeHub<Message, string> {
  readonly route = vi.fn((message: Message) => message.key);
  readonly channels: ChannelHub<Message, string> = new ChannelHub<Message, string>(
    this,
    this.route,
  );

  constructor() {
    super();
    this.members.push(this.channels);
  }

  channel(
    key: MessageKey,
    options: Partial<ChannelOptions<Message, string>> = {},
  ): Channel<Message, string> {
    return this.channels.channel({
      key,
      subscribe: () => `sub ${key}`,
      unsubscribe: () => `unsub ${key}`,
      ...options,
    });
  }

  receive(key: MessageKey | null | undefined, text = ''): boolean {
    return this.channels.dispatch({ key, text });
  }
}

interface Watch {
  readonly values: readonly string[];
  readonly outcomes: readonly unknown[];
  readonly subscription: Subscription;
}

function watch(source: Observable<Message>): Watch {
  const values: string[] = [];
  const outcomes: unknown[] = [];
  const subscription = source.subscribe({
    next: ({ text }) => values.push(text),
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

describe('a channel', () => {
  it('should do nothing until it is subscribed to', () => {
    const socket = new Socket().connect();
    const channel = socket.channel('a');
    expect(channel.key).toBe('a');
    expect([socket.streams, socket.last]).toEqual([0, []]);
    expect(socket.receive('a')).toBe(false);
    expect(socket.route).not.toHaveBeenCalled();
    expectTypeOf(channel).toExtend<Observable<Message>>();
  });

  it('should dial, and ask once the connection is open', () => {
    const socket = new Socket();
    watch(socket.channel('a'));
    expect([socket.isHeld, socket.waiting]).toEqual([true, []]);
    socket.connect();
    expect(socket.sent).toEqual([['sub a']]);
  });

  it('should ask at once on an open connection', () => {
    const socket = new Socket().connect();
    watch(socket.channel('a'));
    expect(socket.last).toEqual(['sub a']);
  });

  it('should give the messages of its key', () => {
    const socket = new Socket().connect();
    const a = watch(socket.channel('a'));
    const one = watch(socket.channel(1));
    const text = watch(socket.channel('1'));
    const big = watch(socket.channel(1n));
    for (const key of ['a', 1, '1', 1n, 'other', null, undefined]) {
      socket.receive(key, `${typeof key} ${String(key)}`);
    }
    expect(a.values).toEqual(['string a']);
    expect(one.values).toEqual(['number 1']);
    expect(text.values).toEqual(['string 1']);
    expect(big.values).toEqual(['bigint 1']);
  });

  it('should ask once for ten subscribers, and thank once', () => {
    const socket = new Socket().connect();
    const watches = Array.from({ length: 10 }, () => watch(socket.channel('a')));
    expect(socket.last).toEqual(['sub a']);
    socket.receive('a', 'hello');
    for (const { values } of watches) expect(values).toEqual(['hello']);
    for (const { subscription } of watches.slice(1)) subscription.unsubscribe();
    expect(socket.last).toEqual(['sub a']);
    watches[0]?.subscription.unsubscribe();
    watches[0]?.subscription.unsubscribe();
    expect(socket.last).toEqual(['sub a', 'unsub a']);
    expect(socket.isHeld).toBe(false);
  });

  it('should go by the options of the first subscriber while it is alive', () => {
    const socket = new Socket().connect();
    const other = { subscribe: () => 'other sub', unsubscribe: () => 'other unsub' };
    const first = watch(socket.channel('a'));
    const second = watch(socket.channel('a', other));
    first.subscription.unsubscribe();
    second.subscription.unsubscribe();
    watch(socket.channel('a', other)).subscription.unsubscribe();
    expect(socket.last).toEqual(['sub a', 'unsub a', 'other sub', 'other unsub']);
  });

  it('should hold the connection once for all channels, until the last is left', () => {
    const socket = new Socket().connect();
    const a = watch(socket.channel('a'));
    const b = watch(socket.channel('b'));
    expect(socket.streams).toBe(1);
    a.subscription.unsubscribe();
    expect(socket.isHeld).toBe(true);
    b.subscription.unsubscribe();
    expect(socket.isHeld).toBe(false);
  });

  it('should ask to stop before it lets go of the connection', () => {
    const socket = new Socket().connect();
    const held: boolean[] = [];
    const unsubscribe = (): string => {
      held.push(socket.isHeld);
      return 'unsub';
    };
    watch(socket.channel('a', { unsubscribe })).subscription.unsubscribe();
    expect([held, socket.last]).toEqual([[true], ['sub a', 'unsub']]);
  });

  it('should end when an operator has enough', () => {
    const socket = new Socket().connect();
    const { values, outcomes } = watch(socket.channel('a').pipe(take(1)));
    socket.receive('a', '1');
    socket.receive('a', '2');
    expect([values, outcomes]).toEqual([['1'], ['complete']]);
    expect(socket.last).toEqual(['sub a', 'unsub a']);
  });

  it('should do without messages of its own', () => {
    const socket = new Socket().connect();
    const { values, subscription } = watch(socket.channels.channel({ key: 'a' }));
    socket.receive('a', '1');
    subscription.unsubscribe();
    expect([values, socket.last, socket.isHeld]).toEqual([['1'], [], false]);
  });

  it('should ask again and thank again when it is left and joined within one turn', () => {
    const socket = new Socket().connect();
    watch(socket.channel('a')).subscription.unsubscribe();
    watch(socket.channel('a'));
    expect(socket.last).toEqual(['sub a', 'unsub a', 'sub a']);
  });

  it('should send what it is given like the socket', () => {
    const socket = new Socket();
    const channel = socket.channel('a');
    channel.next('hello');
    expect(socket.waiting).toEqual(['hello']);
    watch(channel);
    socket.connect();
    channel.next('again');
    expect(socket.last).toEqual(['sub a', 'hello', 'again']);
    socket.failure = mine;
    expect(() => {
      channel.next('no');
    }).toThrow(mine);
  });

  it('should need a route', () => {
    const channels = new ChannelHub<Message, string>(new FakeHub<Message, string>(), undefined);
    expect(() => channels.channel({ key: 'a' })).toThrow(OptionTypeError);
    expect(() => channels.channel({ key: 'a' })).toThrow(/^route: must be given/);
    expect(channels.dispatch({ key: 'a', text: '' })).toBe(false);
  });

  it('should check its options at once', () => {
    const socket = new Socket();
    expect(() => socket.channel('a', { linger: -1 })).toThrow('channel.linger');
  });
});

describe('a channel over several connections', () => {
  it('should ask again on each, ahead of what waits', () => {
    const socket = new Socket().connect();
    watch(socket.channel('a'));
    watch(socket.channel('b'));
    socket.disconnect();
    socket.post('hello');
    socket.connect();
    expect(socket.sent).toEqual([
      ['sub a', 'sub b'],
      ['sub a', 'sub b', 'hello'],
    ]);
  });

  it('should make its messages afresh each time', () => {
    const socket = new Socket().connect();
    let count = 0;
    const subscribe = (): string => `sub ${(count += 1)}`;
    watch(socket.channel('a', { subscribe }));
    socket.disconnect();
    socket.connect();
    expect(socket.sent).toEqual([['sub 1'], ['sub 2']]);
  });

  it('should not ask nor thank when it is left while the line is down', () => {
    const socket = new Socket().connect();
    const { subscription } = watch(socket.channel('a'));
    watch(socket.channel('b'));
    socket.disconnect();
    subscription.unsubscribe();
    socket.connect();
    expect(socket.sent).toEqual([['sub a', 'sub b'], ['sub b']]);
    expect(socket.waiting).toEqual([]);
  });

  it('should not ask twice when it is joined before the opening is told', () => {
    const socket = new Socket();
    watch(socket.channel('a'));
    socket.connection = socket.sent.push([]);
    watch(socket.channel('b'));
    socket.channels.opened();
    expect(socket.last).toEqual(['sub b', 'sub a']);
  });

  it('should not thank a connection that did not take the question', () => {
    const socket = new Socket();
    const { subscription } = watch(socket.channel('a'));
    socket.connection = socket.sent.push([]);
    subscription.unsubscribe();
    expect(socket.last).toEqual([]);
  });

  it('should ask for 10,000 channels again, each once', () => {
    const socket = new Socket();
    const keys = Array.from({ length: 10_000 }, (_, index) => index);
    for (const key of keys) watch(socket.channel(key));
    const questions = keys.map((key) => `sub ${key}`);
    for (let round = 0; round < 2; round += 1) {
      socket.connect();
      expect(socket.last).toEqual(questions);
      socket.disconnect();
    }
    expect(socket.streams).toBe(1);
  });

  it('should stop to ask when the connection is lost in between', () => {
    const socket = new Socket();
    const subscribe = (): string => {
      socket.connection = undefined;
      return 'sub a';
    };
    watch(socket.channel('a', { subscribe }));
    const b = watch(socket.channel('b'));
    socket.connect();
    expect(socket.last).toEqual([]);
    b.subscription.unsubscribe();
    expect(socket.last).toEqual([]);
  });
});

describe('a channel that lingers', () => {
  const linger = 100;

  it('should stay subscribed for a while, and take who comes back', () => {
    const socket = new Socket().connect();
    watch(socket.channel('a', { linger })).subscription.unsubscribe();
    socket.scheduler.advance(99);
    expect([socket.last, socket.isHeld]).toEqual([['sub a'], true]);
    const { values, subscription } = watch(socket.channel('a'));
    socket.scheduler.advance(200);
    socket.receive('a', '1');
    expect([values, socket.last]).toEqual([['1'], ['sub a']]);
    subscription.unsubscribe();
    socket.scheduler.advance(99);
    expect(socket.last).toEqual(['sub a']);
    socket.scheduler.advance(1);
    expect([socket.last, socket.isHeld]).toEqual([['sub a', 'unsub a'], false]);
    expect(socket.scheduler.pending).toBe(0);
  });

  it('should linger in full each time that it is left', () => {
    const socket = new Socket().connect();
    const channel = socket.channel('a', { linger });
    watch(channel).subscription.unsubscribe();
    socket.scheduler.advance(50);
    watch(channel).subscription.unsubscribe();
    socket.scheduler.advance(99);
    expect(socket.last).toEqual(['sub a']);
    socket.scheduler.advance(1);
    expect(socket.last).toEqual(['sub a', 'unsub a']);
  });

  it('should be over with the connection', () => {
    const socket = new Socket().connect();
    watch(socket.channel('a', { linger })).subscription.unsubscribe();
    socket.disconnect();
    expect([socket.isHeld, socket.scheduler.pending]).toEqual([false, 0]);
    socket.connect();
    expect(socket.last).toEqual([]);
  });

  it('should not linger where the server was not asked', () => {
    const socket = new Socket();
    watch(socket.channel('a', { linger })).subscription.unsubscribe();
    expect(socket.isHeld).toBe(false);
  });

  it('should stay for as long as the connection is open with Infinity', () => {
    const socket = new Socket().connect();
    watch(socket.channel('a', { linger: Infinity })).subscription.unsubscribe();
    expect([socket.isHeld, socket.scheduler.pending]).toEqual([true, 0]);
    socket.disconnect();
    expect(socket.isHeld).toBe(false);
  });

  it('should leave no timer when the stream ends', () => {
    const socket = new Socket().connect();
    watch(socket.channel('a', { linger })).subscription.unsubscribe();
    socket.end();
    expect(socket.scheduler.pending).toBe(0);
  });

  it('should be for the channel still what comes meanwhile', () => {
    const socket = new Socket().connect();
    watch(socket.channel('a', { linger, exclusive: true })).subscription.unsubscribe();
    expect(socket.receive('a')).toBe(true);
  });
});

describe('a message of a channel', () => {
  it('should also be for the plain subscribers', () => {
    const socket = new Socket().connect();
    watch(socket.channel('a'));
    expect(socket.receive('a')).toBe(false);
  });

  it('should be kept from them where the channel is exclusive', () => {
    const socket = new Socket().connect();
    const { subscription } = watch(socket.channel('a', { exclusive: true }));
    expect([socket.receive('a'), socket.receive('b')]).toEqual([true, false]);
    subscription.unsubscribe();
    expect(socket.receive('a')).toBe(false);
  });

  it('should be routed once, however many channels there are', () => {
    const socket = new Socket().connect();
    for (let key = 0; key < 1_000; key += 1) watch(socket.channel(key));
    socket.receive(500);
    expect(socket.route).toHaveBeenCalledOnce();
  });

  it('should be a fault of the socket where route throws, and of no channel', () => {
    const socket = new Socket().connect();
    const { outcomes } = watch(socket.channel('a'));
    socket.route.mockImplementationOnce(() => {
      throw mine;
    });
    expect(socket.receive('a')).toBe(false);
    expect([socket.faults, outcomes]).toEqual([[mine], []]);
  });

  it('should reach the others where a subscriber throws', async () => {
    const socket = new Socket().connect();
    socket.channel('a').subscribe(() => {
      throw mine;
    });
    const { values } = watch(socket.channel('a'));
    socket.receive('a', '1');
    expect(values).toEqual(['1']);
    await new Promise((resolve) => setTimeout(resolve, 1));
    expect(uncaught.errors).toEqual([mine]);
    (uncaught.errors as unknown[]).length = 0;
  });

  it('should not be for who subscribes from within', () => {
    const socket = new Socket().connect();
    const channel = socket.channel('a');
    const late: Watch[] = [];
    channel.pipe(take(1)).subscribe(() => late.push(watch(channel)));
    socket.receive('a', '1');
    socket.receive('a', '2');
    expect(late[0]?.values).toEqual(['2']);
    expect(socket.last).toEqual(['sub a']);
  });
});

describe('the end of a stream with channels', () => {
  it('should complete them, or fail them, and ask nobody to stop', () => {
    const socket = new Socket().connect();
    const completed = [watch(socket.channel('a')), watch(socket.channel('b'))];
    socket.end();
    for (const { outcomes } of completed) expect(outcomes).toEqual(['complete']);
    const failed = watch(socket.channel('a'));
    socket.connect();
    socket.end(O.some(lost));
    expect(failed.outcomes).toEqual([lost]);
    expect(socket.sent).toEqual([['sub a', 'sub b'], ['sub a']]);
  });

  it('should let who retries at once dial anew', () => {
    const socket = new Socket().connect();
    const { outcomes } = watch(socket.channel('a').pipe(retry()));
    watch(socket.channel('b').pipe(retry()));
    socket.end(O.some(lost));
    expect([socket.streams, socket.isHeld, outcomes]).toEqual([2, true, []]);
    socket.connect();
    expect(socket.sent).toEqual([
      ['sub a', 'sub b'],
      ['sub a', 'sub b'],
    ]);
  });

  it('should be of no concern to who joins before it is told', () => {
    const socket = new Socket().connect();
    const before = watch(socket.channel('a'));
    const after: Watch[] = [];
    socket.end(O.some(lost), undefined, () => {
      expect(before.outcomes).toEqual([]);
      after.push(watch(socket.channel('a')));
    });
    expect([before.outcomes, after[0]?.outcomes]).toEqual([[lost], []]);
    expect([socket.streams, socket.isHeld]).toEqual([2, true]);
    socket.connect();
    expect(socket.last).toEqual(['sub a']);
  });

  it('should unsubscribe all who subscribe when an end is made of the socket, and tell nobody', () => {
    const socket = new Socket().connect();
    const { outcomes, subscription } = watch(socket.channel('a'));
    socket.dispose();
    expect([outcomes, subscription.closed, socket.channels.isHolding]).toEqual([[], true, false]);
    expect(socket.last).toEqual(['sub a']);
  });

  it('should tell nobody when an end is made of the socket before it is told', () => {
    const socket = new Socket().connect();
    const { outcomes, subscription } = watch(socket.channel('a'));
    socket.end(O.some(lost), undefined, () => {
      socket.dispose();
    });
    expect([outcomes, subscription.closed]).toEqual([[], true]);
  });

  it('should fail who subscribes after an end was made of the socket, later', () => {
    const socket = new Socket().connect();
    socket.dispose();
    const { outcomes } = watch(socket.channel('a'));
    const left = watch(socket.channel('a'));
    left.subscription.unsubscribe();
    expect(outcomes).toEqual([]);
    socket.scheduler.advance(0);
    expect(outcomes[0]).toBeInstanceOf(DisposedError);
    expect([left.outcomes, socket.isHeld, socket.scheduler.pending]).toEqual([[], false, 0]);
  });
});

describe('a failure of one channel', () => {
  const fail = (): never => {
    throw mine;
  };
  const failure = ({ text }: Message): unknown => (text === 'bad' ? mine : undefined);

  it('should be told by the server, touch no other, and not be answered', () => {
    const socket = new Socket().connect();
    const unsubscribe = vi.fn(() => 'unsub a');
    const a = watch(socket.channel('a', { failure, unsubscribe, linger: 100 }));
    const also = watch(socket.channel('a'));
    const b = watch(socket.channel('b', { failure }));
    socket.receive('a', 'good');
    expect(socket.receive('a', 'bad')).toBe(false);
    socket.receive('b', 'good');
    expect([a.values, a.outcomes]).toEqual([['good'], [mine]]);
    expect(also.outcomes).toEqual([mine]);
    expect([b.values, b.outcomes]).toEqual([['good'], []]);
    expect(socket.last).toEqual(['sub a', 'sub b']);
    expect(socket.receive('a', 'late')).toBe(false);
    expect([unsubscribe.mock.calls.length, socket.scheduler.pending]).toEqual([0, 0]);
  });

  it('should not be told by null', () => {
    const socket = new Socket().connect();
    const { values } = watch(socket.channel('a', { failure: () => null }));
    socket.receive('a', '1');
    expect(values).toEqual(['1']);
  });

  it('should let go of the connection when it was the last', () => {
    const socket = new Socket().connect();
    watch(socket.channel('a', { failure }));
    socket.receive('a', 'bad');
    expect(socket.isHeld).toBe(false);
  });

  it('should ask again, on the same connection, for who retries', () => {
    const socket = new Socket().connect();
    const { values, outcomes } = watch(socket.channel('a', { failure }).pipe(retry(1)));
    socket.receive('a', 'bad');
    socket.receive('a', 'good');
    expect([values, outcomes, socket.last]).toEqual([['good'], [], ['sub a', 'sub a']]);
    expect(socket.streams).toBe(1);
  });

  it('should ask the server to stop where it is the function that throws', () => {
    const socket = new Socket().connect();
    const { outcomes } = watch(socket.channel('a', { failure: fail, exclusive: true }));
    expect(socket.receive('a')).toBe(true);
    expect([outcomes, socket.last]).toEqual([[mine], ['sub a', 'unsub a']]);
  });

  it('should ask the server to stop once where the function leaves the channel, too', () => {
    const socket = new Socket().connect();
    const subscriptions: Subscription[] = [];
    const leave = (): never => {
      for (const each of subscriptions) each.unsubscribe();
      throw mine;
    };
    const { outcomes, subscription } = watch(socket.channel('a', { failure: leave }));
    subscriptions.push(subscription);
    socket.receive('a');
    expect([outcomes, socket.last, socket.isHeld]).toEqual([[], ['sub a', 'unsub a'], false]);
  });

  it('should come of a subscribe that throws, at once or on a later connection', () => {
    const socket = new Socket().connect();
    const b = watch(socket.channel('b'));
    const a = watch(socket.channel('a', { subscribe: fail }));
    expect(a.outcomes).toEqual([mine]);
    const subscribe = vi.fn(() => 'sub c');
    const c = watch(socket.channel('c', { subscribe }));
    subscribe.mockImplementation(fail);
    socket.disconnect();
    socket.connect();
    expect(c.outcomes).toEqual([mine]);
    expect(b.outcomes).toEqual([]);
    expect(socket.sent).toEqual([['sub b', 'sub c'], ['sub b']]);
  });

  it('should come of a message that cannot be encoded', () => {
    const socket = new Socket().connect();
    socket.failure = mine;
    const { outcomes } = watch(socket.channel('a'));
    socket.failure = undefined;
    expect([outcomes, socket.last, socket.isHeld]).toEqual([[mine], [], false]);
  });

  it('should not come of an unsubscribe that throws, nor of its message', () => {
    const socket = new Socket().connect();
    watch(socket.channel('a', { unsubscribe: fail })).subscription.unsubscribe();
    const b = watch(socket.channel('b'));
    socket.failure = mine;
    b.subscription.unsubscribe();
    expect([socket.isHeld, socket.last]).toEqual([false, ['sub a', 'sub b']]);
  });
});

describe('a function of a channel that changes what it is called for', () => {
  it('should send nothing when subscribe leaves the channel', () => {
    const socket = new Socket().connect();
    const stop = new Subject<void>();
    const channel = socket.channel('a', {
      subscribe: () => {
        stop.next();
        return 'sub a';
      },
    });
    new Observable<Message>((subscriber) => {
      stop.subscribe(() => {
        subscriber.complete();
      });
      return channel.subscribe(subscriber);
    }).subscribe();
    expect([socket.last, socket.isHeld]).toEqual([[], false]);
  });

  it('should ask once when subscribe joins the channel', () => {
    const socket = new Socket().connect();
    const inner: Watch[] = [];
    const channel: Channel<Message, string> = socket.channel('a', {
      subscribe: () => {
        if (inner.length === 0) inner.push(watch(channel));
        return 'sub a';
      },
    });
    watch(channel);
    expect(socket.last).toEqual(['sub a']);
    socket.receive('a', '1');
    expect(inner[0]?.values).toEqual(['1']);
  });

  it('should not ask to stop when unsubscribe joins the channel', () => {
    const socket = new Socket().connect();
    const channel: Channel<Message, string> = socket.channel('a', {
      unsubscribe: () => {
        watch(channel);
        return 'unsub a';
      },
    });
    watch(channel).subscription.unsubscribe();
    expect([socket.last, socket.isHeld, socket.streams]).toEqual([['sub a'], true, 1]);
  });

  it('should do nothing more when unsubscribe ends the stream', () => {
    const socket = new Socket().connect();
    const unsubscribe = (): string => {
      socket.end();
      return 'unsub a';
    };
    watch(socket.channel('a', { unsubscribe })).subscription.unsubscribe();
    expect([socket.last, socket.isHeld]).toEqual([['sub a'], false]);
    const { subscription } = watch(socket.channel('b'));
    expect(socket.isHeld).toBe(true);
    subscription.unsubscribe();
    expect(socket.isHeld).toBe(false);
  });

  it('should end once when failure ends the stream and throws', () => {
    const socket = new Socket().connect();
    const failure = (): never => {
      socket.end();
      throw mine;
    };
    const { outcomes } = watch(socket.channel('a', { failure }));
    socket.receive('a');
    expect(outcomes).toEqual(['complete']);
    watch(socket.channel('b')).subscription.unsubscribe();
    expect(socket.isHeld).toBe(false);
  });

  it('should end once when subscribe fails the channel and throws', () => {
    const socket = new Socket();
    const subscribe = (): never => {
      socket.receive('a', 'bad');
      throw lost;
    };
    const failure = (): unknown => mine;
    const { outcomes } = watch(socket.channel('a', { subscribe, failure }));
    const again = watch(socket.channel('b'));
    socket.connect();
    expect(outcomes).toEqual([mine]);
    again.subscription.unsubscribe();
    expect(socket.isHeld).toBe(false);
  });
});

describe('any joins, leaves and reconnects of channels', () => {
  type Step =
    | { readonly do: 'join' | 'leave' | 'fail'; readonly key: number }
    | { readonly do: 'open' | 'lose' | 'wait' | 'end' };
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: fc.constant('join' as const), key: fc.nat(3) }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('leave' as const), key: fc.nat(3) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('fail' as const), key: fc.nat(3) }) },
    {
      weight: 4,
      arbitrary: fc.record({ do: fc.constantFrom('open' as const, 'lose' as const, 'wait') }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('end' as const) }) },
  ) as fc.Arbitrary<Step>;

  it('should ask on each connection for what is wanted then, and thank only for what was asked', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.constantFrom(0, 10), (steps, linger) => {
        const socket = new Socket();
        const joined = new Map<number, Watch[]>();
        const failure = ({ text }: Message): unknown => (text === 'bad' ? mine : undefined);
        /** What the server believes that we subscribe to, which `subs` and `unsubs` have to fit. */
        const believed = (): ReadonlySet<string> => {
          const topics = new Set<string>();
          for (const message of socket.last) {
            const [verb, key = ''] = message.split(' ');
            if (verb === 'sub') {
              expect(topics.has(key)).toBe(false);
              topics.add(key);
            } else if (verb === 'ended') {
              topics.delete(key);
            } else {
              expect(topics.delete(key)).toBe(true);
            }
          }
          return topics;
        };
        for (const each of steps) {
          switch (each.do) {
            case 'join': {
              const watches = joined.get(each.key) ?? [];
              watches.push(watch(socket.channel(each.key, { linger, failure })));
              joined.set(each.key, watches);
              break;
            }
            case 'leave':
              joined.get(each.key)?.pop()?.subscription.unsubscribe();
              break;
            case 'fail':
              if (socket.connection === undefined || !believed().has(`${each.key}`)) break;
              // The server has forgotten it by then.
              socket.sendNow(`ended ${each.key}`);
              socket.receive(each.key, 'bad');
              joined.delete(each.key);
              break;
            case 'open':
              if (socket.connection === undefined) socket.connect();
              break;
            case 'lose':
              socket.disconnect();
              break;
            case 'wait':
              socket.scheduler.advance(10);
              break;
            case 'end':
              socket.end();
              joined.clear();
              break;
          }
          const wanted = [...joined]
            .filter(([, watches]) => watches.length > 0)
            .map(([key]) => `${key}`);
          if (socket.connection !== undefined) {
            const topics = believed();
            for (const key of wanted) expect(topics).toContain(key);
            if (linger === 0) expect([...topics].sort()).toEqual(wanted.sort());
          }
          if (linger === 0) expect(socket.isHeld).toBe(wanted.length > 0);
          for (const key of wanted) {
            const before = joined.get(Number(key))?.map(({ values }) => values.length);
            socket.receive(Number(key), 'good');
            const after = joined.get(Number(key))?.map(({ values }) => values.length);
            expect(after).toEqual(before?.map((count) => count + 1));
          }
        }
        for (const watches of joined.values()) {
          for (const { subscription } of watches) subscription.unsubscribe();
        }
        socket.scheduler.advance(10);
        expect([socket.isHeld, socket.scheduler.pending]).toEqual([false, 0]);
        if (socket.connection !== undefined) expect(believed().size).toBe(0);
      }),
      { numRuns: 500 },
    );
  });
});
