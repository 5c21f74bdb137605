import { isIPv6, type Socket } from 'node:net';
import { checkConnectionFaults, checkFaults } from './check-faults.js';
import type { ConnectionFault, Fault, Refuse } from './fault.js';
import { createMailbox } from './mailbox.js';
import { type OwnedConnection, relayConnection, type RelayConnection } from './relay-connection.js';
import { RelayListener } from './relay-listener.js';
import { checkRelayOptions, type RelayOptions, type RelaySettings } from './relay-options.js';

/** A running relay. */
export interface Relay extends AsyncDisposable {
  /** `wss://host:port`, or `ws://host:port`: to be dialled in place of the server. */
  readonly url: string;
  /** The host that it listens on. */
  readonly host: string;
  /** The port that it listens on; it stays the same when the relay refuses connections for a while. */
  readonly port: number;
  /** The faults that are set on the relay: new connections get them. */
  readonly faults: readonly Fault[];
  /** Every connection so far, closed ones too. */
  readonly connections: readonly RelayConnection[];
  /** Gives the oldest connection that no earlier call gave; rejects when the relay closes. */
  nextConnection(): Promise<RelayConnection>;
  /**
   * Sets the faults of all connections, those that there are and those to come, in place of what
   * was set before.
   *
   * @param faults - The faults; none for a relay that works.
   * @returns Resolves when the relay listens or, with {@link Refuse}, when it does not any more.
   * @throws OptionTypeError or OptionRangeError, naming the fault and its field.
   * @throws Error when the relay was closed.
   */
  setFaults(faults: readonly Fault[]): Promise<void>;
  /**
   * Sets the faults of the next connection, in place of the relay's. Several calls are for as many
   * connections.
   *
   * @param faults - The faults; none for a connection that works.
   * @throws OptionTypeError or OptionRangeError, naming the fault and its field.
   * @throws Error when the relay was closed.
   */
  setNextFaults(faults: readonly ConnectionFault[]): void;
  /** Destroys every connection, waits until they are gone, and frees the port. */
  close(): Promise<void>;
}

/**
 * Starts a relay on loopback: a TCP server between a client and a server that carries bytes both ways,
 * and does to them what a bad network does. It works below TLS and reads none of it.
 *
 * @remarks
 * Without faults it is a plain relay: order, ends (FIN), half-closed connections, resets (RST) and
 * back pressure are passed on. No error of a socket ever escapes, and no timer and no socket is left
 * after `close()`.
 *
 * @param options - The server behind it, where to listen, and what goes wrong.
 * @returns The relay, listening.
 * @throws OptionTypeError or OptionRangeError for options that are wrong, at once.
 * @throws Error of node:net (as a rejection) when it cannot listen, e.g. `EADDRINUSE`.
 *
 * @example Tears the first connection down after 1,000 bytes, and makes the second one slow.
 * ```ts
 * import { createRelay, createWssServer } from 'rx-wss/testing';
 *
 * await using server = await createWssServer();
 * await using relay = await createRelay({ target: { port: server.port }, scheme: 'ws' });
 * relay.setNextFaults([
 *   { _tag: 'Cut', afterBytes: 1_000, direction: 'toClient', how: 'reset' },
 * ]);
 * relay.setNextFaults([{ _tag: 'Latency', delay: 200, jitter: 50 }]);
 * console.log(relay.url); // ws://127.0.0.1:…
 * // Later: nobody gets through for a second.
 * await relay.setFaults([{ _tag: 'Refuse', duration: 1_000 }]);
 * ```
 */
export function createRelay(options: RelayOptions): Promise<Relay> {
  return startRelay(checkRelayOptions(options));
}

async function startRelay(settings: RelaySettings): Promise<Relay> {
  const { host, scheme, seed } = settings;
  let { faults } = settings;
  const connections: OwnedConnection[] = [];
  const nextFaults: (readonly ConnectionFault[])[] = [];
  const mailbox = createMailbox<RelayConnection>();
  let closed: Promise<unknown> | undefined;

  const listener = new RelayListener(host, settings.port, (client: Socket) => {
    const connection = relayConnection(client, {
      ...settings,
      faults: nextFaults.shift() ?? faults.filter(isOfConnection),
      seed: seed + connections.length,
    });
    connections.push(connection);
    mailbox.put(connection);
  });

  /** Does as the faults say about listening. */
  async function listen(): Promise<void> {
    const refuse = faults.findLast(isOfPort);
    if (refuse === undefined) await listener.open();
    else listener.refuse(refuse.duration ?? Infinity);
  }

  function mustBeOpen(): void {
    if (closed !== undefined) throw new Error('the relay is closed');
  }

  async function close(): Promise<void> {
    mailbox.fail(new Error('the relay closed'));
    listener.close();
    for (const connection of connections) connection.destroy();
    closed ??= Promise.all(connections.map((each) => each.closed));
    await closed;
  }

  // Opened in any case, to have a port.
  await listener.open();
  await listen();
  return {
    url: `${scheme}://${isIPv6(host) ? `[${host}]` : host}:${listener.port}`,
    host,
    port: listener.port,
    get faults() {
      return faults;
    },
    connections,
    nextConnection: () => mailbox.take(),
    setFaults(given) {
      mustBeOpen();
      faults = checkFaults('faults', given);
      const ofConnection = faults.filter(isOfConnection);
      for (const connection of connections) connection.replaceFaults(ofConnection);
      return listen();
    },
    setNextFaults(given) {
      mustBeOpen();
      nextFaults.push(checkConnectionFaults('faults', given));
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function isOfPort(fault: Fault): fault is Refuse {
  return fault._tag === 'Refuse';
}

function isOfConnection(fault: Fault): fault is ConnectionFault {
  return !isOfPort(fault);
}
