import { connect, type Socket } from 'node:net';
import { setAlarm } from './alarm.js';
import { checkConnectionFaults } from './check-faults.js';
import type { ConnectionFault } from './fault.js';
import { FaultyLine } from './faulty-line.js';
import { type FlowCounts, NO_BYTES } from './flow-counts.js';
import type { RelayTarget } from './relay-options.js';

/** How the two sockets of a relayed connection ended. */
export interface RelayEnding {
  /** The error of the socket to the client, e.g. `ECONNRESET`; undefined without one. */
  readonly clientError: Error | undefined;
  /** The error of the socket to the server, e.g. `ECONNREFUSED`; undefined without one. */
  readonly serverError: Error | undefined;
}

/** One connection through a relay. */
export interface RelayConnection {
  /** The faults that are set on it. */
  readonly faults: readonly ConnectionFault[];
  /** The faults that have done something to it so far, in the order in which they first did. */
  readonly applied: readonly ConnectionFault[];
  /** What went from the client to the server. */
  readonly toServer: FlowCounts;
  /** What went from the server to the client. */
  readonly toClient: FlowCounts;
  /** Settles when both sockets are gone. */
  readonly closed: Promise<RelayEnding>;
  /**
   * Sets its faults from now on, in place of those that were set before. What has ended stays ended.
   *
   * @param faults - The faults; none for a connection that works.
   * @throws OptionTypeError or OptionRangeError, naming the fault and its field.
   */
  setFaults(faults: readonly ConnectionFault[]): void;
}

/** A connection in the hands of its relay. */
export interface OwnedConnection extends RelayConnection {
  /** Sets faults that were checked. */
  replaceFaults(faults: readonly ConnectionFault[]): void;
  /** Destroys both sockets. */
  destroy(): void;
}

/** What a connection is made with. */
export interface ConnectionSettings {
  readonly target: Required<RelayTarget>;
  readonly faults: readonly ConnectionFault[];
  readonly highWaterMark: number;
  readonly seed: number;
}

/** Relays `client`, which has just been accepted and is paused. */
export function relayConnection(client: Socket, settings: ConnectionSettings): OwnedConnection {
  const { target, highWaterMark, seed } = settings;
  let { faults } = settings;
  const applied = new Set<ConnectionFault>();
  const sockets = new Set<Socket>();
  let clientError: Error | undefined;
  let serverError: Error | undefined;
  // Both are let go of at the end: a relay keeps its connections, which may be thousands.
  let accepted: Socket | undefined = client;
  let line: FaultyLine | undefined;
  let counts = { toServer: NO_BYTES, toClient: NO_BYTES };
  let cancelDial: (() => void) | undefined;
  let settle: (ending: RelayEnding) => void;
  const closed = new Promise<RelayEnding>((resolve) => (settle = resolve));

  function hold(socket: Socket): void {
    sockets.add(socket);
    socket.once('close', () => {
      sockets.delete(socket);
      if (sockets.size > 0) return;
      cancelDial?.();
      line?.destroy();
      counts = countsNow();
      accepted = line = cancelDial = undefined;
      settle({ clientError, serverError });
    });
  }

  function countsNow(): typeof counts {
    return line === undefined
      ? counts
      : { toServer: line.toServer.counts, toClient: line.toClient.counts };
  }

  function dial(from: Socket): void {
    const server = connect({ ...target, allowHalfOpen: true, noDelay: true });
    server.on('error', (error) => (serverError ??= error));
    hold(server);
    const onApplied = (fault: ConnectionFault): void => void applied.add(fault);
    line = new FaultyLine(from, server, { highWaterMark, seed, onApplied });
    line.setFaults(faults);
  }

  function waitToDial(from: Socket): void {
    cancelDial?.();
    const slow = faults.findLast((fault) => fault._tag === 'SlowAccept');
    if (slow === undefined || slow.delay === 0) {
      dial(from);
    } else {
      applied.add(slow);
      cancelDial = setAlarm(performance.now() + slow.delay, () => dial(from));
    }
  }

  function replaceFaults(replacing: readonly ConnectionFault[]): void {
    if (accepted === undefined) return;
    faults = replacing;
    if (line !== undefined) line.setFaults(faults);
    else if (!accepted.destroyed) waitToDial(accepted);
  }

  client.on('error', (error) => (clientError ??= error));
  hold(client);
  waitToDial(client);
  return {
    get faults() {
      return faults;
    },
    get applied() {
      return [...applied];
    },
    get toServer() {
      return countsNow().toServer;
    },
    get toClient() {
      return countsNow().toClient;
    },
    closed,
    setFaults: (given) => replaceFaults(checkConnectionFaults('faults', given)),
    replaceFaults,
    destroy() {
      cancelDial?.();
      for (const socket of sockets) socket.destroy();
    },
  };
}
