import type { Socket } from 'node:net';
import { setAlarm } from './alarm.js';
import type { ConnectionFault, Cut, FaultDirection, FlowDirection } from './fault.js';
import { isOn, shapeOf } from './flow-shape.js';
import { happensAfter } from './happens-after.js';
import { Flow } from './relay-flow.js';
import { resetSocket } from './reset-socket.js';
import { seededRandom } from './seeded-random.js';

/** What a line needs besides its two sockets. */
export interface FaultyLineOptions {
  /** How many bytes may wait on each way. */
  readonly highWaterMark: number;
  /** What the jitter is made from. */
  readonly seed: number;
  /** Called with each fault that does something, at least once. */
  readonly onApplied: (fault: ConnectionFault) => void;
}

/**
 * How long nothing is carried before a reset is sent, in milliseconds. A reset that comes with bytes
 * unread makes the system drop them (RFC 9293 section 3.10.7.4), or libuv tell of a plain end.
 */
const SETTLE_TIME = 10;

/** The sockets to a client and to a server, and what goes on between them. */
export class FaultyLine {
  readonly toServer: Flow;
  readonly toClient: Flow;
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #onApplied: (fault: ConnectionFault) => void;
  #faults: readonly ConnectionFault[] = [];
  #cancels: (() => void)[] = [];
  #cancelReset: (() => void) | undefined;
  #isCut = false;

  /** @param server - The socket to the server; it may be connecting yet. */
  constructor(client: Socket, server: Socket, options: FaultyLineOptions) {
    const { highWaterMark, seed, onApplied } = options;
    this.#client = client;
    this.#server = server;
    this.#onApplied = onApplied;
    const flowOptions = {
      highWaterMark,
      onShaped: (faults: readonly ConnectionFault[]) => faults.forEach(onApplied),
      onCut: (cut: Cut) => this.#happen(cut),
    };
    this.toServer = new Flow(client, server, { ...flowOptions, random: seededRandom(2 * seed) });
    this.toClient = new Flow(server, client, {
      ...flowOptions,
      random: seededRandom(2 * seed + 1),
    });
    server.once('connect', () => this.#apply());
  }

  /** Sets its faults, in place of all others; they wait until the server is reached. */
  setFaults(faults: readonly ConnectionFault[]): void {
    this.#faults = faults;
    if (!this.#server.connecting) this.#apply();
  }

  /** Calls off what was to happen, to the sockets too. */
  destroy(): void {
    this.#isCut = true;
    this.#callOff();
    this.#cancelReset?.();
  }

  #apply(): void {
    this.#callOff();
    this.toServer.reshape(shapeOf(this.#faults, 'toServer'));
    this.toClient.reshape(shapeOf(this.#faults, 'toClient'));
    const now = performance.now();
    for (const fault of this.#faults) {
      const happens = happensAfter(fault);
      if (happens === 0) this.#happen(fault);
      else this.#cancels.push(setAlarm(now + happens, () => this.#happen(fault)));
    }
    // Only now: what waited for the faults before is not to slip through ahead of these.
    this.toServer.run();
    this.toClient.run();
  }

  #callOff(): void {
    for (const cancel of this.#cancels.splice(0)) cancel();
  }

  #happen(fault: ConnectionFault): void {
    if (this.#isCut) return;
    this.#onApplied(fault);
    if (fault._tag === 'Blackhole') this.#deafen(fault.direction);
    else if (fault._tag === 'Reset') this.#reset(fault.direction);
    else if (fault._tag === 'End') this.#end();
    else if (fault._tag === 'HalfClose') this.#flow(fault.direction).finish();
    else if (fault._tag === 'Cut') this.#cutBy(fault.how);
  }

  #cutBy(how: Cut['how']): void {
    if (how === 'reset') this.#reset('both');
    else if (how === 'end') this.#end();
    else this.#deafen('both');
  }

  #flow(direction: FlowDirection): Flow {
    return direction === 'toServer' ? this.toServer : this.toClient;
  }

  #deafen(direction: FaultDirection | undefined): void {
    if (isOn(direction, 'toServer')) this.toServer.deafen();
    if (isOn(direction, 'toClient')) this.toClient.deafen();
  }

  #end(): void {
    this.#isCut = true;
    this.toServer.finish();
    this.toClient.finish();
  }

  #reset(direction: FaultDirection | undefined): void {
    this.#isCut = true;
    this.toServer.stop();
    this.toClient.stop();
    this.#cancelReset = setAlarm(performance.now() + SETTLE_TIME, () => {
      // What has arrived is read between a timer and an immediate, however busy the loop was.
      setImmediate(() => {
        if (isOn(direction, 'toServer')) resetSocket(this.#server);
        else this.#server.end();
        if (isOn(direction, 'toClient')) resetSocket(this.#client);
        else this.#client.end();
      });
    });
  }
}
