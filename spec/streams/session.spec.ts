import { getEventListeners } from 'node:events';
import * as E from 'fp-ts/lib/Either.js';
import * as O from 'fp-ts/lib/Option.js';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { OptionTypeError } from '../../src/errors/option-error.js';
import { createRawServer, createWssServer } from '../../src/testing/index.js';
import type { RawServer, Refusal, WssConnection, WssServer } from '../../src/testing/index.js';
import type { Codec, Payload } from '../../src/codec/codec.js';
import type { RetryPolicy, RetryStatus } from '../../src/streams/backoff/retry-policy.js';
import { NORMAL_CLOSE } from '../../src/streams/close-request.js';
import { Demand } from '../../src/streams/demand/demand.js';
import { EncodeError } from '../../src/streams/encode-error.js';
import type { Ending } from '../../src/streams/ending.js';
import type { OpeningSession } from '../../src/streams/opening-session.js';
import { DEFAULT_OUTBOX } from '../../src/streams/outbox/outbox-options.js';
import { Outgoing } from '../../src/streams/outbox/outgoing.js';
import type { Parcel } from '../../src/streams/outbox/parcel.js';
import { Session } from '../../src/streams/session.js';
import { checkOptions } from '../../src/streams/settings.js';
import { SocketCounters } from '../../src/streams/socket-stats.js';
import {
  AbortedError,
  CloseError,
  NetworkError,
  OpeningError,
  OptionsError,
  OverrunError,
  RejectedError,
  UpgradeRefusedError,
} from '../../src/streams/socket-error.js';
import type { ReconnectOptions, SocketOptions } from '../../src/streams/socket-options.js';
import type { SocketEvent } from '../../src/streams/socket-state.js';
import { ENDINGS } from './endings.js';
import { VirtualClock } from './virtual-clock.js';
import { until } from './until.js';

/** What a session told. */
interface Told {
  /** Everything, in order: the tags of events, and what else there was. */
  readonly log: string[];
  readonly events: SocketEvent[];
  readonly messages: string[];
  readonly lost: Ending[];
  readonly finished: { readonly ending: Ending; readonly error: O.Option<unknown> }[];
}

/** Waits 100 ms, then 200, 300 …, and keeps what it was asked. */
function growing(): RetryPolicy & { readonly asked: RetryStatus[] } {
  const asked: RetryStatus[] = [];
  const policy = (status: RetryStatus): O.Option<number> => {
    asked.push(status);
    return O.some(100 * (status.iterNumber + 1));
  };
  return Object.assign(policy, { asked });
}

type AnySession = Session<unknown, unknown>;

// What is posted here goes out as it is.
const raw: Codec<unknown, unknown> = {
  name: 'raw',
  decode: (data) => E.right(data),
  encode: (payload) => E.right(payload as Payload),
};

const newOutgoing = (
  scheduler: VirtualClock,
  counters: SocketCounters,
): Outgoing<unknown, unknown> =>
  new Outgoing({ codec: raw, outbox: DEFAULT_OUTBOX, acknowledge: undefined, scheduler }, counters);

type Opening = OpeningSession<unknown, unknown>;

interface Started {
  readonly session: AnySession;
  readonly told: Told;
}

/** Calls back into a session from within what it tells. */
type React = (what: string, session: AnySession, told: Told) => void;

describe('Session', () => {
  const servers: (WssServer | RawServer)[] = [];
  const sessions: Started[] = [];
  let clock = new VirtualClock();
  let counters = new SocketCounters();
  let demand = new Demand();
  let outgoing = newOutgoing(clock, counters);

  afterEach(async () => {
    const started = sessions.splice(0);
    for (const { session } of started) session.hangUp(NORMAL_CLOSE);
    await Promise.all(servers.splice(0).map((each) => each.close()));
    // Whatever happened: every attempt, and the connection that came of it, is told to be over, once.
    for (const { told } of started) {
      await until(() => expect(told.lost).toHaveLength(count(told, 'Dialled')));
      expect(told.finished.length).toBeLessThanOrEqual(1);
    }
    counters = new SocketCounters();
    clock = new VirtualClock();
    demand = new Demand();
    outgoing = newOutgoing(clock, counters);
  });

  async function serving<S extends WssServer | RawServer>(starting: Promise<S>): Promise<S> {
    const server = await starting;
    servers.push(server);
    return server;
  }

  /** A session that was started, and what it tells; `react` is called with each thing that it tells. */
  function startWith(
    options: SocketOptions<unknown, unknown>,
    react: React = () => undefined,
  ): Started {
    const told: Told = { log: [], events: [], messages: [], lost: [], finished: [] };
    const defaults = { scheduler: clock, connectTimeout: Infinity, heartbeat: false } as const;
    const settings = checkOptions({ ...defaults, ...options });
    const note = (what: string): void => {
      told.log.push(what);
      react(what, session, told);
    };
    const parts = { outgoing, counters, demand };
    const session: AnySession = new Session<unknown, unknown>(settings, parts, {
      moved: (event) => {
        told.events.push(event);
        if (event._tag === 'Opened') counters.opened();
        note(event._tag);
      },
      opened: () => {
        react('opened', session, told);
      },
      message: (data) => {
        told.messages.push(data.toString());
        const message: unknown = JSON.parse(data.toString());
        if (session.intercept?.(message) !== true) note(`message ${data.toString()}`);
      },
      delivered: (message) => {
        note(`delivered ${JSON.stringify(message)}`);
      },
      pinged: () => {
        note('pinged');
      },
      lost: (ending) => {
        told.lost.push(ending);
        note(`lost ${ending._tag}`);
      },
      finished: (ending, error) => {
        told.finished.push({ ending, error });
        note(`finished ${ending._tag}`);
      },
    });
    const started = { session, told };
    sessions.push(started);
    session.start();
    return started;
  }

  /** Has a message wait, or sends it. */
  const post = (payload: Payload): Parcel<unknown> =>
    outgoing.post(payload, { ttl: Infinity, settled: () => undefined });

  const tags = ({ events }: Told): readonly string[] => events.map(({ _tag }) => _tag);

  const count = (told: Told, tag: string): number => told.log.filter((each) => each === tag).length;

  const reached = (told: Told, tag: SocketEvent['_tag'], times = 1): Promise<void> =>
    until(() => {
      expect(tags(told).filter((each) => each === tag)).toHaveLength(times);
    });

  /** A session on an open connection, and the server's side of it. */
  async function openWith(
    server: WssServer,
    options: Partial<SocketOptions<unknown, unknown>> = {},
    react?: React,
  ): Promise<Started & { readonly peer: WssConnection }> {
    const both = startWith({ url: server.url, ...options }, react);
    const peer = await server.nextConnection();
    await reached(both.told, 'Opened');
    return { ...both, peer };
  }

  const finishOf = async (told: Told): Promise<Told['finished'][number]> => {
    await until(() => expect(told.finished).toHaveLength(1));
    const [first] = told.finished;
    if (first === undefined) throw new Error('not finished');
    return first;
  };

  const turns = async (): Promise<void> => {
    for (let each = 0; each < 5; each += 1) await new Promise(setImmediate);
  };

  const nowhere = async (): Promise<string> => {
    const server = await createRawServer(() => undefined);
    await server.close();
    return server.url;
  };

  it('should dial, open, and hand on the messages', async () => {
    const server = await serving(createWssServer());
    clock.advance(40);
    const { told, peer } = await openWith(server);
    await peer.send('"one"');
    await until(() => expect(told.messages).toEqual(['"one"']));
    expect(told.events).toEqual([
      { _tag: 'Dialled', attempt: 1 },
      {
        _tag: 'Opened',
        info: {
          since: 40,
          protocol: '',
          target: `127.0.0.1:${server.port}`,
          address: `127.0.0.1:${server.port}`,
        },
      },
    ]);
  });

  it('should finish without an error on a completion', async () => {
    const { told, peer } = await openWith(await serving(createWssServer()));
    void peer.close(1000);
    const { ending, error } = await finishOf(told);
    expect(ending).toMatchObject({ _tag: 'Closed', by: 'server', code: 1000 });
    expect(error).toEqual(O.none);
  });

  it('should finish with the typed error on anything else', async () => {
    const { told, peer } = await openWith(await serving(createWssServer()));
    void peer.close(1012, 'restart');
    const { ending, error } = await finishOf(told);
    expect(O.isSome(error) && error.value).toBeInstanceOf(CloseError);
    expect(error).toMatchObject({ value: { ending } });
  });

  it('should go by completeOn', async () => {
    const completeOn = vi.fn(({ _tag }: Ending) => _tag === 'NetworkFailed');
    const { told } = startWith({ url: await nowhere(), completeOn });
    const { ending, error } = await finishOf(told);
    expect(error).toEqual(O.none);
    expect(completeOn).toHaveBeenCalledExactlyOnceWith(ending);
  });

  it.each<[string, Partial<SocketOptions<unknown, unknown>>]>([
    ['completeOn', { completeOn: () => thrown() }],
    ['the policy', { reconnect: () => thrown() }],
    ['isTransient', { reconnect: { policy: growing(), isTransient: () => thrown() } }],
  ])('should finish with what %s throws', async (_name, options) => {
    const { told } = startWith({ url: await nowhere(), ...options });
    const { ending, error } = await finishOf(told);
    expect(error).toEqual(O.some(new RangeError('thrown')));
    expect(ending).toMatchObject({ _tag: 'NetworkFailed' });
  });

  const thrown = (): never => {
    throw new RangeError('thrown');
  };

  it('should finish with the fault of a policy that gives nonsense', async () => {
    const reconnect = (() => 100) as unknown as RetryPolicy;
    const { told } = startWith({ url: await nowhere(), reconnect });
    expect((await finishOf(told)).error).toMatchObject({
      value: expect.any(OptionTypeError) as unknown,
    });
  });

  describe('the outbox', () => {
    it('should be sent in order as soon as there is a connection', async () => {
      post('one');
      post(Buffer.from('two'));
      const { peer } = await openWith(await serving(createWssServer()));
      expect(await peer.nextMessage()).toMatchObject({ text: 'one', isBinary: false });
      expect(await peer.nextMessage()).toMatchObject({ text: 'two', isBinary: true });
      expect(outgoing.isEmpty).toBe(true);
    });

    it('should close where it says so, and keep what comes after', async () => {
      post('one');
      outgoing.addClose({ code: 4000, reason: 'done' });
      post('later');
      const { told, peer } = await openWith(await serving(createWssServer()));
      expect(await peer.closed).toEqual({ code: 4000, reason: 'done' });
      expect(peer.messages).toMatchObject([{ text: 'one' }]);
      const { ending, error } = await finishOf(told);
      expect(ending).toMatchObject({ _tag: 'Closed', by: 'client', code: 4000, wasClean: true });
      expect(error).toEqual(O.none);
      expect(outgoing.withdrawAll('withdrawn')).toEqual(['later']);
    });

    it('should be left alone when a listener of the state hangs up', async () => {
      post('kept');
      const { peer } = await openWith(await serving(createWssServer()), {}, (what, session) => {
        if (what === 'Opened') session.hangUp(NORMAL_CLOSE);
      });
      expect(await peer.closed).toEqual({ code: 1000, reason: '' });
      expect(peer.messages).toEqual([]);
      expect(outgoing.messages).toBe(1);
    });

    it('should keep what a listener of the state adds after it closed', async () => {
      const { peer } = await openWith(await serving(createWssServer()), {}, (what, session) => {
        if (what !== 'Opened') return;
        session.close(NORMAL_CLOSE);
        post('late');
      });
      expect(await peer.closed).toEqual({ code: 1000, reason: '' });
      expect(outgoing.withdrawAll('withdrawn')).toEqual(['late']);
    });

    it('should survive attempts that fail', async () => {
      post('one');
      const server = await createWssServer();
      await server.close();
      const { told } = startWith({ url: server.url, reconnect: growing() });
      await reached(told, 'RetryScheduled');
      const again = await serving(createWssServer({ port: server.port }));
      clock.advance(100);
      const peer = await again.nextConnection();
      expect(await peer.nextMessage()).toMatchObject({ text: 'one' });
    });
  });

  describe('a message', () => {
    it('should go out at once while the connection is open, and wait otherwise', async () => {
      const server = await serving(createWssServer());
      const { told } = startWith({ url: server.url });
      const early = post('early');
      expect(early.isWaiting).toBe(true);
      const peer = await server.nextConnection();
      await reached(told, 'Opened');
      expect(early.isWaiting).toBe(false);
      expect(post('one').isWaiting).toBe(false);
      expect(await peer.nextMessage()).toMatchObject({ text: 'early' });
      expect(await peer.nextMessage()).toMatchObject({ text: 'one' });
      void peer.close(1000);
      await finishOf(told);
      expect(post('late').isWaiting).toBe(true);
    });

    it('should be told to be with the system once it is', async () => {
      const { peer } = await openWith(await serving(createWssServer()));
      const settled = vi.fn();
      const parcel = outgoing.post('one', { ttl: Infinity, settled });
      await until(() => {
        expect(settled).toHaveBeenCalledExactlyOnceWith(parcel, { _tag: 'Flushed', connection: 1 });
      });
      expect(await peer.nextMessage()).toMatchObject({ text: 'one' });
    });

    it('should have the ending of the connection that had it', async () => {
      const server = await serving(createWssServer({ recordsMessages: false }));
      const { told, peer } = await openWith(server);
      peer.pause();
      const settled = vi.fn();
      // More than the buffers of the system hold.
      outgoing.post(Buffer.alloc(16 * 1024 * 1024), { ttl: Infinity, settled });
      await turns();
      expect(settled).not.toHaveBeenCalled();
      peer.terminate();
      const { ending } = await finishOf(told);
      // Not with the parcel, whose 16 MiB would be printed.
      expect(settled.mock.calls.map(([, delivery]) => delivery as unknown)).toEqual([
        { _tag: 'Unknown', ending },
      ]);
    });
  });

  describe('sendAhead', () => {
    it('should send while the connection is open, and not otherwise', async () => {
      const server = await serving(createWssServer());
      const { session, told } = startWith({ url: server.url });
      expect(session.sendAhead('early')).toBe(false);
      const peer = await server.nextConnection();
      await reached(told, 'Opened');
      expect(session.sendAhead('one')).toBe(true);
      expect(await peer.nextMessage()).toMatchObject({ text: 'one' });
      const live = { queuedMessages: 0, queuedBytes: 0, bufferedAmount: 0, since: undefined };
      expect(counters.snapshot(0, live)).toMatchObject({ messagesSent: 1, bytesSent: 3 });
      session.close(NORMAL_CLOSE);
      expect(session.sendAhead('late')).toBe(false);
      await finishOf(told);
    });

    it('should go before what waits, from within opened', async () => {
      post('waiting');
      const { peer } = await openWith(await serving(createWssServer()), {}, (what, session) => {
        if (what === 'opened') expect(session.sendAhead('first')).toBe(true);
      });
      expect(await peer.nextMessage()).toMatchObject({ text: 'first' });
      expect(await peer.nextMessage()).toMatchObject({ text: 'waiting' });
    });

    it('should not be taken for a message of the outbox by what counts these', async () => {
      const settled = vi.fn();
      const { session, peer } = await openWith(await serving(createWssServer()));
      peer.pause();
      session.sendAhead('ahead');
      const parcel = outgoing.post('one', { ttl: Infinity, settled });
      session.sendAhead('behind');
      await until(() => {
        expect(settled).toHaveBeenCalledExactlyOnceWith(parcel, { _tag: 'Flushed', connection: 1 });
      });
      expect(outgoing.gauge.messages).toBe(0);
    });
  });

  describe('connection', () => {
    it('should be the number of the one that is open for users', async () => {
      const server = await serving(createWssServer());
      const numbers: unknown[] = [];
      const { session, told } = startWith({ url: server.url }, (what, each) => {
        if (what === 'Opened' || what === 'opened') numbers.push(each.connection);
      });
      expect(session.connection).toBeUndefined();
      await reached(told, 'Opened');
      expect(session.connection).toBe(1);
      session.reconnect(NORMAL_CLOSE);
      expect(session.connection).toBeUndefined();
      await reached(told, 'Opened', 2);
      expect(session.connection).toBe(2);
      expect(numbers).toEqual([1, 1, 2, 2]);
    });
  });

  describe('opened', () => {
    it.each(['hangUp', 'close', 'terminate'] as const)(
      'should not be told when who heard of the state had it %s, and nothing is sent',
      async (how) => {
        const opened = vi.fn();
        post('kept');
        const server = await serving(createWssServer());
        startWith({ url: server.url }, (what, session) => {
          if (what === 'opened') opened();
          if (what !== 'Opened') return;
          // Or the order to close would stand behind what waits.
          if (how === 'close') outgoing.withdrawAll('withdrawn');
          session[how](NORMAL_CLOSE);
        });
        const peer = await server.nextConnection();
        await peer.closed;
        expect(opened).not.toHaveBeenCalled();
        expect(peer.messages).toEqual([]);
      },
    );

    it('should leave what waits alone when it ends the session', async () => {
      post('kept');
      const { peer } = await openWith(await serving(createWssServer()), {}, (what, session) => {
        if (what === 'opened') session.hangUp(NORMAL_CLOSE);
      });
      await peer.closed;
      expect(peer.messages).toEqual([]);
      expect(outgoing.messages).toBe(1);
    });
  });

  describe('demand', () => {
    const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 30));

    it('should have the connection wait, also the next one', async () => {
      const server = await serving(createWssServer());
      const { session, told, peer } = await openWith(server);
      const release = demand.hold();
      await peer.send('"one"');
      await settle();
      expect(told.messages).toEqual([]);
      session.reconnect(NORMAL_CLOSE);
      await reached(told, 'Opened', 2);
      const second = await server.nextConnection();
      await second.send('"two"');
      await settle();
      expect(told.messages).toEqual(['"one"']);
      release();
      await until(() => expect(told.messages).toEqual(['"one"', '"two"']));
    });

    it('should not keep the closing handshake waiting', async () => {
      const { session, told, peer } = await openWith(await serving(createWssServer()));
      demand.hold();
      session.close(NORMAL_CLOSE);
      await peer.closed;
      expect((await finishOf(told)).ending).toMatchObject({ _tag: 'Closed', wasClean: true });
    });
  });

  describe('overrun', () => {
    it('should close with 1008, and fail with what it was', async () => {
      const { session, told, peer } = await openWith(await serving(createWssServer()), {
        reconnect: growing(),
      });
      session.overrun(2_000, 1_000);
      expect(await peer.closed).toEqual({ code: 1008, reason: '' });
      const { ending, error } = await finishOf(told);
      expect(ending).toMatchObject({
        _tag: 'Overrun',
        by: 'policy',
        code: 1008,
        undelivered: 2_000,
        limit: 1_000,
      });
      expect(error).toMatchObject({ value: expect.any(OverrunError) as unknown });
    });

    it('should do nothing without a connection', async () => {
      const { session, told } = startWith({ url: await nowhere(), reconnect: growing() });
      await reached(told, 'RetryScheduled');
      session.overrun(2, 1);
      expect(told.log.at(-1)).toBe('RetryScheduled');
    });
  });

  describe('fail', () => {
    it('should close with 1011, and fail with what it was given', async () => {
      const { session, told, peer } = await openWith(await serving(createWssServer()), {
        reconnect: growing(),
        completeOn: () => true,
      });
      session.fail(new RangeError('mine'));
      session.fail(new RangeError('second'));
      expect(await peer.closed).toEqual({ code: 1011, reason: '' });
      expect((await finishOf(told)).error).toEqual(O.some(new RangeError('mine')));
    });
  });

  describe('a lost line', () => {
    it('should be dialled again after the delay of the policy', async () => {
      const server = await serving(createWssServer());
      const { told, peer } = await openWith(server, { reconnect: growing() });
      peer.terminate();
      await reached(told, 'RetryScheduled');
      expect(told.events.at(-1)).toMatchObject({
        _tag: 'RetryScheduled',
        attempt: 2,
        delay: 100,
        ending: { _tag: 'NetworkFailed', kind: 'reset' },
      });
      clock.advance(99);
      expect(tags(told).at(-1)).toBe('RetryScheduled');
      clock.advance(1);
      expect(told.events.at(-1)).toEqual({ _tag: 'Dialled', attempt: 2 });
      await server.nextConnection();
      await reached(told, 'Opened', 2);
      expect(told.finished).toEqual([]);
      expect(clock.pending).toBe(0);
    });

    it('should count the retries of an outage, with what the policy is told', async () => {
      const policy = growing();
      const random = (): number => 0.25;
      const { told } = startWith({ url: await nowhere(), reconnect: policy, random });
      for (const [count, delay] of [100, 200, 300].entries()) {
        await reached(told, 'RetryScheduled', count + 1);
        expect(told.events.at(-1)).toMatchObject({ attempt: count + 2, delay });
        clock.advance(delay);
      }
      expect(policy.asked).toMatchObject([
        { iterNumber: 0, cumulativeDelay: 0, previousDelay: O.none, elapsed: 0, uptime: 0, random },
        { iterNumber: 1, cumulativeDelay: 100, previousDelay: O.some(100), elapsed: 100 },
        { iterNumber: 2, cumulativeDelay: 300, previousDelay: O.some(200), elapsed: 300 },
      ]);
      expect(policy.asked[0]?.ending).toMatchObject({ value: { _tag: 'NetworkFailed' } });
    });

    it.each([
      [4_999, 200],
      [5_000, 100],
    ])('should be counted anew after an uptime of %i ms: %i ms', async (uptime, delay) => {
      const server = await serving(createWssServer());
      const { told, peer } = await openWith(server, { reconnect: growing() });
      peer.terminate();
      await reached(told, 'RetryScheduled');
      clock.advance(100);
      const second = await server.nextConnection();
      await reached(told, 'Opened', 2);
      clock.advance(uptime);
      second.terminate();
      await reached(told, 'RetryScheduled', 2);
      expect(told.events.at(-1)).toMatchObject({ delay, ending: { uptime } });
    });

    it('should end the stream when the policy gives up', async () => {
      const { told } = startWith({ url: await nowhere(), reconnect: () => O.none });
      expect((await finishOf(told)).error).toMatchObject({
        value: expect.any(NetworkError) as unknown,
      });
    });

    it('should end the stream when it is fatal', async () => {
      const reconnect = growing();
      const { told } = startWith({ url: () => 'http://h', reconnect });
      await turns();
      clock.advance(0);
      expect((await finishOf(told)).error).toMatchObject({
        value: expect.any(OptionsError) as unknown,
      });
      expect(reconnect.asked).toEqual([]);
    });

    it('should be fatal or not by the isTransient that is given', async () => {
      const isTransient = vi.fn(() => true);
      const reconnect = { policy: growing(), isTransient };
      const { told } = startWith({ url: () => 'http://h', reconnect });
      await turns();
      clock.advance(0);
      expect(tags(told)).toEqual(['Dialled', 'RetryScheduled']);
      expect(isTransient).toHaveBeenCalledOnce();
    });
  });

  describe('close', () => {
    it('should close an open connection with its code, once', async () => {
      const { session, told, peer } = await openWith(await serving(createWssServer()));
      clock.advance(30);
      session.close({ code: 4000, reason: 'done' });
      session.close({ code: 4001, reason: 'again' });
      expect(told.events.at(-1)).toEqual({ _tag: 'CloseStarted', code: 4000, reason: 'done' });
      expect(told.finished).toEqual([]);
      expect(await peer.closed).toEqual({ code: 4000, reason: 'done' });
      expect(await finishOf(told)).toMatchObject({
        ending: { _tag: 'Closed', by: 'client', code: 4000, wasClean: true, uptime: 30 },
        error: O.none,
      });
      expect(tags(told)).toEqual(['Dialled', 'Opened', 'CloseStarted']);
    });

    it('should fail the stream when it was made for a source that failed', async () => {
      const { session, told } = await openWith(await serving(createWssServer()));
      const cause = new Error('upstream');
      session.close({ code: 1011, reason: '', cause });
      const { error } = await finishOf(told);
      expect(O.isSome(error) && error.value).toBeInstanceOf(CloseError);
      expect(error).toMatchObject({ value: { cause } });
    });

    it('should end an attempt at once, and dial no more', async () => {
      const server = await serving(createRawServer(() => undefined));
      const { session, told } = startWith({ url: server.url, reconnect: growing() });
      await until(() => expect(server.connections).toHaveLength(1));
      session.close(NORMAL_CLOSE);
      expect(told.finished).toMatchObject([
        {
          ending: {
            _tag: 'Closed',
            by: 'client',
            phase: 'upgrade',
            code: 1000,
            wasClean: false,
            uptime: 0,
            target: server.authority,
          },
          error: O.none,
        },
      ]);
      await server.connections[0]?.closed;
    });

    it('should end a wait at once', async () => {
      const { session, told } = startWith({ url: await nowhere(), reconnect: growing() });
      await reached(told, 'RetryScheduled');
      session.close(NORMAL_CLOSE);
      expect(told.finished).toMatchObject([{ ending: { _tag: 'Closed', phase: 'options' } }]);
      expect(told.finished[0]?.ending).not.toHaveProperty('target');
      expect(clock.pending).toBe(0);
    });

    it('should wait for what is in the outbox', async () => {
      post('one');
      const server = await serving(createWssServer());
      const { session, told } = startWith({ url: server.url });
      session.close({ code: 4000, reason: '' });
      expect(told.finished).toEqual([]);
      const peer = await server.nextConnection();
      expect(await peer.closed).toMatchObject({ code: 4000 });
      expect(peer.messages).toMatchObject([{ text: 'one' }]);
    });

    it('should forget the close when the stream fails before, and keep the message', async () => {
      post('one');
      const { session, told } = startWith({ url: await nowhere() });
      session.close(NORMAL_CLOSE);
      await finishOf(told);
      expect(outgoing.withdrawAll('withdrawn')).toEqual(['one']);
      expect(outgoing.isEmpty).toBe(true);
    });

    it.each(['a wait', 'an open connection'])(
      'should not be followed by a retry, whatever the rules say: %s',
      async (where) => {
        const rules = {
          completeOn: () => false,
          reconnect: { policy: growing(), isTransient: () => true },
        };
        const server = await serving(createWssServer());
        const { session, told, peer } = await openWith(server, rules);
        if (where === 'a wait') {
          peer.terminate();
          await reached(told, 'RetryScheduled');
        }
        session.close(NORMAL_CLOSE);
        expect((await finishOf(told)).error).toMatchObject({
          value: expect.any(CloseError) as unknown,
        });
        expect(clock.pending).toBe(0);
      },
    );

    it('should not be followed by a retry when the line breaks meanwhile', async () => {
      const server = await serving(createWssServer());
      const { session, told, peer } = await openWith(server, { reconnect: growing() });
      peer.pause();
      session.close(NORMAL_CLOSE);
      peer.terminate();
      expect(await finishOf(told)).toMatchObject({
        ending: { _tag: 'Closed', by: 'client', wasClean: false },
        error: O.none,
      });
    });
  });

  describe('hangUp', () => {
    it('should close an open connection with 1000, and tell only of the state', async () => {
      const { session, told, peer } = await openWith(await serving(createWssServer()));
      session.hangUp(NORMAL_CLOSE);
      await peer.send('"late"').catch(() => undefined);
      expect(await peer.closed).toEqual({ code: 1000, reason: '' });
      await reached(told, 'Ended');
      expect(tags(told)).toEqual(['Dialled', 'Opened', 'CloseStarted', 'Ended']);
      expect(told.messages).toEqual([]);
      expect(told.finished).toEqual([]);
    });

    it('should cancel an attempt', async () => {
      const server = await serving(createRawServer(() => undefined));
      const { session, told } = startWith({ url: server.url });
      await until(() => expect(server.connections).toHaveLength(1));
      session.hangUp(NORMAL_CLOSE);
      expect(told.events.at(-1)).toEqual({
        _tag: 'Ended',
        ending: {
          _tag: 'Cancelled',
          by: 'client',
          phase: 'upgrade',
          uptime: 0,
          target: server.authority,
        },
      });
      await server.connections[0]?.closed;
      await turns();
      expect(told.finished).toEqual([]);
    });

    it('should cancel a wait', async () => {
      const { session, told } = startWith({ url: await nowhere(), reconnect: growing() });
      await reached(told, 'RetryScheduled');
      session.hangUp(NORMAL_CLOSE);
      expect(tags(told).at(-1)).toBe('Ended');
      expect(clock.pending).toBe(0);
      clock.advance(60_000);
      expect(tags(told).at(-1)).toBe('Ended');
    });

    it('should forget an order to close that waits', () => {
      post('one');
      const { session } = startWith({ url: 'ws://h' });
      session.close(NORMAL_CLOSE);
      session.hangUp(NORMAL_CLOSE);
      outgoing.withdrawAll('withdrawn');
      expect(outgoing.isEmpty).toBe(true);
    });
  });

  describe('judge', () => {
    const { failure } = ENDINGS.MessageRejected;
    const isTransient = (): boolean => true;
    const bug = new RangeError('a bug');

    it('should leave the connection alone when the rule says so', async () => {
      const { session, told, peer } = await openWith(await serving(createWssServer()));
      session.judge(failure);
      await peer.send('"one"');
      await until(() => expect(told.messages).toEqual(['"one"']));
      expect(tags(told)).toEqual(['Dialled', 'Opened']);
    });

    it('should close with the code of the verdict, and finish with it once that is done', async () => {
      const server = await serving(createWssServer());
      const onRejected = { maxRejected: 1, interval: 100, reason: 'enough' };
      const { session, told, peer } = await openWith(server, { onRejected });
      session.judge(failure);
      expect(tags(told).at(-1)).toBe('Opened');
      clock.advance(99);
      peer.pause();
      session.judge(failure);
      expect(told.events.at(-1)).toEqual({ _tag: 'CloseStarted', code: 1008, reason: 'enough' });
      await turns();
      expect(told.finished).toEqual([]);
      clock.advance(1_000);
      peer.resume();
      const { ending, error } = await finishOf(told);
      expect(await peer.closed).toEqual({ code: 1008, reason: 'enough' });
      expect(ending).toEqual({
        _tag: 'MessageRejected',
        by: 'policy',
        phase: 'open',
        code: 1008,
        reason: 'enough',
        failure,
        uptime: 99,
        target: `127.0.0.1:${server.port}`,
      });
      expect(O.isSome(error) && error.value).toBeInstanceOf(RejectedError);
      expect(error).toMatchObject({ value: { ending } });
      expect(tags(told)).toEqual(['Dialled', 'Opened', 'CloseStarted']);
      expect(clock.pending).toBe(0);
    });

    it('should go by the interval of a limit', async () => {
      const onRejected = { maxRejected: 1, interval: 100 };
      const { session, told } = await openWith(await serving(createWssServer()), { onRejected });
      for (let count = 0; count < 10; count += 1) {
        session.judge(failure);
        clock.advance(100);
      }
      expect(tags(told).at(-1)).toBe('Opened');
      session.judge(failure);
      session.judge(failure);
      expect(tags(told).at(-1)).toBe('CloseStarted');
    });

    it('should deliver nothing that comes after the verdict, and ask no more', async () => {
      const onRejected = vi.fn(() => 'fail' as const);
      const { session, told, peer } = await openWith(await serving(createWssServer()), {
        onRejected,
      });
      await peer.send('"one"');
      await until(() => expect(told.messages).toEqual(['"one"']));
      peer.pause();
      session.judge(failure);
      session.judge(failure);
      for (let count = 0; count < 100; count += 1) void peer.send('"late"');
      peer.resume();
      await finishOf(told);
      expect(told.messages).toEqual(['"one"']);
      expect(onRejected).toHaveBeenCalledExactlyOnceWith(failure);
      expect(tags(told).filter((each) => each === 'CloseStarted')).toHaveLength(1);
    });

    it.each(['reset', 'violation'])(
      'should end with the verdict also when the line ends with a %s meanwhile',
      async (how) => {
        const { session, told, peer } = await openWith(await serving(createWssServer()), {
          onRejected: 'fail',
          closeTimeout: 50,
        });
        peer.pause();
        session.judge(failure);
        if (how === 'reset') peer.terminate();
        else peer.tcpSocket.write(Uint8Array.of(0xff, 0));
        expect((await finishOf(told)).ending).toMatchObject({ _tag: 'MessageRejected' });
      },
    );

    it('should complete the stream where completeOn says so', async () => {
      const { session, told } = await openWith(await serving(createWssServer()), {
        onRejected: 'fail',
        completeOn: ({ _tag }) => _tag === 'MessageRejected',
      });
      session.judge(failure);
      expect(await finishOf(told)).toMatchObject({
        ending: { _tag: 'MessageRejected' },
        error: O.none,
      });
    });

    it('should not be followed by a retry by default', async () => {
      const reconnect = growing();
      const { session, told } = await openWith(await serving(createWssServer()), {
        onRejected: 'fail',
        reconnect,
      });
      session.judge(failure);
      await finishOf(told);
      expect(reconnect.asked).toEqual([]);
    });

    it('should be followed by a retry where isTransient says so, with a count of its own', async () => {
      const server = await serving(createWssServer());
      const { session, told, peer } = await openWith(server, {
        onRejected: { maxRejected: 1, interval: Infinity },
        reconnect: { policy: growing(), isTransient },
      });
      session.judge(failure);
      session.judge(failure);
      await reached(told, 'RetryScheduled');
      expect(told.events.at(-1)).toMatchObject({
        attempt: 2,
        delay: 100,
        ending: { _tag: 'MessageRejected', code: 1008 },
      });
      expect(await peer.closed).toEqual({ code: 1008, reason: '' });
      // Nothing is open: there is nothing to judge.
      session.judge(failure);
      clock.advance(100);
      const second = await server.nextConnection();
      await reached(told, 'Opened', 2);
      session.judge(failure);
      await second.send('"one"');
      await until(() => expect(told.messages).toEqual(['"one"']));
      session.judge(failure);
      await reached(told, 'RetryScheduled', 2);
      expect(tags(told)).toEqual([
        ...['Dialled', 'Opened', 'CloseStarted', 'RetryScheduled'],
        ...['Dialled', 'Opened', 'CloseStarted', 'RetryScheduled'],
      ]);
      expect(told.finished).toEqual([]);
    });

    it('should keep for the next connection what is sent meanwhile', async () => {
      const server = await serving(createWssServer());
      const { session, told } = await openWith(server, {
        onRejected: 'fail',
        reconnect: { policy: growing(), isTransient },
      });
      session.judge(failure);
      expect(post('meanwhile').isWaiting).toBe(true);
      session.close(NORMAL_CLOSE);
      await reached(told, 'RetryScheduled');
      clock.advance(100);
      const second = await server.nextConnection();
      expect(await second.closed).toEqual({ code: 1000, reason: '' });
      expect(second.messages).toMatchObject([{ text: 'meanwhile' }]);
      expect(await finishOf(told)).toMatchObject({
        ending: { _tag: 'Closed', by: 'client' },
        error: O.none,
      });
    });

    it('should stand when the stream is closed meanwhile, without a retry', async () => {
      const { session, told, peer } = await openWith(await serving(createWssServer()), {
        onRejected: 'fail',
        reconnect: { policy: growing(), isTransient },
      });
      session.judge(failure);
      session.close(NORMAL_CLOSE);
      expect(await peer.closed).toEqual({ code: 1008, reason: '' });
      expect((await finishOf(told)).error).toMatchObject({
        value: expect.any(RejectedError) as unknown,
      });
      expect(clock.pending).toBe(0);
    });

    it('should tell only the state when nobody is there any more', async () => {
      const { session, told, peer } = await openWith(await serving(createWssServer()), {
        onRejected: 'fail',
        reconnect: { policy: growing(), isTransient },
      });
      session.judge(failure);
      session.hangUp(NORMAL_CLOSE);
      expect(await peer.closed).toEqual({ code: 1008, reason: '' });
      await reached(told, 'Ended');
      expect(told.events.at(-1)).toMatchObject({ ending: { _tag: 'MessageRejected' } });
      expect(told.finished).toEqual([]);
    });

    it('should give way to a signal that aborts meanwhile', async () => {
      const controller = new AbortController();
      const { session, told, peer } = await openWith(await serving(createWssServer()), {
        onRejected: 'fail',
        signal: controller.signal,
      });
      session.judge(failure);
      controller.abort();
      expect((await finishOf(told)).error).toMatchObject({
        value: expect.any(AbortedError) as unknown,
      });
      expect(await peer.closed).toEqual({ code: 1008, reason: '' });
      await reached(told, 'Ended');
      expect(told.finished).toHaveLength(1);
    });

    it.each<[string, (session: AnySession, controller: AbortController) => void]>([
      ['was closed', (session) => session.close(NORMAL_CLOSE)],
      ['was hung up', (session) => session.hangUp(NORMAL_CLOSE)],
      ['was aborted', (_session, controller) => controller.abort()],
    ])('should not ask when the session %s', async (_name, end) => {
      const controller = new AbortController();
      const onRejected = vi.fn(() => 'fail' as const);
      const { session, told, peer } = await openWith(await serving(createWssServer()), {
        onRejected,
        signal: controller.signal,
      });
      end(session, controller);
      session.judge(failure);
      expect(await peer.closed).toEqual({ code: 1000, reason: '' });
      await turns();
      expect(onRejected).not.toHaveBeenCalled();
      expect(told.finished.map(({ ending }) => ending._tag)).not.toContain('MessageRejected');
    });

    it('should not ask while nothing is open', () => {
      const onRejected = vi.fn(() => 'fail' as const);
      const { session } = startWith({ url: 'ws://h', onRejected });
      session.judge(failure);
      expect(onRejected).not.toHaveBeenCalled();
    });

    it.each<[string, string, (session: AnySession, controller: AbortController) => void]>([
      ['closes', 'Closed', (session) => session.close({ code: 4000, reason: 'mine' })],
      ['aborts', 'Cancelled', (_session, controller) => controller.abort()],
      ['hangs up', 'nothing', (session) => session.hangUp(NORMAL_CLOSE)],
    ])('should let a function have its way that %s itself', async (_name, tag, end) => {
      for (const isThrowing of [false, true]) {
        const controller = new AbortController();
        const onRejected = (): 'fail' => {
          end(session, controller);
          if (isThrowing) throw bug;
          return 'fail';
        };
        const { session, told, peer } = await openWith(await serving(createWssServer()), {
          onRejected,
          signal: controller.signal,
        });
        session.judge(failure);
        session.judge(failure);
        expect(await peer.closed).toEqual(
          tag === 'Closed' ? { code: 4000, reason: 'mine' } : { code: 1000, reason: '' },
        );
        if (tag === 'nothing') await reached(told, 'Ended');
        else await finishOf(told);
        expect(told.finished.map(({ ending }) => ending._tag)).toEqual(
          tag === 'nothing' ? [] : [tag],
        );
        // A close that has begun is begun no second time.
        expect(count(told, 'CloseStarted')).toBe(1);
        if (tag === 'Closed') {
          // A bug is not hidden by a close that was in order.
          expect(told.finished[0]?.error).toEqual(isThrowing ? O.some(bug) : O.none);
        }
      }
    });

    it('should close with 1011 and finish with what a function throws, without a retry', async () => {
      const completeOn = vi.fn(() => true);
      const onRejected = vi.fn((): never => {
        throw bug;
      });
      const reconnect = { policy: growing(), isTransient };
      const { session, told, peer } = await openWith(await serving(createWssServer()), {
        onRejected,
        completeOn,
        reconnect,
      });
      peer.pause();
      session.judge(failure);
      session.judge(failure);
      void peer.send('"late"');
      expect(told.events.at(-1)).toEqual({ _tag: 'CloseStarted', code: 1011, reason: '' });
      peer.resume();
      expect(await peer.closed).toEqual({ code: 1011, reason: '' });
      const { ending, error } = await finishOf(told);
      expect(ending).toMatchObject({ _tag: 'Closed', by: 'client', code: 1011, cause: bug });
      expect(error).toEqual(O.some(bug));
      expect(onRejected).toHaveBeenCalledOnce();
      expect(completeOn).not.toHaveBeenCalled();
      expect(told.messages).toEqual([]);
      expect(clock.pending).toBe(0);
    });

    it('should finish with the fault of a function that gives nonsense', async () => {
      const onRejected = (() => 'drop') as unknown as () => 'fail';
      const { session, told, peer } = await openWith(await serving(createWssServer()), {
        onRejected,
      });
      session.judge(failure);
      expect(await peer.closed).toEqual({ code: 1011, reason: '' });
      expect((await finishOf(told)).error).toEqual(
        O.some(
          new OptionTypeError(
            'onRejected',
            "must give 'report', 'fail' or { code, reason }, at once, got 'drop'",
          ),
        ),
      );
    });
  });

  describe('the signal', () => {
    const reason = new Error('enough');

    const aborted = (told: Told, phase: string): void => {
      expect(told.finished).toMatchObject([
        {
          ending: { _tag: 'Cancelled', by: 'client', phase, cause: reason },
          error: { value: { cause: reason } },
        },
      ]);
      const [first] = told.finished;
      const error = first === undefined || O.isNone(first.error) ? undefined : first.error.value;
      expect(error).toBeInstanceOf(AbortedError);
    };

    it('should end it in the next turn when it has aborted before', async () => {
      const url = vi.fn(() => 'ws://h');
      const { told } = startWith({ url, signal: AbortSignal.abort(reason) });
      expect(tags(told)).toEqual(['Dialled']);
      expect(told.finished).toEqual([]);
      clock.advance(0);
      aborted(told, 'options');
      await turns();
      expect(url).not.toHaveBeenCalled();
    });

    it('should not be told of when it had aborted before and nobody is there any more', () => {
      const { session, told } = startWith({ url: 'ws://h', signal: AbortSignal.abort(reason) });
      session.hangUp(NORMAL_CLOSE);
      clock.advance(0);
      expect(told.finished).toEqual([]);
    });

    it.each<[string, readonly string[], (session: AnySession) => void]>([
      ['close', ['lost Closed', 'finished Closed'], (session) => session.close(NORMAL_CLOSE)],
      ['terminate', ['lost Closed', 'finished Closed'], (session) => session.terminate()],
      ['hangUp', ['lost Cancelled', 'Ended'], (session) => session.hangUp(NORMAL_CLOSE)],
      [
        'reconnect',
        ['lost Cancelled', 'finished Cancelled'],
        (session) => session.reconnect(NORMAL_CLOSE),
      ],
    ])('should dial for nobody when it had aborted before: %s', async (_name, then, act) => {
      const url = vi.fn(() => 'ws://h');
      const { session, told } = startWith({ url, signal: AbortSignal.abort(reason) });
      act(session);
      clock.advance(0);
      await turns();
      expect(told.log).toEqual(['Dialled', ...then]);
      expect(url).not.toHaveBeenCalled();
      expect(clock.pending).toBe(0);
    });

    it('should end an attempt at once', async () => {
      const controller = new AbortController();
      const server = await serving(createRawServer(() => undefined));
      const { told } = startWith({ url: server.url, signal: controller.signal });
      await until(() => expect(server.connections).toHaveLength(1));
      controller.abort(reason);
      aborted(told, 'upgrade');
      await server.connections[0]?.closed;
    });

    it('should end a wait at once', async () => {
      const controller = new AbortController();
      const options = { reconnect: growing(), signal: controller.signal };
      const { told } = startWith({ url: await nowhere(), ...options });
      await reached(told, 'RetryScheduled');
      controller.abort(reason);
      aborted(told, 'options');
      expect(clock.pending).toBe(0);
    });

    it('should end an open stream at once, and close the connection with 1000', async () => {
      const controller = new AbortController();
      const server = await serving(createWssServer());
      const { told, peer } = await openWith(server, {
        signal: controller.signal,
        reconnect: growing(),
      });
      clock.advance(70);
      controller.abort(reason);
      aborted(told, 'open');
      expect(told.finished[0]?.ending.uptime).toBe(70);
      expect(await peer.closed).toEqual({ code: 1000, reason: '' });
      await reached(told, 'Ended');
      expect(told.finished).toHaveLength(1);
    });

    it('should end it also from within a function that gives an option', async () => {
      const controller = new AbortController();
      const url = (): string => {
        controller.abort(reason);
        return 'ws://h';
      };
      const { told } = startWith({ url, signal: controller.signal });
      await turns();
      aborted(told, 'options');
      expect(tags(told)).toEqual(['Dialled']);
    });

    it('should serve many sockets without a warning of a leak', async () => {
      const { signal } = new AbortController();
      const warnings: Error[] = [];
      const listener = (warning: Error): number => warnings.push(warning);
      process.on('warning', listener);
      const url = (): Promise<string> => new Promise(() => undefined);
      for (let each = 0; each < 15; each += 1) startWith({ url, signal });
      expect(getEventListeners(signal, 'abort')).toHaveLength(15);
      await turns();
      process.off('warning', listener);
      expect(warnings).toEqual([]);
    });

    it('should have no listener left once it is over', async () => {
      const controller = new AbortController();
      const { signal } = controller;
      const listeners = (): number => getEventListeners(signal, 'abort').length;
      const { session } = startWith({ url: 'ws://h', signal });
      expect(listeners()).toBe(1);
      session.hangUp(NORMAL_CLOSE);
      expect(listeners()).toBe(0);
      const { told } = startWith({ url: await nowhere(), signal });
      await finishOf(told);
      expect(listeners()).toBe(0);
      controller.abort();
      expect(told.finished).toHaveLength(1);
    });
  });

  describe('reconnect', () => {
    const order = { code: 4000, reason: 'again' };

    it('should close an open connection with its order, and dial again at once', async () => {
      const server = await serving(createWssServer());
      const reconnect = growing();
      const { session, told, peer } = await openWith(server, { reconnect });
      clock.advance(30);
      session.reconnect(order);
      session.reconnect(NORMAL_CLOSE);
      expect(await peer.closed).toEqual(order);
      await reached(told, 'Opened', 2);
      expect(told.log).toEqual([
        ...['Dialled', 'Opened', 'CloseStarted', 'lost Closed'],
        ...['Dialled', 'Opened'],
      ]);
      expect(told.lost).toMatchObject([{ by: 'client', ...order, wasClean: true, uptime: 30 }]);
      expect(told.events.at(-2)).toEqual({ _tag: 'Dialled', attempt: 1 });
      expect(reconnect.asked).toEqual([]);
      expect(server.accepted).toBe(2);
    });

    it('should work without a policy', async () => {
      const server = await serving(createWssServer());
      const { session, told } = await openWith(server);
      session.reconnect(order);
      await reached(told, 'Opened', 2);
      expect(told.finished).toEqual([]);
    });

    it('should wait for the closing handshake', async () => {
      const { session, told, peer } = await openWith(await serving(createWssServer()));
      peer.pause();
      session.reconnect(order);
      await turns();
      expect(told.log.at(-1)).toBe('CloseStarted');
      peer.resume();
      await reached(told, 'Opened', 2);
    });

    it('should dial also when the line breaks before the answer to the close', async () => {
      const { session, told, peer } = await openWith(await serving(createWssServer()));
      peer.pause();
      session.reconnect(order);
      peer.terminate();
      await reached(told, 'Opened', 2);
      expect(told.lost).toMatchObject([{ _tag: 'Closed', by: 'client', wasClean: false }]);
    });

    it('should end a wait, and count anew', async () => {
      const policy = growing();
      const { session, told } = startWith({ url: await nowhere(), reconnect: policy });
      await reached(told, 'RetryScheduled');
      clock.advance(100);
      await reached(told, 'RetryScheduled', 2);
      session.reconnect(order);
      expect(told.events.at(-1)).toEqual({ _tag: 'Dialled', attempt: 1 });
      expect(clock.pending).toBe(0);
      await reached(told, 'RetryScheduled', 3);
      expect(told.events.at(-1)).toMatchObject({ attempt: 2, delay: 100 });
      expect(policy.asked.at(-1)).toMatchObject({ iterNumber: 0, cumulativeDelay: 0 });
    });

    it('should leave an attempt alone that is under way', async () => {
      const server = await serving(createRawServer(() => undefined));
      const { session, told } = startWith({ url: server.url });
      await until(() => expect(server.connections).toHaveLength(1));
      session.reconnect(order);
      await turns();
      expect(told.log).toEqual(['Dialled']);
      expect(server.connections).toHaveLength(1);
    });

    it('should take a connection away from onOpen, and give it the next', async () => {
      const server = await serving(createWssServer());
      const signals: AbortSignal[] = [];
      const onOpen = async ({ signal, receive }: Opening): Promise<void> => {
        signals.push(signal);
        if (signals.length === 1) await receive();
      };
      const { session, told } = startWith({ url: server.url, onOpen });
      await reached(told, 'OpeningStarted');
      await until(() => expect(signals).toHaveLength(1));
      session.reconnect(order);
      expect(signals[0]?.aborted).toBe(true);
      await reached(told, 'Opened');
      expect(told.log).toEqual([
        ...['Dialled', 'OpeningStarted', 'CloseStarted', 'lost Closed'],
        ...['Dialled', 'OpeningStarted', 'Opened'],
      ]);
      expect(told.lost).toMatchObject([{ phase: 'closing', uptime: 0 }]);
    });

    it('should keep for the next connection what is sent meanwhile', async () => {
      const server = await serving(createWssServer());
      const { session, told } = await openWith(server);
      session.reconnect(order);
      expect(post('meanwhile').isWaiting).toBe(true);
      await reached(told, 'Opened', 2);
      const second = await server.nextConnection();
      expect(await second.nextMessage()).toMatchObject({ text: 'meanwhile' });
    });

    it('should go before the verdict on a message', async () => {
      const { session, told, peer } = await openWith(await serving(createWssServer()), {
        onRejected: 'fail',
      });
      session.judge(ENDINGS.MessageRejected.failure);
      session.reconnect(order);
      expect(await peer.closed).toMatchObject({ code: 1008 });
      await reached(told, 'Opened', 2);
      expect(told.lost).toMatchObject([{ _tag: 'MessageRejected' }]);
    });

    it('should do nothing once the stream is being closed', async () => {
      const { session, told, peer } = await openWith(await serving(createWssServer()));
      session.close(NORMAL_CLOSE);
      session.reconnect(order);
      expect(await peer.closed).toEqual({ code: 1000, reason: '' });
      await finishOf(told);
      session.reconnect(order);
      await turns();
      expect(told.log).toEqual([
        ...['Dialled', 'Opened', 'CloseStarted', 'lost Closed', 'finished Closed'],
      ]);
    });

    it('should hasten a close that waits for what is in the outbox', async () => {
      const server = await serving(createWssServer());
      post('one');
      const url = [await nowhere(), server.url];
      const { session, told } = startWith({ url, reconnect: growing() });
      session.close({ code: 4001, reason: 'mine' });
      await reached(told, 'RetryScheduled');
      session.reconnect(order);
      const peer = await server.nextConnection();
      expect(await peer.closed).toEqual({ code: 4001, reason: 'mine' });
      expect(peer.messages).toMatchObject([{ text: 'one' }]);
      expect((await finishOf(told)).error).toEqual(O.none);
    });

    it.each<[string, string, (session: AnySession) => void]>([
      ['close', 'finished Closed', (session) => session.close(NORMAL_CLOSE)],
      ['terminate', 'finished Closed', (session) => session.terminate()],
      ['hangUp', 'Ended', (session) => session.hangUp(NORMAL_CLOSE)],
    ])('should not dial when %s comes after it', async (_name, last, end) => {
      const { session, told } = await openWith(await serving(createWssServer()));
      session.reconnect(order);
      end(session);
      await until(() => expect(told.log.at(-1)).toBe(last));
      await turns();
      expect(count(told, 'Dialled')).toBe(1);
    });

    it('should do as close() says when messages still wait to be sent', async () => {
      const server = await serving(createWssServer());
      const { session, told } = await openWith(server);
      session.reconnect(order);
      post('one');
      session.close({ code: 4001, reason: 'mine' });
      const second = await server.nextConnection();
      expect(await second.closed).toEqual({ code: 4001, reason: 'mine' });
      expect(second.messages).toMatchObject([{ text: 'one' }]);
      await finishOf(told);
    });
  });

  describe('terminate', () => {
    const torn = { _tag: 'Closed', by: 'client', code: 1006, reason: '', wasClean: false };

    it('should tear an open connection down, and tell of it later', async () => {
      const server = await serving(createWssServer());
      const { session, told, peer } = await openWith(server, { reconnect: growing() });
      clock.advance(30);
      session.terminate();
      session.terminate();
      expect(post('kept').isWaiting).toBe(true);
      expect(told.log).toEqual(['Dialled', 'Opened']);
      expect(await peer.closed).toEqual({ code: 1006, reason: '' });
      const { ending, error } = await finishOf(told);
      expect(ending).toEqual({
        ...torn,
        phase: 'open',
        uptime: 30,
        target: `127.0.0.1:${server.port}`,
      });
      expect(error).toEqual(O.none);
      expect(told.log).toEqual(['Dialled', 'Opened', 'lost Closed', 'finished Closed']);
      expect(outgoing.messages).toBe(1);
      expect(clock.pending).toBe(0);
    });

    it('should tear a connection down that onOpen has', async () => {
      const server = await serving(createWssServer());
      const signals: AbortSignal[] = [];
      const onOpen = ({ signal, receive }: Opening): Promise<void> => {
        signals.push(signal);
        return receive().then(() => undefined);
      };
      const { session, told } = startWith({ url: server.url, onOpen, openTimeout: 100 });
      await until(() => expect(signals).toHaveLength(1));
      session.terminate();
      expect(signals[0]?.aborted).toBe(true);
      const { ending } = await finishOf(told);
      expect(ending).toMatchObject({ ...torn, phase: 'opening', uptime: 0 });
      expect(told.log).toEqual(['Dialled', 'OpeningStarted', 'lost Closed', 'finished Closed']);
      expect(clock.pending).toBe(0);
    });

    it('should end an attempt at once', async () => {
      const server = await serving(createRawServer(() => undefined));
      const { session, told } = startWith({ url: server.url, reconnect: growing() });
      await until(() => expect(server.connections).toHaveLength(1));
      session.terminate();
      expect(told.log).toEqual(['Dialled', 'lost Closed', 'finished Closed']);
      expect(told.finished).toMatchObject([
        { ending: { ...torn, phase: 'upgrade', target: server.authority }, error: O.none },
      ]);
      await server.connections[0]?.closed;
    });

    it('should end a wait at once', async () => {
      const { session, told } = startWith({ url: await nowhere(), reconnect: growing() });
      await reached(told, 'RetryScheduled');
      session.terminate();
      expect(told.finished).toEqual([
        { ending: { ...torn, phase: 'options', uptime: 0 }, error: O.none },
      ]);
      expect(told.log.slice(-2)).toEqual(['RetryScheduled', 'finished Closed']);
      expect(clock.pending).toBe(0);
    });

    it('should cut a closing handshake short', async () => {
      const { session, told, peer } = await openWith(await serving(createWssServer()));
      peer.pause();
      session.close(NORMAL_CLOSE);
      session.terminate();
      expect(await finishOf(told)).toMatchObject({ ending: torn, error: O.none });
      expect(told.log).toEqual([
        ...['Dialled', 'Opened', 'CloseStarted', 'lost Closed', 'finished Closed'],
      ]);
    });

    it('should keep the outbox, and forget the close behind it', async () => {
      post('kept');
      const { session, told } = startWith({ url: await nowhere(), reconnect: growing() });
      session.close(NORMAL_CLOSE);
      await reached(told, 'RetryScheduled');
      session.terminate();
      expect(told.finished).toHaveLength(1);
      expect(outgoing.messages).toBe(1);
      outgoing.withdrawAll('withdrawn');
      expect(outgoing.isEmpty).toBe(true);
    });

    it('should not be followed by a retry, whatever the rules say', async () => {
      const { session, told } = await openWith(await serving(createWssServer()), {
        completeOn: () => false,
        reconnect: { policy: growing(), isTransient: () => true },
      });
      session.terminate();
      expect((await finishOf(told)).error).toMatchObject({
        value: expect.any(CloseError) as unknown,
      });
      expect(clock.pending).toBe(0);
    });

    it.each<[string, (session: AnySession, controller: AbortController) => void]>([
      ['hung up', (session) => session.hangUp(NORMAL_CLOSE)],
      ['aborted', (_session, controller) => controller.abort()],
    ])('should tear down what closes after it was %s', async (_name, end) => {
      const controller = new AbortController();
      const { session, told, peer } = await openWith(await serving(createWssServer()), {
        signal: controller.signal,
      });
      peer.pause();
      end(session, controller);
      session.terminate();
      await until(() => expect(told.log.slice(-2)).toEqual(['lost Closed', 'Ended']));
      expect(told.lost).toMatchObject([torn]);
      session.terminate();
      await turns();
      expect(count(told, 'Ended')).toBe(1);
    });

    it('should do nothing once it is over', async () => {
      const { session, told, peer } = await openWith(await serving(createWssServer()));
      void peer.close(1000);
      await finishOf(told);
      const before = [...told.log];
      session.terminate();
      await turns();
      expect(told.log).toEqual(before);
    });

    it('should hide no fault', async () => {
      const bug = new RangeError('a bug');
      const onRejected = (): never => {
        throw bug;
      };
      const server = await serving(createWssServer());
      const { session, told, peer } = await openWith(server, { onRejected });
      peer.pause();
      session.judge(ENDINGS.MessageRejected.failure);
      session.terminate();
      expect((await finishOf(told)).error).toEqual(O.some(bug));
    });
  });

  describe('calls from within what it tells', () => {
    const ACTIONS = {
      close: (session: AnySession) => {
        session.close(NORMAL_CLOSE);
      },
      terminate: (session: AnySession) => {
        session.terminate();
      },
      reconnect: (session: AnySession) => {
        session.reconnect(NORMAL_CLOSE);
      },
      hangUp: (session: AnySession) => {
        session.hangUp(NORMAL_CLOSE);
      },
      abort: (_session: AnySession, controller: AbortController) => {
        controller.abort();
      },
    } as const;

    // What is told after it, of a connection that the server resets once it is open.
    it.each<[string, keyof typeof ACTIONS, readonly string[]]>([
      ['Dialled', 'close', ['lost Closed', 'finished Closed']],
      ['Dialled', 'terminate', ['lost Closed', 'finished Closed']],
      [
        'Dialled',
        'reconnect',
        ['OpeningStarted', 'Opened', 'lost NetworkFailed', 'RetryScheduled'],
      ],
      ['Dialled', 'hangUp', ['lost Cancelled', 'Ended']],
      ['Dialled', 'abort', ['lost Cancelled', 'finished Cancelled']],
      ['OpeningStarted', 'close', ['CloseStarted', 'lost Closed', 'finished Closed']],
      ['OpeningStarted', 'terminate', ['lost Closed', 'finished Closed']],
      ['OpeningStarted', 'reconnect', ['CloseStarted', 'lost Closed', 'Dialled', 'OpeningStarted']],
      ['OpeningStarted', 'hangUp', ['CloseStarted', 'lost Closed', 'Ended']],
      ['OpeningStarted', 'abort', ['finished Cancelled', 'CloseStarted', 'lost Closed', 'Ended']],
      ['Opened', 'close', ['CloseStarted', 'lost Closed', 'finished Closed']],
      ['Opened', 'terminate', ['lost Closed', 'finished Closed']],
      ['Opened', 'reconnect', ['CloseStarted', 'lost Closed', 'Dialled', 'OpeningStarted']],
      ['Opened', 'hangUp', ['CloseStarted', 'lost Closed', 'Ended']],
      ['Opened', 'abort', ['finished Cancelled', 'CloseStarted', 'lost Closed', 'Ended']],
      ['lost NetworkFailed', 'close', ['finished Closed']],
      ['lost NetworkFailed', 'terminate', ['finished Closed']],
      ['lost NetworkFailed', 'reconnect', ['Dialled', 'OpeningStarted', 'Opened']],
      ['lost NetworkFailed', 'hangUp', ['Ended']],
      ['lost NetworkFailed', 'abort', ['finished Cancelled']],
      ['RetryScheduled', 'close', ['finished Closed']],
      ['RetryScheduled', 'terminate', ['finished Closed']],
      ['RetryScheduled', 'reconnect', ['Dialled', 'OpeningStarted', 'Opened']],
      ['RetryScheduled', 'hangUp', ['Ended']],
      ['RetryScheduled', 'abort', ['finished Cancelled']],
    ])('should be in order: on %s, %s', async (when, action, then) => {
      const controller = new AbortController();
      const server = await serving(createWssServer());
      let isDone = false;
      const { told } = startWith(
        {
          url: server.url,
          reconnect: growing(),
          onOpen: () => undefined,
          signal: controller.signal,
        },
        (what, session) => {
          if (what === 'Opened' && when !== 'Opened') {
            for (const each of server.connections) each.terminate();
          }
          if (what !== when || isDone) return;
          isDone = true;
          ACTIONS[action](session, controller);
        },
      );
      await until(() => expect(isDone).toBe(true));
      const after = (): readonly string[] => told.log.slice(told.log.indexOf(when) + 1);
      await until(() => expect(after().slice(0, then.length)).toEqual(then));
      await turns();
      if (action === 'reconnect') return;
      expect(after()).toEqual(then);
      expect(clock.pending).toBe(0);
    });

    it.each<[keyof typeof ACTIONS, readonly string[]]>([
      ['close', ['lost Closed', 'finished Closed']],
      ['terminate', ['lost Closed', 'finished Closed']],
      ['reconnect', ['lost Closed', 'finished Closed']],
      ['hangUp', ['lost Closed', 'Ended']],
      ['abort', ['finished Cancelled', 'lost Closed', 'Ended']],
    ])('should be in order: on our own CloseStarted, %s', async (action, then) => {
      const controller = new AbortController();
      const { session, told } = await openWith(
        await serving(createWssServer()),
        { signal: controller.signal },
        (what, self) => {
          if (what === 'CloseStarted') ACTIONS[action](self, controller);
        },
      );
      session.close(NORMAL_CLOSE);
      await until(() => expect(told.log.at(-1)).toBe(then.at(-1)));
      await turns();
      expect(told.log).toEqual(['Dialled', 'Opened', 'CloseStarted', ...then]);
    });

    // On the loss of an attempt that is given up for one of these, whatever is called within.
    it.each(
      (['close', 'terminate', 'hangUp', 'abort'] as const).flatMap((first) =>
        (['close', 'terminate', 'reconnect', 'hangUp', 'abort'] as const).map(
          (second) => [first, second] as const,
        ),
      ),
    )('should tell the end once: %s, and on the loss of the attempt %s', async (first, second) => {
      const controller = new AbortController();
      const server = await serving(createRawServer(() => undefined));
      const { session, told } = startWith(
        { url: server.url, reconnect: growing(), signal: controller.signal },
        (what, self) => {
          if (what.startsWith('lost')) ACTIONS[second](self, controller);
        },
      );
      await until(() => expect(server.connections).toHaveLength(1));
      ACTIONS[first](session, controller);
      await turns();
      expect(count(told, 'Dialled')).toBe(1);
      expect(told.lost).toHaveLength(1);
      // Who hung up is not told.
      const isHungUp = first === 'hangUp' || second === 'hangUp';
      expect(told.finished).toHaveLength(isHungUp ? 0 : 1);
      expect(clock.pending).toBe(0);
    });

    it('should tell nobody who hangs up on the loss that a signal brought that had aborted before', () => {
      const { told } = startWith(
        { url: 'ws://h', signal: AbortSignal.abort() },
        (what, session) => {
          if (what.startsWith('lost')) session.hangUp(NORMAL_CLOSE);
        },
      );
      clock.advance(0);
      expect(told.log).toEqual(['Dialled', 'lost Cancelled', 'Ended']);
    });
  });

  describe('refreshCredentials', () => {
    let token = 'stale';
    let authorized: readonly string[] = [];

    beforeEach(() => {
      token = 'stale';
      authorized = ['fresh'];
    });

    /** A server that lets in who shows one of the tokens that are good. */
    const guarded = (): Promise<WssServer> =>
      serving(
        createWssServer({
          onRequest: ({ headers }) =>
            authorized.includes(headers.authorization ?? '') ? undefined : { status: 401 },
        }),
      );

    type Refresh = (ending: Ending, signal: AbortSignal) => void | PromiseLike<void>;

    const refreshing = (
      server: WssServer,
      refreshCredentials: Refresh,
      rules: Partial<ReconnectOptions> = {},
    ): Started =>
      startWith({
        url: server.url,
        headers: () => ({ authorization: token }),
        reconnect: { policy: growing(), refreshCredentials, ...rules },
      });

    const retried = async (told: Told, times: number): Promise<void> => {
      await reached(told, 'RetryScheduled', times);
      clock.advance(100 * times);
    };

    it('should be asked for before the retry that a 401 brings about', async () => {
      const server = await guarded();
      const refresh = vi.fn<Refresh>(async () => {
        await turns();
        token = 'fresh';
      });
      const { told } = refreshing(server, refresh);
      await reached(told, 'RetryScheduled');
      expect(refresh).not.toHaveBeenCalled();
      expect(told.events.at(-1)).toMatchObject({ attempt: 2, delay: 100 });
      clock.advance(100);
      await reached(told, 'Opened');
      expect(refresh).toHaveBeenCalledOnce();
      expect(refresh.mock.calls[0]?.[0]).toBe(told.lost[0]);
      expect(told.lost).toMatchObject([{ _tag: 'UpgradeRefused', status: 401 }]);
      expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([
        'stale',
        'fresh',
      ]);
    });

    it('should give up when the fresh ones are turned down as well', async () => {
      authorized = [];
      const refresh = vi.fn<Refresh>(() => {
        token = 'fresh';
      });
      const { told } = refreshing(await guarded(), refresh, { isTransient: () => true });
      await retried(told, 1);
      const { ending, error } = await finishOf(told);
      expect(ending).toMatchObject({ _tag: 'UpgradeRefused', status: 401 });
      expect(error).toMatchObject({ value: expect.any(UpgradeRefusedError) as unknown });
      expect(refresh).toHaveBeenCalledOnce();
      expect(count(told, 'Dialled')).toBe(2);
    });

    it.each<[string, (cause: Error) => void | Promise<void>]>([
      [
        'throws',
        (cause) => {
          throw cause;
        },
      ],
      ['rejects', (cause) => Promise.reject(cause)],
    ])('should be asked again when it %s', async (_name, fail) => {
      const server = await guarded();
      const cause = new Error('no token to be had');
      const refresh = vi.fn<Refresh>(() => {
        if (refresh.mock.calls.length < 3) return fail(cause);
        token = 'fresh';
      });
      const { told } = refreshing(server, refresh);
      await retried(told, 1);
      await untilLost(told, 2);
      await retried(told, 2);
      await untilLost(told, 3);
      await retried(told, 3);
      await reached(told, 'Opened');
      const failed = { _tag: 'ProviderFailed', option: 'reconnect.refreshCredentials', cause };
      expect(told.lost).toMatchObject([{ status: 401 }, failed, failed]);
      // It is told what the credentials are needed for, not that it failed itself.
      expect(refresh.mock.calls.map(([ending]) => ending)).toEqual([
        told.lost[0],
        told.lost[0],
        told.lost[0],
      ]);
      expect(server.requests).toHaveLength(2);
    });

    /** Lets the turn pass after which a failure of the options is told. */
    const untilLost = (told: Told, times: number): Promise<void> =>
      until(() => {
        clock.advance(0);
        expect(told.lost).toHaveLength(times);
      });

    it('should not be asked again for the attempts of an outage that fail otherwise', async () => {
      let isBusy = false;
      const server = await serving(
        createWssServer({
          onRequest: ({ headers }) => {
            if (headers.authorization !== 'fresh') return { status: 401 };
            return isBusy ? { status: 503 } : undefined;
          },
        }),
      );
      const refresh = vi.fn<Refresh>(() => {
        token = 'fresh';
        isBusy = true;
      });
      const { told } = refreshing(server, refresh);
      await retried(told, 1);
      await reached(told, 'RetryScheduled', 2);
      isBusy = false;
      clock.advance(200);
      await reached(told, 'Opened');
      expect(told.lost).toMatchObject([{ status: 401 }, { status: 503 }]);
      expect(refresh).toHaveBeenCalledOnce();
    });

    it.each([
      [5_000, 2],
      [4_999, 1],
    ])('should be asked again after an uptime of %i ms: %i times', async (uptime, times) => {
      token = 'fresh';
      const server = await guarded();
      const refresh = vi.fn<Refresh>();
      const { told } = refreshing(server, refresh);
      for (const each of [1, 2]) {
        const peer = await server.nextConnection();
        await reached(told, 'Opened', each);
        clock.advance(uptime);
        void peer.close(4401, 'token expired');
        await untilLost(told, each);
        clock.advance(100);
      }
      if (times === 2) await reached(told, 'Opened', 3);
      else expect((await finishOf(told)).ending).toMatchObject({ code: 4401 });
      expect(refresh).toHaveBeenCalledTimes(times);
    });

    it('should not be asked for anything else', async () => {
      const refresh = vi.fn<Refresh>();
      const server = await serving(createWssServer({ onRequest: () => ({ status: 503 }) }));
      const { told } = refreshing(server, refresh);
      await retried(told, 1);
      await reached(told, 'RetryScheduled', 2);
      expect(refresh).not.toHaveBeenCalled();
    });

    it('should not be asked when the policy gives up', async () => {
      const refresh = vi.fn<Refresh>();
      const { told } = refreshing(await guarded(), refresh, { policy: () => O.none });
      await finishOf(told);
      expect(refresh).not.toHaveBeenCalled();
    });

    it('should be asked also when reconnect() ends the wait', async () => {
      const refresh = vi.fn<Refresh>(() => {
        token = 'fresh';
      });
      const { session, told } = refreshing(await guarded(), refresh);
      await reached(told, 'RetryScheduled');
      session.reconnect(NORMAL_CLOSE);
      await reached(told, 'Opened');
      expect(refresh).toHaveBeenCalledOnce();
    });

    it('should have the time that an attempt has, and be asked again', async () => {
      const signals: AbortSignal[] = [];
      const refresh = vi.fn<Refresh>((_ending, signal) => {
        signals.push(signal);
        if (signals.length === 1) return new Promise(() => undefined);
        token = 'fresh';
        return undefined;
      });
      const server = await guarded();
      const { told } = startWith({
        url: server.url,
        headers: () => ({ authorization: token }),
        connectTimeout: 1_000,
        reconnect: { policy: growing(), refreshCredentials: refresh },
      });
      await retried(told, 1);
      await until(() => expect(signals).toHaveLength(1));
      expect(signals[0]?.aborted).toBe(false);
      clock.advance(1_000);
      expect(signals[0]?.aborted).toBe(true);
      expect(told.lost.at(-1)).toMatchObject({
        _tag: 'TimedOut',
        option: 'connectTimeout',
        phase: 'options',
      });
      await retried(told, 2);
      await reached(told, 'Opened');
      expect(signals).toHaveLength(2);
    });

    it('should be told by its signal that nobody is there any more', async () => {
      const signals: AbortSignal[] = [];
      const refresh: Refresh = (_ending, signal) => {
        signals.push(signal);
        return new Promise(() => undefined);
      };
      const { session, told } = refreshing(await guarded(), refresh);
      await retried(told, 1);
      await until(() => expect(signals).toHaveLength(1));
      session.hangUp(NORMAL_CLOSE);
      expect(signals[0]?.aborted).toBe(true);
    });
  });

  describe('endpoints', () => {
    const targets = ({ lost }: Told): unknown[] => lost.map(({ target }) => target);

    it('should be tried one after the other', async () => {
      const server = await serving(createWssServer());
      const [first, second] = [await nowhere(), await nowhere()];
      const { told } = startWith({ url: [first, second, server.url], reconnect: growing() });
      await reached(told, 'RetryScheduled');
      clock.advance(100);
      await reached(told, 'RetryScheduled', 2);
      clock.advance(200);
      await reached(told, 'Opened');
      expect(targets(told)).toEqual([first, second].map((each) => each.slice(5)));
    });

    it.each([
      [5_000, 0],
      [4_999, 1],
      [0, 1],
    ])('should be kept once it was up for long: %i ms, then number %i', async (uptime, index) => {
      const both = [await serving(createWssServer()), await serving(createWssServer())];
      const [first] = both;
      const { told } = startWith({ url: both.map(({ url }) => url), reconnect: growing() });
      await reached(told, 'Opened');
      clock.advance(uptime);
      for (const each of first?.connections ?? []) each.terminate();
      await reached(told, 'RetryScheduled');
      clock.advance(100);
      await reached(told, 'Opened', 2);
      expect(both[index]?.accepted).toBe(index === 0 ? 2 : 1);
    });

    it('should not be left for what we do ourselves', async () => {
      const both = [await serving(createWssServer()), await serving(createWssServer())];
      const { session, told } = startWith({ url: both.map(({ url }) => url) });
      await reached(told, 'Opened');
      session.reconnect(NORMAL_CLOSE);
      await reached(told, 'Opened', 2);
      expect(both.map(({ accepted }) => accepted)).toEqual([2, 0]);
    });

    it('should be left when a limit of ours ran out, or onOpen refused', async () => {
      const both = [await serving(createWssServer()), await serving(createWssServer())];
      const onOpen = vi.fn(({ attempt }: Opening) => {
        if (attempt === 1) throw new Error('not this one');
      });
      const { told } = startWith({
        url: both.map(({ url }) => url),
        onOpen,
        reconnect: { policy: growing(), isTransient: () => true },
      });
      await reached(told, 'RetryScheduled');
      clock.advance(100);
      await reached(told, 'Opened');
      expect(both.map(({ accepted }) => accepted)).toEqual([1, 1]);
    });
  });

  it('should tell how much of a wait the server asked for, and when it is over', async () => {
    const onRequest = (): Refusal => ({ status: 503, headers: { 'Retry-After': '2' } });
    const server = await serving(createWssServer({ onRequest }));
    clock.advance(70);
    const { told } = startWith({ url: server.url, reconnect: growing() });
    await reached(told, 'RetryScheduled');
    const times = { attempt: 2, delay: 2_100, retryAfter: 2_000, retryAt: 2_170 };
    expect(told.events.at(-1)).toEqual({
      _tag: 'RetryScheduled',
      ...times,
      ending: told.lost[0],
    });
    clock.advance(2_099);
    expect(count(told, 'Dialled')).toBe(1);
    clock.advance(1);
    expect(count(told, 'Dialled')).toBe(2);
  });

  describe('onOpen', () => {
    it('should leave what it did not ask for to the stream, after the outbox was sent', async () => {
      const server = await serving(
        createWssServer({
          onConnection: (peer) => {
            for (const each of ['"one"', '"welcome"', '"two"']) void peer.send(each);
          },
        }),
      );
      post('"out"');
      const waiting: number[] = [];
      const { told } = startWith(
        {
          url: server.url,
          onOpen: async ({ send, receive, deliver }) => {
            send('in');
            await receive((message) => message === 'two');
            await receive((message) => message === 'welcome');
            deliver('made up');
          },
        },
        (what) => {
          if (what.startsWith('delivered')) waiting.push(outgoing.messages);
        },
      );
      const peer = await server.nextConnection();
      await reached(told, 'Opened');
      await peer.send('"three"');
      await until(() => expect(told.log.at(-1)).toBe('message "three"'));
      expect(told.log).toEqual([
        ...['Dialled', 'OpeningStarted', 'Opened'],
        ...['delivered "made up"', 'delivered "one"', 'message "three"'],
      ]);
      expect(waiting).toEqual([0, 0]);
      await until(() => expect(peer.messages.map(({ text }) => text)).toEqual(['"in"', '"out"']));
      const live = { queuedMessages: 0, queuedBytes: 0, bufferedAmount: 0, since: undefined };
      expect(counters.snapshot(0, live)).toMatchObject({ messagesSent: 2, bytesSent: 9 });
    });

    it('should be given the number of the attempt and of the connection', async () => {
      const server = await serving(createWssServer());
      const places: unknown[] = [];
      const onOpen = ({ attempt, connection }: Opening): void => {
        places.push([attempt, connection]);
        if (places.length === 2) throw new Error('once');
      };
      const { told, peer } = await openWith(server, {
        onOpen,
        reconnect: { policy: growing(), isTransient: () => true },
      });
      peer.terminate();
      await reached(told, 'RetryScheduled');
      clock.advance(100);
      await reached(told, 'RetryScheduled', 2);
      clock.advance(200);
      await reached(told, 'Opened', 2);
      // A connection that it refused is none.
      expect(places).toEqual([
        [1, 1],
        [2, 2],
        [3, 2],
      ]);
    });

    it.each<[string, (session: AnySession) => void, readonly string[]]>([
      ['Opened', (session) => session.hangUp(NORMAL_CLOSE), []],
      ['delivered 1', (session) => session.hangUp(NORMAL_CLOSE), ['delivered 1']],
      ['delivered 1', (session) => session.close(NORMAL_CLOSE), ['delivered 1', 'delivered 2']],
    ])('should deliver only as long as somebody is there: on %s', async (when, act, expected) => {
      const server = await serving(createWssServer());
      const { told } = startWith(
        {
          url: server.url,
          onOpen: ({ deliver }) => {
            deliver(1);
            deliver(2);
          },
        },
        (what, session) => {
          if (what === when) act(session);
        },
      );
      await until(() => expect(told.lost).toHaveLength(1));
      expect(told.log.filter((each) => each.startsWith('delivered'))).toEqual(expected);
    });

    it('should keep what waits in the outbox when it refuses', async () => {
      post('kept');
      const refusal = new Error('wrong password');
      const { told } = startWith({
        url: (await serving(createWssServer())).url,
        reconnect: growing(),
        onOpen: () => Promise.reject(refusal),
      });
      const { ending, error } = await finishOf(told);
      expect(ending).toMatchObject({ _tag: 'OpeningRefused', cause: refusal });
      expect(error).toMatchObject({ value: expect.any(OpeningError) as unknown });
      expect(outgoing.messages).toBe(1);
    });

    it('should close a connection that it has, at once when nothing waits in the outbox', async () => {
      const server = await serving(createWssServer());
      const signals: AbortSignal[] = [];
      const onOpen = ({ signal }: Opening): Promise<void> => {
        signals.push(signal);
        return new Promise(() => undefined);
      };
      const { session, told } = startWith({ url: server.url, onOpen });
      const peer = await server.nextConnection();
      await until(() => expect(signals).toHaveLength(1));
      session.close({ code: 4000, reason: 'mine' });
      expect(signals[0]?.aborted).toBe(true);
      expect(await peer.closed).toEqual({ code: 4000, reason: 'mine' });
      expect(await finishOf(told)).toMatchObject({
        ending: { _tag: 'Closed', by: 'client', uptime: 0, wasClean: true },
        error: O.none,
      });
    });
  });

  describe('a fault of the heartbeat', () => {
    const bug = new RangeError('a bug');
    const never = (): never => {
      throw bug;
    };

    it.each<[string, unknown]>([
      ['message throws', bug],
      ['message does not encode', expect.any(EncodeError)],
      ['isAnswer throws', bug],
    ])('should close with 1011, and fail the stream with it: %s', async (name, error) => {
      const message = name === 'message throws' ? never : (): unknown => 'ping';
      const { told, peer } = await openWith(await serving(createWssServer()), {
        heartbeat: {
          interval: 100,
          message: name === 'message does not encode' ? (): bigint => 1n : message,
          isAnswer: name === 'isAnswer throws' ? never : (): boolean => false,
        },
        completeOn: () => true,
        reconnect: { policy: growing(), isTransient: () => true },
      });
      if (name === 'isAnswer throws') void peer.send('"pong"');
      else clock.advance(100);
      expect(await peer.closed).toEqual({ code: 1011, reason: '' });
      const finish = await finishOf(told);
      expect(finish.error).toEqual(O.some(error));
      expect(finish.ending).toMatchObject({ _tag: 'Closed', by: 'client', code: 1011 });
      expect(told.log).not.toContain('pinged');
      expect(clock.pending).toBe(0);
    });

    it('should not hide that the stream was hung up', async () => {
      const { session, told } = await openWith(await serving(createWssServer()), {
        heartbeat: {
          interval: 100,
          message: () => {
            session.hangUp(NORMAL_CLOSE);
            throw bug;
          },
        },
      });
      clock.advance(100);
      await until(() => expect(told.log.at(-1)).toBe('Ended'));
      expect(told.log).toEqual(['Dialled', 'Opened', 'CloseStarted', 'lost Closed', 'Ended']);
    });
  });

  it('should know what was sent and not handed to the system yet', async () => {
    const server = await serving(createWssServer({ recordsMessages: false }));
    const { session, peer } = await openWith(server);
    expect(session.bufferedAmount).toBe(0);
    peer.pause();
    for (let each = 0; each < 16; each += 1) post(Buffer.alloc(1024 * 1024));
    await until(() => expect(session.bufferedAmount).toBeGreaterThan(1024 * 1024));
    session.terminate();
    await until(() => expect(session.bufferedAmount).toBe(0));
  });

  it('should tell of pings and of their answers', async () => {
    const { told } = await openWith(await serving(createWssServer()), {
      heartbeat: { interval: 100, timeout: 50 },
    });
    clock.advance(100);
    await reached(told, 'PongReceived');
    expect(told.log).toEqual(['Dialled', 'Opened', 'pinged', 'PongReceived']);
  });
});
