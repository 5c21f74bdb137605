import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, expect } from 'vitest';
import {
  createRawServer,
  createRelay,
  type ConnectionFault,
  type RawServer,
  type Relay,
  type RelayConnection,
  type RelayOptions,
} from '../../src/testing/index.js';
import { activeResources, nothingLeftSince } from '../integration/support/leaks.js';
import { collectUncaught, type UncaughtErrors } from '../integration/support/uncaught.js';
import { until } from '../integration/support/until.js';

/** What one end of a connection has seen so far. */
export interface Recording {
  readonly socket: Socket;
  /** Everything that arrived. */
  readonly received: Buffer;
  /** The sizes of the chunks that it arrived in. */
  readonly chunks: readonly number[];
  /** How it ended: `end`, the code of an error, `close`. */
  readonly events: readonly string[];
}

/** A connection through a relay, with both of its ends. */
export interface Line {
  readonly relay: Relay;
  readonly connection: RelayConnection;
  readonly client: Recording;
  readonly server: Recording;
}

/** Starts relays and what is around them; all of it is closed after each test, and has to be gone. */
export interface Relays {
  /** A server that takes connections and does nothing; `onSocket` makes it do something. */
  server(onSocket?: (socket: Socket) => void): Promise<RawServer>;
  /** A relay to `port`. */
  relay(port: number, options?: Omit<RelayOptions, 'target'>): Promise<Relay>;
  /** A client of `port`; it keeps its half open when the server ends its own. */
  dial(port: number): Recording;
  /** A connection through a relay with `faults`, whose server echoes or is silent. */
  line(faults?: readonly ConnectionFault[], mode?: 'echo' | 'silent'): Promise<Line>;
}

/** Gives the relays of a spec file; to be called once, at its top level. */
export function useRelays(): Relays {
  const open: { close(): Promise<void> }[] = [];
  const sockets: Socket[] = [];
  let uncaught: UncaughtErrors;
  let before: ReturnType<typeof activeResources>;

  beforeEach(() => {
    uncaught = collectUncaught();
    before = activeResources();
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await Promise.all(open.splice(0).map((each) => each.close()));
    await nothingLeftSince(before);
    uncaught.stop();
    expect(uncaught.errors).toEqual([]);
  });

  const keep = <T extends { close(): Promise<void> }>(each: T): T => {
    open.push(each);
    return each;
  };
  const relays: Relays = {
    server: async (onSocket) =>
      keep(await createRawServer(({ socket }) => onSocket?.(socket), { allowHalfOpen: true })),
    relay: async (port, options) => keep(await createRelay({ ...options, target: { port } })),
    dial(port) {
      const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
      sockets.push(socket);
      return record(socket);
    },
    async line(faults = [], mode = 'silent') {
      const accepted: Recording[] = [];
      const server = await relays.server((socket) => {
        accepted.push(record(socket));
        if (mode === 'echo') socket.setNoDelay().pipe(socket);
      });
      const relay = await relays.relay(server.port, { faults });
      const client = relays.dial(relay.port);
      await once(client.socket, 'connect');
      const connection = await relay.nextConnection();
      return {
        relay,
        connection,
        client,
        server: await until('the server to be reached', () => accepted[0]),
      };
    },
  };
  return relays;
}

/** Keeps what happens on `socket` from now on. */
export function record(socket: Socket): Recording {
  const parts: Buffer[] = [];
  const events: string[] = [];
  socket.on('data', (part: Buffer) => parts.push(part));
  socket.once('end', () => events.push('end'));
  socket.on('error', (error: NodeJS.ErrnoException) => events.push(String(error.code)));
  socket.once('close', () => events.push('close'));
  return {
    socket,
    events,
    get received() {
      return Buffer.concat(parts);
    },
    get chunks() {
      return parts.map((part) => part.length);
    },
  };
}

/** Waits until `recording` has `text`, and nothing else. */
export async function hasReceived(recording: Recording, text: string): Promise<void> {
  await until(`'${text}'`, () => recording.received.length >= text.length);
  expect(String(recording.received)).toBe(text);
}

/** Waits until `recording` has seen `event`. */
export async function hasSeen(recording: Recording, event: string): Promise<void> {
  await until(`the event ${event}`, () => recording.events.includes(event));
}
