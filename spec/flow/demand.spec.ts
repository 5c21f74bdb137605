import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

import { lastValueFrom } from 'rxjs';
import { describe, expect, it } from 'vitest';

import {
  CloseError,
  constantBackoff,
  consume,
  iterate,
  limitRetries,
  NetworkError,
  OverrunError,
  text,
  webSocket,
} from '../../src/index.js';
import type { DemandOptions, SocketOptions, SocketSubject } from '../../src/index.js';
import { frame } from '../../src/testing/index.js';
import type { RawConnection, WssConnection, WssServer } from '../../src/testing/index.js';
import { activeResources, nothingLeftSince } from '../integration/support/leaks.js';
import { useNoUncaught } from '../integration/support/no-uncaught.js';
import { opened } from '../integration/support/opened.js';
import { afterUpgrade, compressed, frameFrom } from '../integration/support/peer.js';
import { useServers } from '../integration/support/servers.js';
import { until, within } from '../integration/support/until.js';
import { inState, stateOf, watch } from '../integration/support/watch.js';
import { CONSUMERS } from './support/consumers.js';
import type { Consumer } from './support/consumers.js';
import { CHUNK, flood, numberOf, SYSTEM_BUFFERS } from './support/flood.js';
import { createGate } from './support/gate.js';
import type { Gate } from './support/gate.js';

const servers = useServers();
useNoUncaught();

const SIZE = 8 * 1024;
const PATIENCE = 20_000;
const soon = constantBackoff({ delay: 1 });

interface Prepared {
  readonly server: WssServer;
  readonly socket: SocketSubject<string, string>;
}

async function prepare(options: Partial<SocketOptions<string, string>> = {}): Promise<Prepared> {
  const server = await servers.wss({ compression: options.perMessageDeflate });
  return { server, socket: webSocket({ url: server.url, ...options, codec: text() }) };
}

/** A consumer that takes five messages, and goes on once the gate is open. */
interface Slow {
  readonly taken: number[];
  readonly gate: Gate;
  /** Settles as the consumer does. */
  readonly done: Promise<void>;
}

function consumeSlowly(
  consumer: Consumer,
  socket: SocketSubject<string, string>,
  options: DemandOptions,
): Slow {
  const taken: number[] = [];
  const gate = createGate();
  const done = consumer(socket, options, async (message) => {
    taken.push(numberOf(message));
    if (taken.length >= 5) await gate.pass();
  });
  // A spec that is done with it before it ends.
  done.catch(() => undefined);
  return { taken, gate, done };
}

/** The numbers up to `last`. */
function upTo(last: number): readonly number[] {
  return Array.from({ length: last }, (_, index) => index + 1);
}

/** Opens a socket with a slow consumer, and waits until a server that floods it is held back. */
async function heldBack(
  consumer: Consumer,
  { server, socket }: Prepared,
  options: DemandOptions,
): Promise<
  Slow & { readonly connection: WssConnection; readonly river: ReturnType<typeof flood> }
> {
  const slow = consumeSlowly(consumer, socket, options);
  const connection = await opened(server, socket);
  const river = flood(connection, SIZE);
  await until('five messages', () => slow.taken.length === 5);
  await river.stalled();
  return { ...slow, connection, river };
}

const BY_COUNT: DemandOptions = { highWaterMark: { messages: 10 } };
const BY_BYTES: DemandOptions = { highWaterMark: { bytes: 10 * SIZE } };

describe.each(Object.entries(CONSUMERS))('a slow %s', (_name, consumer) => {
  it.each([
    ['count', BY_COUNT],
    ['bytes', BY_BYTES],
  ])('should hold the server back by %s, and get everything in the end', async (_unit, options) => {
    const before = activeResources();
    const prepared = await prepare();
    const { socket } = prepared;
    const { taken, gate, done, connection, river } = await heldBack(consumer, prepared, options);

    // One is worked on, ten may wait, and a chunk may have been read already.
    const waiting = socket.stats().messagesReceived - taken.length;
    expect(waiting).toBeGreaterThanOrEqual(9);
    expect(waiting).toBeLessThanOrEqual(10 + CHUNK / SIZE + 1);
    expect((river.sent - taken.length) * SIZE).toBeLessThan(SYSTEM_BUFFERS + 10 * SIZE + CHUNK);

    gate.open();
    await until('more to be sent', () => river.sent > 20_000_000 / SIZE, PATIENCE);
    await river.stop();
    void connection.close(1000);
    await within('the end', done, PATIENCE);
    expect(taken).toEqual(upTo(river.sent));
    await prepared.server.close();
    await nothingLeftSince(before);
  });

  it('should not have its line taken for dead, and hear of pongs and the close later', async () => {
    const prepared = await prepare({ heartbeat: { interval: 50, timeout: 50 } });
    const { socket } = prepared;
    const slow = await heldBack(consumer, prepared, BY_COUNT);
    const { pongs } = socket.stats();
    await pause(500);
    expect(stateOf(socket)._tag).toBe('Open');
    expect(socket.stats().pings).toBeGreaterThan(0);
    expect(socket.stats().pongs).toBe(pongs);
    slow.gate.open();
    await slow.river.stop();
    await until('a pong', () => socket.stats().pongs > pongs);
    void slow.connection.close(1000);
    await within('the end', slow.done, PATIENCE);
    expect(slow.taken).toEqual(upTo(slow.river.sent));
  });

  it.each([
    ['a close', 1000, undefined],
    ['a close that is a failure', 1011, CloseError],
    ['a FIN', 'end', NetworkError],
  ] as const)('should get what came before %s', async (_what, how, failure) => {
    const { server, socket } = await prepare();
    const slow = consumeSlowly(consumer, socket, BY_COUNT);
    const connection = await opened(server, socket);
    for (let each = 1; each <= 100; each += 1) void connection.send(`${each} `.padEnd(SIZE));
    await until('five messages', () => slow.taken.length === 5);
    if (how === 'end') connection.end();
    else void connection.close(how);
    await pause(50);
    expect(stateOf(socket)._tag).toBe('Open');
    slow.gate.open();
    const done = within('the end', slow.done);
    if (failure === undefined) await done;
    else await expect(done).rejects.toBeInstanceOf(failure);
    // An error does not wait for the work that is to be done before it.
    if (failure === undefined || consumer !== CONSUMERS['consume']) {
      expect(slow.taken).toEqual(upTo(100));
    }
  });

  it('should let go when it leaves', async () => {
    const prepared = await prepare();
    const plain = watch(prepared.socket);
    let taken = 0;
    const done = consumer(prepared.socket, BY_COUNT, async () => {
      taken += 1;
      if (taken < 5) return;
      await until('the hold', () => plain.values.length > 10);
      await pause(50);
      throw new Error('enough');
    });
    const connection = await opened(prepared.server, prepared.socket);
    const river = flood(connection, SIZE);
    await expect(done).rejects.toThrow('enough');
    await until('the plain subscriber to go on', () => plain.values.length > 2_000, PATIENCE);
    await river.stop();
    void connection.close(1000);
    await plain.outcome();
    expect(plain.values.map(numberOf)).toEqual(upTo(river.sent));
  });

  it('should slow a plain subscriber down, too', async () => {
    const prepared = await prepare();
    const plain = watch(prepared.socket);
    const { gate, done, connection, river } = await heldBack(consumer, prepared, BY_COUNT);
    const most = 5 + 10 + CHUNK / SIZE + 1;
    expect(plain.values.length).toBeLessThanOrEqual(most);
    await pause(50);
    expect(plain.values.length).toBeLessThanOrEqual(most);
    gate.open();
    await river.stop();
    void connection.close(1000);
    await within('the end', done, PATIENCE);
    expect(plain.values.map(numberOf)).toEqual(upTo(river.sent));
  });

  it('should begin held on the next connection', async () => {
    const prepared = await prepare({ reconnect: soon });
    const { server, socket } = prepared;
    const { taken, gate, done, connection, river } = await heldBack(consumer, prepared, BY_COUNT);
    connection.terminate();
    // What is not read from learns of its end when it is written to.
    socket.next('is anybody there?');
    await until('the line to be lost', () => stateOf(socket)._tag !== 'Open');
    await river.stop();
    const next = await opened(server, socket);
    const received = socket.stats().messagesReceived;
    const another = flood(next, SIZE, { first: 1_000_001 });
    await another.stalled();
    expect(socket.stats().messagesReceived).toBe(received);
    gate.open();
    await until('more to come', () => taken.length > received + 100);
    await another.stop();
    void next.close(1000);
    await within('the end', done, PATIENCE);
    const first = taken.filter((each) => each <= 1_000_000);
    expect(first).toEqual(upTo(first.length));
    expect(taken.slice(first.length)).toEqual(
      upTo(another.sent - 1_000_000).map((each) => each + 1_000_000),
    );
  });

  it('should get all that was under way when the connection is renewed', async () => {
    const prepared = await prepare({ reconnect: soon });
    const { server, socket } = prepared;
    const { taken, gate, done, river } = await heldBack(consumer, prepared, BY_COUNT);
    socket.reconnect();
    await until('the next connection', () => server.accepted === 2, PATIENCE);
    await river.stop();
    // The closing handshake had to be read, and all that stood before it.
    const { messagesReceived, bytesReceived } = socket.stats();
    expect(bytesReceived).toBeLessThan(SYSTEM_BUFFERS);
    expect(messagesReceived).toBe(river.sent);
    gate.open();
    await until('all of it', () => taken.length === messagesReceived, PATIENCE);
    for (const connection of server.connections) void connection.close(1000);
    await within('the end', done, PATIENCE);
    expect(taken).toEqual(upTo(messagesReceived));
  });
});

describe('a hold', () => {
  it('should last until the slower one of two consumers can go on', async () => {
    const prepared = await prepare();
    const { socket } = prepared;
    const quick: number[] = [];
    const quickDone = (async () => {
      for await (const message of socket) quick.push(numberOf(message));
    })();
    const slow = await heldBack(consumerOf('for await'), prepared, BY_COUNT);
    const other = consumeSlowly(consumerOf('consume'), socket, BY_BYTES);
    const held = quick.length;
    expect(held).toBe(socket.stats().messagesReceived);
    slow.gate.open();
    // Now it is the other one that is waited for.
    await until('the other one to be slow', () => other.taken.length === 5);
    await slow.river.stalled();
    expect(slow.taken.length).toBeLessThanOrEqual(5 + held + 10 + CHUNK / SIZE + 1);
    other.gate.open();
    await slow.river.stop();
    void slow.connection.close(1000);
    await within('the end', Promise.all([quickDone, slow.done, other.done]), PATIENCE);
    expect(quick).toEqual(upTo(slow.river.sent));
    expect(slow.taken).toEqual(quick);
    expect(other.taken).toEqual(quick.slice(-other.taken.length));
  });

  it('should be made by hand, and end with its release', async () => {
    const { server, socket } = await prepare();
    const seen = watch(socket);
    const connection = await opened(server, socket);
    const release = socket.hold();
    const river = flood(connection, SIZE);
    await river.stalled();
    expect(seen.values).toEqual([]);
    release();
    release();
    await until('the messages', () => seen.values.length > 2_000, PATIENCE);
    await river.stop();
    void connection.close(1000);
    await seen.outcome();
    expect(seen.values.map(numberOf)).toEqual(upTo(river.sent));
  });

  it('should not hide that the line was reset, where there is a heartbeat', async () => {
    const { server, socket } = await prepare({
      heartbeat: { interval: 50, timeout: 20 },
      reconnect: limitRetries(0),
    });
    const seen = watch(socket);
    const connection = await opened(server, socket);
    const release = socket.hold();
    await flood(connection, SIZE).stalled();
    expect(stateOf(socket)._tag).toBe('Open');
    connection.terminate();
    const { ending } = await seen.failure();
    expect(ending).toMatchObject({ _tag: 'NetworkFailed', phase: 'open' });
    release();
  });

  it('should come between the parts of a message', async () => {
    const arrived: RawConnection[] = [];
    const server = await servers.raw(afterUpgrade((raw) => arrived.push(raw)));
    const socket = webSocket({ url: server.url, codec: text(), heartbeat: false });
    const seen = watch(socket);
    await inState(socket, 'Open');
    const raw = await until('the connection', () => arrived[0]);
    const bytes = frame({ opcode: 1, payload: 'in many parts '.repeat(20) });
    for (let at = 0; at < bytes.length; at += 30) {
      raw.socket.write(bytes.subarray(at, at + 30));
      const release = socket.hold();
      await pause(5);
      release();
      await pause(5);
    }
    await seen.received(1);
    expect(seen.values).toEqual(['in many parts '.repeat(20)]);
    seen.subscription.unsubscribe();
  });

  it('should be kept with compression', async () => {
    const { server, socket } = await prepare({ perMessageDeflate: true });
    const options = { highWaterMark: { bytes: 64 * 1024 } };
    const slow = consumeSlowly(consumerOf('for await'), socket, options);
    const connection = await opened(server, socket);
    // Half as large on the wire.
    const filling = (): string => randomBytes(SIZE / 2).toString('hex');
    const river = flood(connection, SIZE, { filling });
    await river.stalled();
    expect(socket.stats().bytesReceived).toBeLessThan(64 * 1024 + 2.5 * CHUNK + 6 * SIZE);
    slow.gate.open();
    await river.stop();
    void connection.close(1000);
    await within('the end', slow.done, PATIENCE);
    expect(slow.taken).toEqual(upTo(river.sent));
  });

  it('should end the connection where what comes all the same is too much', async () => {
    const MiB = 1024 * 1024;
    // A kilobyte each on the wire, and all of them in one piece: they are there before the line is held.
    const tooMany = upTo(20).map((number) =>
      frame({ opcode: 1, rsv: 4, payload: compressed(`${number} `.padEnd(MiB, 'x')) }),
    );
    const arrived: RawConnection[] = [];
    const server = await servers.raw(
      afterUpgrade(
        (raw) => {
          arrived.push(raw);
          raw.socket.write(Buffer.concat(tooMany));
        },
        { 'Sec-WebSocket-Extensions': 'permessage-deflate' },
      ),
    );
    const socket = webSocket({ url: server.url, codec: text(), perMessageDeflate: true });
    const gate = createGate();
    const taken: number[] = [];
    const done = (async () => {
      const limits = { highWaterMark: { bytes: MiB }, maxBytes: 4 * MiB };
      for await (const message of iterate(socket, limits)) {
        taken.push(numberOf(message));
        await gate.pass();
      }
    })();
    done.catch(() => undefined);
    const raw = await until('the connection', () => arrived[0]);
    const { payload } = await within('the close', frameFrom(raw, 8));
    expect(payload.readUInt16BE(0)).toBe(1008);
    raw.socket.end();
    gate.open();
    await expect(within('the end', done)).rejects.toBeInstanceOf(OverrunError);
    await expect(done).rejects.toMatchObject({
      ending: { _tag: 'Overrun', by: 'policy', limit: 4 * MiB },
    });
    // The one that is worked on, four that may wait, and the one that is too much.
    expect(taken).toEqual(upTo(6));
  });

  it('should leave a stream alone whose consumer has no bounds', async () => {
    const { server, socket } = await prepare();
    const work = lastValueFrom(
      socket.pipe(
        consume(() => pause(20), { highWaterMark: { messages: Infinity, bytes: Infinity } }),
      ),
      { defaultValue: undefined },
    );
    const connection = await opened(server, socket);
    for (let each = 0; each < 2_000; each += 1) void connection.send('x');
    await until('all of them', () => socket.stats().messagesReceived === 2_000);
    connection.terminate();
    await expect(work).rejects.toBeInstanceOf(NetworkError);
  });
});

function consumerOf(name: string): Consumer {
  const found = CONSUMERS[name];
  if (found === undefined) throw new Error(`no consumer ${name}`);
  return found;
}
