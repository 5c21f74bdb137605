import * as t from 'io-ts';
import { describe, expect, it } from 'vitest';

import { constantBackoff, json, text, TimeoutError, webSocket } from '../../src/index.js';
import type { OpenState, SocketOptions, SocketSubject } from '../../src/index.js';
import { frame } from '../../src/testing/index.js';
import type {
  FaultDirection,
  Relay,
  RelayConnection,
  WssConnection,
  WssServer,
  WssServerOptions,
} from '../../src/testing/index.js';
import { brief } from './support/brief.js';
import { activeResources, nothingLeftSince } from './support/leaks.js';
import { useNoUncaught } from './support/no-uncaught.js';
import { opened, textsOf } from './support/opened.js';
import { afterUpgrade, frameFrom, framesOf } from './support/peer.js';
import { useServers } from './support/servers.js';
import { until, within } from './support/until.js';
import { inState, stateOf, statesOf, watch } from './support/watch.js';

const servers = useServers();
useNoUncaught();

const soon = constantBackoff({ delay: 1 });

/** What a busy machine may take on top of any time, in milliseconds. */
const MARGIN = 1_500;

type TextSocket = SocketSubject<string, string>;
type Options = Omit<Partial<SocketOptions<string, string>>, 'codec' | 'url'>;

const pause = (time: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, time));

/** A socket on an open connection through a relay. */
async function throughRelay(
  options: Options,
  serverOptions?: WssServerOptions,
): Promise<{
  readonly server: WssServer;
  readonly socket: TextSocket;
  readonly seen: ReturnType<typeof watch<string>>;
  readonly peer: WssConnection;
  readonly line: RelayConnection;
  readonly relay: Relay;
}> {
  const server = await servers.wss(serverOptions);
  const relay = await servers.relay({ target: { port: server.port }, scheme: 'ws' });
  const socket = webSocket({ url: relay.url, ...options, codec: text() });
  const seen = watch(socket);
  const peer = await opened(server, socket);
  return { server, socket, seen, peer, line: await relay.nextConnection(), relay };
}

/** A socket on an open connection. */
async function direct(
  options: Options,
  serverOptions?: WssServerOptions,
): Promise<{
  readonly server: WssServer;
  readonly socket: TextSocket;
  readonly seen: ReturnType<typeof watch<string>>;
  readonly peer: WssConnection;
}> {
  const server = await servers.wss(serverOptions);
  const socket = webSocket({ url: server.url, ...options, codec: text() });
  const seen = watch(socket);
  return { server, socket, seen, peer: await opened(server, socket) };
}

describe('a line that goes silent', () => {
  it.each<FaultDirection>(['both', 'toServer', 'toClient'])(
    'should be found within interval and timeout, and replaced: %s',
    async (direction) => {
      const { server, socket, seen, line } = await throughRelay({
        heartbeat: { interval: 60, timeout: 80 },
        reconnect: soon,
      });
      const states = statesOf(socket);
      const from = performance.now();
      line.setFaults([{ _tag: 'Blackhole', direction }]);
      const next = await opened(server, socket);
      const took = performance.now() - from;
      expect(took).toBeGreaterThan(80 - 20);
      expect(took).toBeLessThan(60 + 80 + MARGIN);
      const waiting = states.find((state) => state._tag === 'Waiting');
      expect(waiting?.ending).toMatchObject({
        _tag: 'TimedOut',
        by: 'policy',
        phase: 'open',
        option: 'heartbeat.timeout',
        limit: 80,
      });
      await next.send('back');
      await seen.received(1);
      socket.next('hello');
      expect((await next.nextMessage()).text).toBe('hello');
      socket.terminate();
    },
  );

  it('should fail the stream without a policy, and leave nothing', async () => {
    const { socket, seen, line } = await throughRelay({ heartbeat: { interval: 30, timeout: 30 } });
    line.setFaults([{ _tag: 'Blackhole' }]);
    const error = await seen.failure();
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toMatchObject({ code: 'ERR_WSS_HEARTBEAT_TIMEOUT' });
    expect(brief(error.ending)).toEqual({
      _tag: 'TimedOut',
      by: 'policy',
      phase: 'open',
      option: 'heartbeat.timeout',
      limit: 30,
    });
    expect(stateOf(socket)).toEqual({ _tag: 'Closed', ending: error.ending });
    // What the relay swallowed of the end is passed on now.
    line.setFaults([]);
    await within('the line', line.closed);
  });

  it('should be found while much waits to be sent', async () => {
    const { socket, seen, line } = await throughRelay({ heartbeat: { interval: 50, timeout: 80 } });
    line.setFaults([{ _tag: 'Bandwidth', bytesPerSecond: 0 }]);
    const from = performance.now();
    for (let each = 0; each < 12; each += 1) socket.next('x'.repeat(1024 * 1024));
    expect((await seen.failure()).ending).toMatchObject({ option: 'heartbeat.timeout' });
    expect(performance.now() - from).toBeLessThan(130 + MARGIN);
  });

  it('should be found while onOpen has the connection', async () => {
    const server = await servers.wss();
    const relay = await servers.relay({ target: { port: server.port }, scheme: 'ws' });
    const socket = webSocket({
      url: relay.url,
      codec: text(),
      heartbeat: { interval: 30, timeout: 30 },
      openTimeout: Infinity,
      onOpen: () => new Promise<void>(() => undefined),
    });
    const seen = watch(socket);
    await inState(socket, 'Opening');
    (await relay.nextConnection()).setFaults([{ _tag: 'Blackhole' }]);
    expect((await seen.failure()).ending).toMatchObject({
      option: 'heartbeat.timeout',
      phase: 'opening',
      uptime: 0,
    });
  });
});

describe('the round trip', () => {
  it('should be told in the state, on rtt and in the stats', async () => {
    const { socket, seen, line } = await throughRelay({
      heartbeat: { interval: 40, timeout: 5_000 },
    });
    const rtts = watch(socket.rtt);
    const states = statesOf(socket);
    await rtts.received(2);
    const fast = Math.min(...rtts.values);
    line.setFaults([{ _tag: 'Latency', delay: 60, direction: 'toClient' }]);
    const { length } = rtts.values;
    await rtts.received(length + 2);
    const slow = rtts.values.at(-1) ?? 0;
    expect(slow).toBeGreaterThanOrEqual(50);
    expect(slow).toBeLessThan(60 + MARGIN);
    expect(fast).toBeLessThan(slow);
    const opens = states.filter((state): state is OpenState => state._tag === 'Open');
    expect(opens[0]).not.toHaveProperty('rtt');
    expect(opens.slice(1).map(({ rtt }) => rtt)).toEqual(rtts.values);
    const { rtt, ...first } = opens.at(-1) ?? opens[0] ?? {};
    expect(rtt).toBe(slow);
    expect(first).toEqual(opens[0]);
    const { pings, pongs, rtt: latest } = socket.stats();
    expect(latest).toBe(slow);
    expect(pongs).toBe(rtts.values.length);
    expect(pings).toBeGreaterThanOrEqual(pongs);
    seen.subscription.unsubscribe();
    expect(rtts.outcomes).toEqual([]);
  });

  it('should not be told of a pong that answers nothing', async () => {
    const server = await servers.raw(
      afterUpgrade(async (connection) => {
        const write = (payload: string | Uint8Array): void => {
          connection.socket.write(frame({ opcode: 10, payload }));
        };
        write('unasked');
        const ping = await frameFrom(connection, 9);
        write('other');
        write(ping.payload);
        write(ping.payload);
      }),
    );
    const socket = webSocket({
      url: server.url,
      codec: text(),
      heartbeat: { interval: 50, timeout: Infinity },
    });
    const rtts = watch(socket.rtt);
    watch(socket);
    await rtts.received(1);
    await pause(20);
    expect(rtts.values).toHaveLength(1);
    socket.terminate();
  });

  it('should not dial, and go on over connections', async () => {
    const server = await servers.wss();
    const socket = webSocket({
      url: server.url,
      codec: text(),
      heartbeat: { interval: 10, timeout: 5_000 },
      reconnect: soon,
    });
    const rtts = watch(socket.rtt);
    await pause(20);
    expect(server.requests).toEqual([]);
    watch(socket);
    const first = await opened(server, socket);
    await rtts.received(1);
    first.terminate();
    await opened(server, socket);
    await rtts.received(rtts.values.length + 1);
    socket.terminate();
    await inState(socket, 'Closed');
    expect(rtts.outcomes).toEqual([]);
  });
});

describe('a line that is slow', () => {
  it('should live while bytes trickle in, though the pong comes late', async () => {
    const { socket, seen, peer, line } = await throughRelay(
      { heartbeat: { interval: 40, timeout: 150 } },
      { answersPings: false },
    );
    line.setFaults([{ _tag: 'Bandwidth', bytesPerSecond: 2_000, direction: 'toClient' }]);
    void peer.send('x'.repeat(2_000));
    const [value] = await seen.received(1);
    expect(value).toHaveLength(2_000);
    expect(stateOf(socket)._tag).toBe('Open');
    // Without bytes it is a dead one.
    expect((await seen.failure()).ending).toMatchObject({ option: 'heartbeat.timeout' });
  });

  it('should live in slices of a byte', async () => {
    const { socket, seen, peer, line } = await throughRelay({
      heartbeat: { interval: 20, timeout: 200 },
    });
    line.setFaults([{ _tag: 'Slices', size: 1 }]);
    const rtts = watch(socket.rtt);
    for (let each = 0; each < 20; each += 1) await peer.send(`message ${each}`);
    await seen.received(20);
    await rtts.received(5);
    expect(stateOf(socket)._tag).toBe('Open');
    socket.terminate();
  });

  it('should live with a latency that is longer than the interval', async () => {
    const { socket, line } = await throughRelay({ heartbeat: { interval: 20, timeout: 600 } });
    const rtts = watch(socket.rtt);
    line.setFaults([{ _tag: 'Latency', delay: 60 }]);
    await rtts.received(4);
    expect(stateOf(socket)._tag).toBe('Open');
    expect(rtts.values.at(-1)).toBeGreaterThanOrEqual(110);
    socket.terminate();
  });

  it('should live through a short silence', async () => {
    const { socket, line } = await throughRelay({ heartbeat: { interval: 30, timeout: 600 } });
    const rtts = watch(socket.rtt);
    line.setFaults([{ _tag: 'Bandwidth', bytesPerSecond: 0 }]);
    await pause(150);
    line.setFaults([]);
    await rtts.received(rtts.values.length + 2);
    expect(stateOf(socket)._tag).toBe('Open');
    socket.terminate();
  });
});

describe('a process that is blocked', () => {
  it('should not take the line for dead, whose answer waits to be read', async () => {
    const { socket, seen, peer } = await direct({ heartbeat: { interval: 30, timeout: 60 } });
    const rtts = watch(socket.rtt);
    let blocked = 0;
    // The server's pong is in the system by then, and the time of the ping is over before it is read.
    const block = (): void => {
      blocked += 1;
      const end = performance.now() + 150;
      while (performance.now() < end);
    };
    peer.socket.on('data', block);
    await until('some blocks', () => blocked === 5);
    peer.socket.off('data', block);
    await rtts.received(rtts.values.length + 2);
    expect(Math.max(...rtts.values)).toBeGreaterThanOrEqual(140);
    expect(seen.outcomes).toEqual([]);
    expect(stateOf(socket)._tag).toBe('Open');
    socket.terminate();
  });

  it('should not take it for dead before its ping could be answered', async () => {
    const { socket, seen } = await throughRelay({ heartbeat: { interval: 30, timeout: 60 } });
    const rtts = watch(socket.rtt);
    for (let each = 0; each < 3; each += 1) {
      await rtts.received(rtts.values.length + 1);
      const end = performance.now() + 150;
      while (performance.now() < end);
    }
    await rtts.received(rtts.values.length + 2);
    expect(seen.outcomes).toEqual([]);
    socket.terminate();
  });
});

describe('a heartbeat of the application', () => {
  const Message = t.union([
    t.type({ op: t.literal('pong'), n: t.number }),
    t.type({ op: t.literal('tick'), price: t.number }),
  ]);

  it('should send messages, and keep their answers from the stream', async () => {
    let count = 0;
    const server = await servers.wss({
      onConnection: (connection) => {
        connection.onMessage((data) => {
          const { n } = JSON.parse(Buffer.from(data).toString()) as { n: number };
          void connection.send('{"op":"tick","price":7}');
          void connection.send(JSON.stringify({ op: 'pong', n }));
        });
      },
    });
    const socket = webSocket({
      url: server.url,
      codec: json({ incoming: Message }),
      heartbeat: {
        interval: 20,
        timeout: 5_000,
        message: () => ({ op: 'ping', n: (count += 1) }),
        isAnswer: ({ op }) => op === 'pong',
      },
    });
    const rtts = watch(socket.rtt);
    const [seen, decoded] = [watch(socket), watch(socket.decoded)];
    const connection = await opened(server, socket);
    await rtts.received(3);
    expect(connection.pings).toBe(0);
    expect(textsOf(connection).slice(0, 2)).toEqual(['{"op":"ping","n":1}', '{"op":"ping","n":2}']);
    expect(new Set(seen.values.map(({ op }) => op))).toEqual(new Set(['tick']));
    expect(decoded.values.length).toBe(seen.values.length);
    expect(socket.stats().messagesReceived).toBeGreaterThanOrEqual(6);
    socket.terminate();
  });

  it('should find a program that is dead behind a socket that lives', async () => {
    const { seen, peer } = await direct({
      heartbeat: {
        interval: 30,
        timeout: 60,
        message: () => 'ping',
        isAnswer: (m) => m === 'pong',
      },
    });
    // The line is alive, and says much.
    const timer = setInterval(() => {
      void peer.send('tick').catch(() => undefined);
      void peer.ping().catch(() => undefined);
    }, 5);
    const from = performance.now();
    const error = await seen.failure();
    clearInterval(timer);
    expect(error.ending).toMatchObject({ option: 'heartbeat.timeout', limit: 60 });
    expect(performance.now() - from).toBeLessThan(90 + MARGIN);
    expect(seen.values).toContain('tick');
  });

  it('should take any message for an answer without isAnswer, and leave it on the stream', async () => {
    const { socket, seen, peer } = await direct({
      heartbeat: { interval: 20, timeout: 80, message: () => 'ping' },
    });
    const rtts = watch(socket.rtt);
    const stop = peer.onMessage(() => void peer.send('anything'));
    await rtts.received(5);
    expect(seen.values.length).toBeGreaterThanOrEqual(5);
    expect(stateOf(socket)._tag).toBe('Open');
    stop();
    expect((await seen.failure()).ending).toMatchObject({ option: 'heartbeat.timeout' });
  });

  it('should not begin before onOpen is done', async () => {
    let letGo = (): void => undefined;
    const server = await servers.wss();
    const socket = webSocket({
      url: server.url,
      codec: text(),
      heartbeat: { interval: 10, timeout: 5_000, message: () => 'ping' },
      onOpen: (session) => {
        session.send('login');
        return new Promise<void>((resolve) => (letGo = resolve));
      },
    });
    watch(socket);
    await inState(socket, 'Opening');
    const connection = await server.nextConnection();
    await pause(60);
    expect(textsOf(connection)).toEqual(['login']);
    letGo();
    await until('a beat', () => connection.messages.length === 2);
    expect(textsOf(connection)).toEqual(['login', 'ping']);
    socket.terminate();
  });

  it.each<{ name: string; heartbeat: SocketOptions<string, string>['heartbeat'] }>([
    {
      name: 'message throws',
      heartbeat: {
        interval: 10,
        message: () => {
          throw new RangeError('mine');
        },
      },
    },
    {
      name: 'isAnswer throws',
      heartbeat: {
        interval: 10,
        message: () => 'ping',
        isAnswer: () => {
          throw new RangeError('mine');
        },
      },
    },
  ])('should fail the stream when $name, and close with 1011', async ({ heartbeat }) => {
    const before = activeResources();
    const { seen, peer, server } = await direct({ heartbeat, reconnect: soon });
    void peer.send('tick');
    expect(await seen.outcome()).toEqual({ _tag: 'Failed', error: new RangeError('mine') });
    expect(await peer.closed).toEqual({ code: 1011, reason: '' });
    expect(server.accepted).toBe(1);
    await server.close();
    await nothingLeftSince(before);
  });
});

describe('idleTimeout', () => {
  it('should end a connection that brings no message, though it answers pings', async () => {
    const { socket, seen, peer } = await direct({
      idleTimeout: 80,
      heartbeat: { interval: 10, timeout: 1_000 },
    });
    const from = performance.now();
    for (let each = 0; each < 5; each += 1) {
      await pause(30);
      await peer.send('tick');
    }
    const last = performance.now();
    const error = await seen.failure();
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toMatchObject({ code: 'ERR_WSS_IDLE_TIMEOUT' });
    expect(brief(error.ending)).toMatchObject({ option: 'idleTimeout', limit: 80, phase: 'open' });
    expect(await peer.closed).toEqual({ code: 1001, reason: '' });
    expect(performance.now() - last).toBeLessThan(80 + MARGIN);
    expect(performance.now() - from).toBeGreaterThan(200);
    expect(seen.values).toHaveLength(5);
    expect(socket.stats().pongs).toBeGreaterThan(0);
  });

  it('should be transient', async () => {
    const { server, socket, seen } = await direct({ idleTimeout: 30, reconnect: soon });
    await until('two more', () => server.accepted >= 3);
    expect(seen.outcomes).toEqual([]);
    socket.terminate();
  });
});

describe('heartbeat: false', () => {
  it('should send no ping, and take silence for nothing', async () => {
    const { socket, seen, peer, line } = await throughRelay({ heartbeat: false });
    line.setFaults([{ _tag: 'Blackhole' }]);
    await pause(150);
    expect(peer.pings).toBe(0);
    expect(stateOf(socket)._tag).toBe('Open');
    expect(seen.outcomes).toEqual([]);
    socket.terminate();
  });

  it('should keep no timer on an open connection', async () => {
    const server = await servers.wss();
    const before = activeResources();
    const socket = webSocket({ url: server.url, codec: text(), heartbeat: false });
    watch(socket);
    await opened(server, socket);
    await until(
      'the timers',
      () => (activeResources()['Timeout'] ?? 0) <= (before['Timeout'] ?? 0),
    );
    socket.terminate();
  });

  it('should send pings with a timeout of Infinity, and need no answer', async () => {
    const { socket, peer, seen } = await direct(
      { heartbeat: { interval: 10, timeout: Infinity } },
      { answersPings: false },
    );
    await until('pings', () => peer.pings >= 5);
    expect(seen.outcomes).toEqual([]);
    socket.terminate();
  });
});

describe('the pings', () => {
  it('should begin an interval after the opening handshake, one at a time', async () => {
    const server = await servers.raw(afterUpgrade(() => undefined));
    const socket = webSocket({
      url: server.url,
      codec: text(),
      heartbeat: { interval: 40, timeout: 200 },
    });
    const seen = watch(socket);
    await inState(socket, 'Open');
    const [connection] = server.connections;
    if (connection === undefined) throw new Error('no connection');
    expect(framesOf(connection)).toEqual([]);
    await seen.failure();
    // No second one while the first waits for its answer.
    expect(framesOf(connection).filter(({ opcode }) => opcode === 9)).toHaveLength(1);
  });
});
