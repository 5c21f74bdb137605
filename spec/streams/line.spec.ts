import * as E from 'fp-ts/lib/Either.js';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { OptionRangeError } from '../../src/errors/option-error.js';
import {
  acceptUpgrade,
  closePayload,
  createRawServer,
  createWssServer,
  frame,
  readRequestHead,
} from '../../src/testing/index.js';
import type { RawServer, WssConnection, WssServer } from '../../src/testing/index.js';
import { NORMAL_CLOSE } from '../../src/streams/close-request.js';
import { Connection } from '../../src/streams/connection.js';
import { EncodeError } from '../../src/streams/encode-error.js';
import type { Ending } from '../../src/streams/ending.js';
import { guardedDecode } from '../../src/streams/guarded-decode.js';
import { Line } from '../../src/streams/line.js';
import type { OpeningSession } from '../../src/streams/opening-session.js';
import { checkOptions } from '../../src/streams/settings.js';
import type { SocketOptions } from '../../src/streams/socket-options.js';
import type { OpenInfo, SocketEvent } from '../../src/streams/socket-state.js';
import { ENDINGS } from './endings.js';
import { VirtualClock } from './virtual-clock.js';
import { until } from './until.js';

type Options = Partial<SocketOptions<unknown, unknown>>;
type Opening = OpeningSession<unknown, unknown>;
type AnyLine = Line<unknown, unknown>;

/** What a line told. */
interface Told {
  /** Everything but the messages, in order. */
  readonly log: string[];
  readonly events: SocketEvent[];
  readonly opened: { readonly info: OpenInfo; readonly messages: readonly unknown[] }[];
  /** What would come on the stream. */
  readonly messages: unknown[];
  readonly sent: number[];
  readonly faults: unknown[];
  readonly endings: Ending[];
}

interface Started {
  readonly line: AnyLine;
  readonly told: Told;
}

describe('Line', () => {
  const servers: (WssServer | RawServer)[] = [];
  const lines: Started[] = [];
  let clock = new VirtualClock();

  afterEach(async () => {
    const started = lines.splice(0);
    for (const { line } of started) line.fail(ENDINGS.Cancelled);
    await Promise.all(servers.splice(0).map((each) => each.close()));
    await turns();
    for (const { line, told } of started) {
      line.cancel();
      expect(told.endings.length).toBeLessThanOrEqual(1);
    }
    expect(clock.pending).toBe(0);
    clock = new VirtualClock();
  });

  async function serving<S extends WssServer | RawServer>(starting: Promise<S>): Promise<S> {
    const server = await starting;
    servers.push(server);
    return server;
  }

  /** A server that accepts the upgrade, and does not answer anything that comes then. */
  const silent = (): Promise<RawServer> =>
    serving(
      createRawServer(async ({ socket }) => {
        acceptUpgrade(socket, await readRequestHead(socket), {});
      }),
    );

  /** A line that was started, and what it tells; `react` is called with each entry of the log. */
  function startWith(
    url: string,
    options: Options = {},
    react: (what: string, line: AnyLine) => void = () => undefined,
  ): Started {
    const told: Told = {
      log: [],
      events: [],
      opened: [],
      messages: [],
      sent: [],
      faults: [],
      endings: [],
    };
    const settings = checkOptions({
      url,
      scheduler: clock,
      connectTimeout: Infinity,
      openTimeout: Infinity,
      heartbeat: false,
      ...options,
    });
    const note = (what: string): void => {
      told.log.push(what);
      react(what, line);
    };
    const outset = { attempt: 3, connection: 2, prepare: undefined };
    const line: AnyLine = new Line(settings, outset, {
      moved: (event) => {
        told.events.push(event);
        note(event._tag);
      },
      opened: (info, messages) => {
        told.opened.push({ info, messages });
        note('opened');
      },
      message: (data, isBinary) => {
        const decoded = guardedDecode(settings.codec, data, isBinary ? 'binary' : 'text');
        if (E.isLeft(decoded)) line.judge(decoded.left);
        else if (line.intercept?.(decoded.right) !== true) told.messages.push(decoded.right);
      },
      pinged: () => {
        note('pinged');
      },
      sent: (size) => {
        told.sent.push(size);
      },
      faulted: (error) => {
        told.faults.push(error);
        note('faulted');
      },
      ended: (ending) => {
        told.endings.push(ending);
        note('ended');
      },
    });
    const started = { line, told };
    lines.push(started);
    line.start();
    return started;
  }

  const reached = (told: Told, what: string, times = 1): Promise<void> =>
    until(() => {
      expect(told.log.filter((each) => each === what)).toHaveLength(times);
    });

  /** A line that has come as far as `what`, and the server's side of it. */
  async function connected(
    options: Options = {},
    what = 'opened',
    react?: (what: string, line: AnyLine) => void,
  ): Promise<Started & { readonly peer: WssConnection; readonly target: string }> {
    const server = await serving(createWssServer());
    const started = startWith(server.url, options, react);
    const peer = await server.nextConnection();
    await reached(started.told, what);
    return { ...started, peer, target: `127.0.0.1:${server.port}` };
  }

  /** An onOpen that does not end by itself, and keeps what it was given. */
  function holding(): {
    readonly onOpen: (session: Opening) => Promise<void>;
    readonly session: Promise<Opening>;
    readonly accept: () => void;
  } {
    let accept = (): void => undefined;
    const accepted = new Promise<void>((resolve) => (accept = resolve));
    let give: (session: Opening) => void = () => undefined;
    const session = new Promise<Opening>((resolve) => (give = resolve));
    return {
      onOpen: (each) => {
        give(each);
        return accepted;
      },
      session,
      accept: () => {
        accept();
      },
    };
  }

  const endingOf = async ({ endings }: Told): Promise<Ending> => {
    await until(() => expect(endings).toHaveLength(1));
    const [ending] = endings;
    if (ending === undefined) throw new Error('not ended');
    return ending;
  };

  const turns = async (): Promise<void> => {
    for (let each = 0; each < 5; each += 1) await new Promise(setImmediate);
  };

  describe('its way', () => {
    it('should be told as far as it has come', async () => {
      const server = await serving(createWssServer());
      const { line, told } = startWith(server.url);
      expect(line.progress).toEqual({ phase: 'options', uptime: 0 });
      expect([
        line.isConnected,
        line.send(Buffer.from('early'), false),
        line.bufferedAmount,
      ]).toEqual([false, false, 0]);
      clock.advance(70);
      await reached(told, 'opened');
      const target = `127.0.0.1:${server.port}`;
      expect(told.opened).toEqual([
        { info: { since: 70, target, address: target, protocol: '' }, messages: [] },
      ]);
      expect(told.log).toEqual(['opened']);
      clock.advance(30);
      expect(line.progress).toEqual({ phase: 'open', target, uptime: 30 });
      expect([line.isConnected, line.send(Buffer.from('one'), false), line.intercept]).toEqual([
        true,
        true,
        undefined,
      ]);
      const peer = await server.nextConnection();
      expect(await peer.nextMessage()).toMatchObject({ text: 'one' });
    });

    it('should be told as far as an attempt has come', async () => {
      const server = await serving(createRawServer(() => undefined));
      const { line } = startWith(server.url);
      await until(() => expect(server.connections).toHaveLength(1));
      expect(line.progress).toEqual({ phase: 'upgrade', target: server.authority, uptime: 0 });
    });

    it('should end with the failure of the attempt', async () => {
      const server = await createRawServer(() => undefined);
      await server.close();
      const { told } = startWith(server.url);
      expect(await endingOf(told)).toMatchObject({ _tag: 'NetworkFailed', kind: 'refused' });
      expect(told.log).toEqual(['ended']);
    });

    it('should end with what becomes of the connection', async () => {
      const { told, peer, line } = await connected({ heartbeat: {}, idleTimeout: 1_000 });
      clock.advance(30);
      void peer.close(1012, 'restart');
      expect(await endingOf(told)).toMatchObject({ _tag: 'Closed', code: 1012, uptime: 30 });
      expect(line.send(Buffer.from('late'), false)).toBe(false);
      expect(clock.pending).toBe(0);
    });

    it('should know what was sent and not handed to the system yet', async () => {
      const { line, peer } = await connected();
      peer.pause();
      for (let each = 0; each < 32; each += 1) line.send(Buffer.alloc(1024 * 1024), true);
      expect(line.bufferedAmount).toBeGreaterThan(1024 * 1024);
    });
  });

  describe('onOpen', () => {
    it('should have the connection before anybody else', async () => {
      const { onOpen, session, accept } = holding();
      const { line, told, peer, target } = await connected({ onOpen }, 'OpeningStarted');
      const { attempt, connection, info, send, receive } = await session;
      const known = { target, address: target, protocol: '' };
      expect({ attempt, connection, info }).toEqual({ attempt: 3, connection: 2, info: known });
      expect(told.events).toEqual([{ _tag: 'OpeningStarted', info: known }]);
      clock.advance(500);
      expect(line.progress).toEqual({ phase: 'opening', target, uptime: 0 });
      expect(line.send(Buffer.from('early'), false)).toBe(false);
      send('log in');
      expect(await peer.nextMessage()).toMatchObject({ text: '"log in"' });
      expect(told.sent).toEqual([8]);
      await peer.send('"before"');
      await peer.send('"welcome"');
      expect(await receive((each) => each === 'welcome')).toBe('welcome');
      accept();
      await reached(told, 'opened');
      expect(told.opened).toEqual([{ info: { ...known, since: 500 }, messages: ['before'] }]);
      await peer.send('"after"');
      await until(() => expect(told.messages).toEqual(['after']));
      expect(line.send(Buffer.from('now'), false)).toBe(true);
    });

    it('should lose a connection that is lost', async () => {
      const { onOpen, session } = holding();
      const { told, peer } = await connected({ onOpen, openTimeout: 100 }, 'OpeningStarted');
      const { signal, receive } = await session;
      const receiving = receive().catch((reason: unknown) => reason);
      clock.advance(70);
      peer.terminate();
      const expected = { _tag: 'NetworkFailed', kind: 'reset', phase: 'opening', uptime: 0 };
      expect(await endingOf(told)).toMatchObject(expected);
      expect(signal.reason).toEqual(new Error('The connection is over'));
      expect(await receiving).toBe(signal.reason);
      expect(told.log).toEqual(['OpeningStarted', 'ended']);
      expect(clock.pending).toBe(0);
    });

    it('should be told as opened never when it is over before onOpen is', async () => {
      const { onOpen, session, accept } = holding();
      const { told, peer } = await connected({ onOpen }, 'OpeningStarted');
      await session;
      void peer.close(4001, 'no');
      expect(await endingOf(told)).toMatchObject({
        _tag: 'Closed',
        by: 'server',
        phase: 'opening',
      });
      accept();
      await turns();
      expect(told.opened).toEqual([]);
    });

    it('should have its time', async () => {
      const { onOpen, session, accept } = holding();
      const { told, peer, target } = await connected(
        { onOpen, openTimeout: 250 },
        'OpeningStarted',
      );
      const { signal } = await session;
      clock.advance(250);
      expect(signal.aborted).toBe(true);
      expect(told.events.at(-1)).toEqual({ _tag: 'CloseStarted', code: 1001, reason: '' });
      expect(await peer.closed).toEqual({ code: 1001, reason: '' });
      expect(await endingOf(told)).toEqual({
        _tag: 'TimedOut',
        by: 'policy',
        phase: 'opening',
        option: 'openTimeout',
        limit: 250,
        uptime: 0,
        target,
      });
      accept();
      await turns();
      expect(told.log).toEqual(['OpeningStarted', 'CloseStarted', 'ended']);
    });

    it.each<[string, unknown, { readonly code: number; readonly reason: string }]>([
      ['an error', new Error('wrong password'), { code: 1008, reason: '' }],
      ['undefined', undefined, { code: 1008, reason: '' }],
      ['a close request', { code: 4001, reason: 'bye' }, { code: 4001, reason: 'bye' }],
      ['a close request without a reason', { code: 1000 }, { code: 1000, reason: '' }],
      [
        'an error with a code, which is no request',
        Object.assign(new Error('x'), { code: 4001 }),
        { code: 1008, reason: '' },
      ],
    ])('should refuse it with %s', async (_name, cause, order) => {
      const onOpen = (): never => {
        throw cause;
      };
      const { told, peer, target } = await connected({ onOpen }, 'CloseStarted');
      expect(await peer.closed).toEqual(order);
      expect(await endingOf(told)).toEqual({
        _tag: 'OpeningRefused',
        by: 'policy',
        phase: 'opening',
        ...order,
        uptime: 0,
        target,
        cause,
      });
      expect(told.events.at(-1)).toEqual({ _tag: 'CloseStarted', ...order });
      expect(told.faults).toEqual([]);
    });

    it('should be at fault with a close request that the protocol does not allow', async () => {
      const onOpen = (): never => {
        // eslint-disable-next-line @typescript-eslint/only-throw-error -- It is documented.
        throw { code: 1005, reason: '' };
      };
      const { told } = await connected({ onOpen }, 'faulted', (what, line) => {
        if (what === 'faulted') line.close({ code: 1011, reason: '' });
      });
      expect(told.faults).toEqual([expect.any(OptionRangeError)]);
      expect(told.faults).toMatchObject([{ option: 'onOpen.code' }]);
      expect(await endingOf(told)).toMatchObject({ _tag: 'Closed', by: 'client', code: 1011 });
      expect(told.opened).toEqual([]);
    });

    it.each(['refuse', 'time out'])('should be told no message after it: %s', async (how) => {
      const { onOpen } = holding();
      const { told, peer } = await connected(
        {
          onOpen: how === 'refuse' ? () => Promise.reject(new Error('x')) : onOpen,
          openTimeout: 9,
        },
        'OpeningStarted',
      );
      if (how === 'time out') clock.advance(9);
      await reached(told, 'CloseStarted');
      for (let each = 0; each < 10; each += 1) await peer.send('"late"').catch(() => undefined);
      await endingOf(told);
      expect(told.messages).toEqual([]);
    });

    it.each<[string, (line: AnyLine) => void]>([
      ['closed', (line) => line.close(NORMAL_CLOSE)],
      ['torn down', (line) => line.fail(ENDINGS.TimedOut)],
    ])('should not be called for a connection that is %s as it begins', async (_name, end) => {
      const onOpen = vi.fn();
      const { told } = await connected({ onOpen, openTimeout: 100 }, 'ended', (what, line) => {
        if (what === 'OpeningStarted') end(line);
      });
      expect(onOpen).not.toHaveBeenCalled();
      expect(clock.pending).toBe(0);
      expect(told.opened).toEqual([]);
    });

    it('should lose nothing of a server that sends more than can wait', async () => {
      const { onOpen, session, accept } = holding();
      const pause = vi.spyOn(Connection.prototype, 'pause');
      const { told, peer } = await connected({ onOpen }, 'OpeningStarted');
      await session;
      const all = Array.from({ length: 3_000 }, (_, index) => index);
      const padding = 'x'.repeat(500);
      for (const each of all) void peer.send(JSON.stringify([each, padding]));
      await until(() => expect(pause).toHaveBeenCalled());
      accept();
      const came = (): readonly unknown[] => [
        ...told.opened.flatMap(({ messages }) => messages),
        ...told.messages,
      ];
      await until(() => expect(came()).toHaveLength(3_000));
      expect(came()).toEqual(all.map((each) => [each, padding]));
      const [opened] = told.opened;
      expect(opened?.messages.length).toBeGreaterThanOrEqual(1_000);
      expect(opened?.messages.length).toBeLessThan(3_000);
    });
  });

  describe('a close during onOpen', () => {
    const order = { code: 4000, reason: 'mine' };

    it('should take the connection away from it', async () => {
      const { onOpen, session, accept } = holding();
      const { line, told, peer } = await connected({ onOpen, openTimeout: 99 }, 'OpeningStarted');
      const { signal, receive, send } = await session;
      const receiving = receive().catch((reason: unknown) => reason);
      line.close(order);
      line.close(NORMAL_CLOSE);
      expect(told.events.at(-1)).toEqual({ _tag: 'CloseStarted', ...order });
      expect(signal.reason).toEqual(new Error('The connection is being closed'));
      expect(await receiving).toBe(signal.reason);
      expect(() => {
        send('late');
      }).toThrow(signal.reason as Error);
      accept();
      expect(await peer.closed).toEqual(order);
      expect(await endingOf(told)).toMatchObject({ _tag: 'Closed', wasClean: true, uptime: 0 });
      expect(told.log).toEqual(['OpeningStarted', 'CloseStarted', 'ended']);
    });

    // Messages come on the stream "once the connection is open" (OpeningSession.receive).
    it('should let no message through to the stream', async () => {
      const { onOpen, session } = holding();
      const { line, told, peer } = await connected({ onOpen }, 'OpeningStarted');
      await session;
      peer.pause();
      line.close(order);
      for (let each = 0; each < 10; each += 1) await peer.send('"secret"');
      peer.resume();
      await endingOf(told);
      expect(told.messages).toEqual([]);
    });

    it('should be answered also when so much waits that nothing is read', async () => {
      const { onOpen, session } = holding();
      const pause = vi.spyOn(Connection.prototype, 'pause');
      const { line, told, peer } = await connected({ onOpen, closeTimeout: 300 }, 'OpeningStarted');
      await session;
      const padding = 'x'.repeat(500);
      for (let each = 0; each < 3_000; each += 1) void peer.send(JSON.stringify(padding));
      await until(() => expect(pause).toHaveBeenCalled());
      line.close(order);
      expect(await endingOf(told)).toMatchObject({ _tag: 'Closed', by: 'client', wasClean: true });
    });
  });

  describe('the heartbeat', () => {
    const heartbeat = { interval: 100, timeout: 50 };

    it('should begin before onOpen, with pings', async () => {
      const { onOpen, session, accept } = holding();
      const { told, peer } = await connected({ onOpen, heartbeat }, 'OpeningStarted');
      await session;
      clock.advance(99);
      expect(told.log).toEqual(['OpeningStarted']);
      clock.advance(1);
      await reached(told, 'PongReceived');
      expect(told.log).toEqual(['OpeningStarted', 'pinged', 'PongReceived']);
      expect(told.events.at(-1)).toEqual({ _tag: 'PongReceived', rtt: 0 });
      accept();
      await reached(told, 'opened');
      clock.advance(100);
      await reached(told, 'PongReceived', 2);
      expect(peer.pings).toBe(2);
      expect(told.sent).toEqual([]);
    });

    it('should tell how long the answer took', async () => {
      const { told, peer } = await connected({ heartbeat });
      peer.pause();
      clock.advance(100);
      clock.advance(30);
      peer.resume();
      await reached(told, 'PongReceived');
      expect(told.events.at(-1)).toEqual({ _tag: 'PongReceived', rtt: 30 });
    });

    it.each(['opening', 'open'] as const)(
      'should tear down a line that is silent: %s',
      async (phase) => {
        const server = await silent();
        const { onOpen, session } = holding();
        const { told, line } = startWith(
          server.url,
          phase === 'opening' ? { heartbeat, onOpen, openTimeout: 1_000 } : { heartbeat },
        );
        await reached(told, phase === 'opening' ? 'OpeningStarted' : 'opened');
        if (phase === 'opening') await session;
        clock.advance(150);
        clock.advance(0);
        expect(line.send(Buffer.from('late'), false)).toBe(false);
        if (phase === 'opening') expect((await session).signal.aborted).toBe(true);
        expect(await endingOf(told)).toEqual({
          _tag: 'TimedOut',
          by: 'policy',
          phase,
          option: 'heartbeat.timeout',
          limit: 50,
          uptime: phase === 'opening' ? 0 : 150,
          target: server.authority,
        });
        expect(told.log).not.toContain('CloseStarted');
        expect(clock.pending).toBe(0);
        await server.connections[0]?.closed;
      },
    );

    it.each(['close', 'fail', 'the end'])('should end with %s', async (how) => {
      const { line, told, peer } = await connected({ heartbeat, idleTimeout: 1_000 });
      expect(clock.pending).toBe(2);
      if (how === 'close') line.close(NORMAL_CLOSE);
      else if (how === 'fail') line.fail(ENDINGS.TimedOut);
      else void peer.close(1000);
      if (how === 'the end') await endingOf(told);
      expect(clock.pending).toBe(0);
      clock.advance(10_000);
      await endingOf(told);
      expect(told.log).not.toContain('pinged');
    });

    describe('of messages', () => {
      const message = (): unknown => 'ping';
      const isAnswer = (each: unknown): boolean => each === 'pong';

      it('should begin when onOpen is over, and not before', async () => {
        const { onOpen, session, accept } = holding();
        const { told, peer } = await connected(
          { onOpen, heartbeat: { ...heartbeat, message } },
          'OpeningStarted',
        );
        await session;
        clock.advance(10_000);
        expect([told.sent, told.log]).toEqual([[], ['OpeningStarted']]);
        accept();
        await reached(told, 'opened');
        clock.advance(99);
        expect(told.sent).toEqual([]);
        clock.advance(1);
        expect(told.log.at(-1)).toBe('pinged');
        expect(told.sent).toEqual([6]);
        expect(await peer.nextMessage()).toMatchObject({ text: '"ping"', isBinary: false });
        expect(peer.pings).toBe(0);
      });

      it('should keep its answers from the stream, and nothing else', async () => {
        const { told, peer } = await connected({ heartbeat: { ...heartbeat, message, isAnswer } });
        clock.advance(100);
        await peer.nextMessage();
        clock.advance(20);
        for (const each of ['"one"', '"pong"', '"two"', '"pong"']) await peer.send(each);
        await until(() => expect(told.messages).toEqual(['one', 'two']));
        await turns();
        expect(told.messages).toEqual(['one', 'two']);
        const pongs = told.events.filter(({ _tag }) => _tag === 'PongReceived');
        expect(pongs).toEqual([{ _tag: 'PongReceived', rtt: 20 }]);
      });

      it('should take any message for an answer without isAnswer, and leave it to the stream', async () => {
        const { told, peer } = await connected({ heartbeat: { ...heartbeat, message } });
        clock.advance(100);
        await peer.send('"news"');
        await reached(told, 'PongReceived');
        expect(told.messages).toEqual(['news']);
        clock.advance(50);
        clock.advance(0);
        expect(told.endings).toEqual([]);
      });

      it('should find a server dead that does not answer, whatever else it sends', async () => {
        const { told, peer } = await connected({ heartbeat: { ...heartbeat, message, isAnswer } });
        clock.advance(100);
        await peer.send('"news"');
        void peer.ping();
        await until(() => expect(told.messages).toEqual(['news']));
        clock.advance(50);
        clock.advance(0);
        expect(await endingOf(told)).toMatchObject({
          _tag: 'TimedOut',
          option: 'heartbeat.timeout',
        });
      });

      const bug = new RangeError('a bug');
      const faulty = (): never => {
        throw bug;
      };

      it.each<[string, unknown, () => unknown]>([
        ['throws', bug, faulty],
        ['does not encode', expect.any(EncodeError), () => 1n],
      ])('should tell of a message that %s', async (_name, error, giving) => {
        const { told, line } = await connected({ heartbeat: { ...heartbeat, message: giving } });
        clock.advance(100);
        expect(told.faults).toEqual([error]);
        expect(told.sent).toEqual([]);
        line.close(NORMAL_CLOSE);
        await endingOf(told);
      });

      it('should not tell of a ping for which it was closed', async () => {
        const { told } = await connected(
          { heartbeat: { ...heartbeat, message: faulty } },
          'opened',
          (what, line) => {
            if (what === 'faulted') line.close({ code: 1011, reason: '' });
          },
        );
        clock.advance(100);
        await endingOf(told);
        expect(told.log).toEqual(['opened', 'faulted', 'CloseStarted', 'ended']);
      });

      it('should tell of an isAnswer that throws, and take the message for none', async () => {
        const { told, peer } = await connected({
          heartbeat: { ...heartbeat, message, isAnswer: faulty },
        });
        clock.advance(100);
        await peer.send('"pong"');
        await reached(told, 'faulted');
        expect(told.faults).toEqual([bug]);
        expect(told.log).not.toContain('PongReceived');
      });

      it('should send nothing more once the server has begun to close', async () => {
        const server = await serving(
          createRawServer(async ({ socket }) => {
            acceptUpgrade(socket, await readRequestHead(socket), {});
            const last = frame({ opcode: 1, payload: '"last"' });
            socket.write(Buffer.concat([last, frame({ opcode: 8, payload: closePayload(1012) })]));
          }),
        );
        const taken: boolean[] = [];
        const { line, told } = startWith(server.url, {
          heartbeat: {
            ...heartbeat,
            message,
            isAnswer: () => {
              // When the close that came along has been read, and before the line is over.
              queueMicrotask(() => {
                taken.push(line.send(Buffer.from('late'), false));
                clock.advance(100);
              });
              return false;
            },
          },
        });
        await endingOf(told);
        expect(taken).toEqual([false]);
        expect(told.sent).toEqual([]);
      });
    });
  });

  describe('the idle timeout', () => {
    const idleTimeout = 1_000;

    it('should close with 1001, and end with what ran out', async () => {
      const { line, told, peer, target } = await connected({ idleTimeout });
      clock.advance(999);
      expect(told.log).toEqual(['opened']);
      clock.advance(1);
      clock.advance(0);
      expect(told.events.at(-1)).toEqual({ _tag: 'CloseStarted', code: 1001, reason: '' });
      expect(line.send(Buffer.from('late'), false)).toBe(false);
      await peer.send('"late"').catch(() => undefined);
      expect(await peer.closed).toEqual({ code: 1001, reason: '' });
      expect(await endingOf(told)).toEqual({
        _tag: 'TimedOut',
        by: 'policy',
        phase: 'open',
        option: 'idleTimeout',
        limit: 1_000,
        uptime: 1_000,
        target,
      });
      expect(told.messages).toEqual([]);
    });

    it('should begin with the latest message', async () => {
      const { told, peer } = await connected({ idleTimeout });
      clock.advance(700);
      await peer.send('"one"');
      await until(() => expect(told.messages).toEqual(['one']));
      clock.advance(999);
      clock.advance(0);
      expect(told.log).toEqual(['opened']);
      clock.advance(1);
      clock.advance(0);
      expect(told.log).toEqual(['opened', 'CloseStarted']);
    });

    it('should not be held off by pongs', async () => {
      const { told } = await connected({ idleTimeout, heartbeat: { interval: 400, timeout: 300 } });
      for (const times of [1, 2]) {
        clock.advance(400);
        await reached(told, 'PongReceived', times);
      }
      clock.advance(200);
      clock.advance(0);
      expect(await endingOf(told)).toMatchObject({ option: 'idleTimeout' });
    });

    it('should hold during onOpen as well', async () => {
      const { onOpen, session } = holding();
      const { told, peer } = await connected({ onOpen, idleTimeout }, 'OpeningStarted');
      const { signal, receive } = await session;
      clock.advance(700);
      await peer.send('"one"');
      await receive();
      clock.advance(999);
      clock.advance(0);
      expect(signal.aborted).toBe(false);
      clock.advance(1);
      clock.advance(0);
      expect(signal.aborted).toBe(true);
      expect(await endingOf(told)).toMatchObject({ option: 'idleTimeout', phase: 'opening' });
    });

    it('should be none with Infinity', async () => {
      const schedule = vi.spyOn(clock, 'schedule');
      await connected({ idleTimeout: Infinity });
      expect(schedule).not.toHaveBeenCalled();
    });
  });

  describe('judge', () => {
    it('should close for a message, and end with it', async () => {
      const { told, peer, target } = await connected({ onRejected: 'fail' });
      clock.advance(30);
      await peer.send('no JSON');
      expect(await peer.closed).toEqual({ code: 1007, reason: '' });
      expect(await endingOf(told)).toMatchObject({
        _tag: 'MessageRejected',
        phase: 'open',
        uptime: 30,
        code: 1007,
        target,
      });
      expect(told.log).toEqual(['opened', 'CloseStarted', 'ended']);
    });

    it('should take the connection away from onOpen, and say that it was there', async () => {
      const { onOpen, session } = holding();
      const { told, peer } = await connected({ onOpen, onRejected: 'fail' }, 'OpeningStarted');
      const { signal } = await session;
      await peer.send('no JSON');
      const ending = await endingOf(told);
      expect(signal.aborted).toBe(true);
      expect(ending).toMatchObject({ _tag: 'MessageRejected', phase: 'opening', uptime: 0 });
    });

    it('should leave a connection to onOpen where the rule says so', async () => {
      const { onOpen, session, accept } = holding();
      const { told, peer } = await connected({ onOpen }, 'OpeningStarted');
      const { receive } = await session;
      await peer.send('no JSON');
      await peer.send('"welcome"');
      expect(await receive()).toBe('welcome');
      accept();
      await reached(told, 'opened');
      expect(told.opened).toMatchObject([{ messages: [] }]);
    });

    it('should tell of a rule that throws', async () => {
      const bug = new RangeError('a bug');
      const onRejected = (): never => {
        throw bug;
      };
      const { told, peer } = await connected({ onRejected });
      await peer.send('no JSON');
      await reached(told, 'faulted');
      expect(told.faults).toEqual([bug]);
    });

    it('should not ask without a connection, nor once it closes', async () => {
      const onRejected = vi.fn(() => 'fail' as const);
      const server = await serving(createWssServer());
      const { line, told } = startWith(server.url, { onRejected });
      line.judge(ENDINGS.MessageRejected.failure);
      await reached(told, 'opened');
      line.close(NORMAL_CLOSE);
      line.judge(ENDINGS.MessageRejected.failure);
      await endingOf(told);
      line.judge(ENDINGS.MessageRejected.failure);
      expect(onRejected).not.toHaveBeenCalled();
    });
  });

  describe('close', () => {
    it('should do nothing without a connection', async () => {
      const server = await serving(createRawServer(() => undefined));
      const { line, told } = startWith(server.url);
      await until(() => expect(server.connections).toHaveLength(1));
      line.close(NORMAL_CLOSE);
      await turns();
      expect(told.log).toEqual([]);
      line.cancel();
    });

    it('should leave messages to the stream until it is answered', async () => {
      const { line, told, peer } = await connected();
      peer.pause();
      line.close(NORMAL_CLOSE);
      await peer.send('"last"');
      peer.resume();
      await endingOf(told);
      expect(told.messages).toEqual(['last']);
    });

    it('should keep the answer to the heartbeat from the stream all the same', async () => {
      const isAnswer = vi.fn((each: unknown) => {
        if (each === 'odd') throw new RangeError('a bug');
        return each === 'pong';
      });
      const heartbeat = { interval: 100, message: () => 'ping', isAnswer };
      const { line, told, peer } = await connected({ heartbeat });
      clock.advance(100);
      await peer.nextMessage();
      peer.pause();
      line.close(NORMAL_CLOSE);
      for (const each of ['"pong"', '"last"', '"odd"']) await peer.send(each);
      peer.resume();
      await endingOf(told);
      expect(told.messages).toEqual(['last', 'odd']);
      expect(told.faults).toEqual([new RangeError('a bug')]);
      expect(told.log).not.toContain('PongReceived');
    });

    it('should do nothing once it is over', async () => {
      const { line, told, peer } = await connected();
      void peer.close(1000);
      await endingOf(told);
      line.close(NORMAL_CLOSE);
      expect(told.log).toEqual(['opened', 'ended']);
    });
  });

  describe('fail', () => {
    const verdict = ENDINGS.TimedOut;

    it('should tear the connection down, and tell the verdict later', async () => {
      const { line, told, peer } = await connected();
      line.fail(verdict);
      expect(told.log).toEqual(['opened']);
      expect(line.send(Buffer.from('late'), false)).toBe(false);
      expect(await endingOf(told)).toBe(verdict);
      expect(await peer.closed).toMatchObject({ code: 1006 });
      expect(told.log).toEqual(['opened', 'ended']);
    });

    it('should cut a closing handshake short', async () => {
      const { line, told, peer } = await connected();
      peer.pause();
      line.close(NORMAL_CLOSE);
      line.fail(verdict);
      expect(await endingOf(told)).toBe(verdict);
    });

    it('should not begin a close after it', async () => {
      const { line, told } = await connected();
      line.fail(verdict);
      line.close(NORMAL_CLOSE);
      expect(await endingOf(told)).toBe(verdict);
      expect(told.log).toEqual(['opened', 'ended']);
    });

    it('should do nothing without a connection', async () => {
      const server = await serving(createRawServer(() => undefined));
      const { line, told } = startWith(server.url);
      await until(() => expect(server.connections).toHaveLength(1));
      line.fail(verdict);
      await turns();
      expect(told.log).toEqual([]);
      line.cancel();
    });
  });

  describe('cancel', () => {
    it('should give up an attempt without a word', async () => {
      const server = await serving(createRawServer(() => undefined));
      const { line, told } = startWith(server.url);
      await until(() => expect(server.connections).toHaveLength(1));
      line.cancel();
      await server.connections[0]?.closed;
      await turns();
      expect(told.log).toEqual([]);
    });
  });

  it.each<[string, (line: AnyLine) => void]>([
    ['close', (line) => line.close(NORMAL_CLOSE)],
    ['fail', (line) => line.fail(ENDINGS.TimedOut)],
  ])('should be in order when it is ended as it opens: %s', async (_name, end) => {
    const { told, line } = await connected(
      { heartbeat: { interval: 100, message: () => 'ping' }, idleTimeout: 1_000 },
      'ended',
      (what, self) => {
        if (what === 'opened') end(self);
      },
    );
    expect(clock.pending).toBe(0);
    expect(line.intercept).toBeUndefined();
    expect(told.log.filter((each) => each === 'opened')).toHaveLength(1);
  });
});
