import { Subscription } from 'rxjs';

import { dial } from '../tls/dial.js';
import type { Dialled } from '../tls/dial.js';
import { classifyError } from './classify-error.js';
import { Connection } from './connection.js';
import type { UpgradeRequest } from './connection.js';
import type { Ending, Phase } from './ending.js';
import { gatherRequest } from './gather-request.js';
import type { AttemptSettings } from './settings.js';
import type { ConnectionInfo } from './socket-state.js';

/** Makes ready for an attempt, e.g. gets fresh credentials; the signal aborts when the attempt is over. */
export type Prepare = (signal: AbortSignal) => Promise<void>;

/** What an attempt, and the connection that comes of it, tells. Never called synchronously. */
export interface AttemptEvents {
  /** The connection is there; it is to be said when it is open for the user. */
  readonly opened: (connection: Connection, info: ConnectionInfo) => void;
  /** A pong came. */
  readonly pong: (payload: Uint8Array) => void;
  /** A whole message came. */
  readonly message: (data: Buffer, isBinary: boolean) => void;
  /** The attempt failed, or its connection is over: called once, and nothing after it. */
  readonly ended: (ending: Ending) => void;
}

/** One attempt at a connection: it gathers the options, dials, and makes the opening handshake. */
export class Attempt {
  readonly #settings: AttemptSettings;
  readonly #number: number;
  readonly #events: AttemptEvents;
  readonly #prepare: Prepare | undefined;
  readonly #controller = new AbortController();
  readonly #timers = new Subscription();
  #phase: Phase = 'options';
  #target: string | undefined;
  #proxy: string | undefined;
  #connection: Connection | undefined;

  constructor(settings: AttemptSettings, number: number, events: AttemptEvents, prepare?: Prepare) {
    this.#settings = settings;
    this.#number = number;
    this.#events = events;
    this.#prepare = prepare;
  }

  /** How far it has come; what became of it once it is open is the connection's to tell. */
  get phase(): Phase {
    return this.#phase;
  }

  /** The host and port that are dialled, once they are known. */
  get target(): string | undefined {
    return this.#target;
  }

  /** Begins. A failure is told later, however early it is found. */
  start(): void {
    const { scheduler, connectTimeout } = this.#settings;
    if (connectTimeout !== Infinity) {
      this.#timers.add(
        scheduler.schedule(() => {
          this.#timeOut(connectTimeout);
        }, connectTimeout),
      );
    }
    // Later, since what the options are given as may call back into the socket.
    Promise.resolve()
      .then(() => this.#run())
      .catch((error: unknown) => {
        this.#fail(error);
      });
  }

  /** Gives up without a word: no event follows. */
  cancel(): void {
    this.#stop();
    this.#connection?.destroy();
  }

  async #run(): Promise<void> {
    const { signal } = this.#controller;
    signal.throwIfAborted();
    await this.#prepare?.(signal);
    const request = await gatherRequest(this.#settings, this.#number, signal);
    const { url, upgrade, tls, proxy } = request;
    this.#target = url.target;
    this.#proxy = proxy?.target;
    const line = await dial({
      host: url.host,
      port: url.port,
      target: url.target,
      attempt: this.#number,
      tls,
      proxy,
      lookup: this.#settings.lookup,
      signal,
      onPhase: (phase) => {
        this.#phase = phase;
      },
    });
    try {
      this.#upgrade(line, upgrade);
    } catch (error) {
      line.socket.destroy();
      throw error;
    }
  }

  #upgrade({ socket, peer, proxyPeer }: Dialled, request: UpgradeRequest): void {
    if (this.#controller.signal.aborted) {
      socket.destroy();
      return;
    }
    this.#phase = 'upgrade';
    const { limits, scheduler } = this.#settings;
    const connection = new Connection(socket, request, limits, scheduler, {
      opened: () => {
        this.#timers.unsubscribe();
        const { protocol, address } = connection;
        const tls = {
          ...(peer === undefined ? {} : { tls: peer }),
          ...(proxyPeer === undefined ? {} : { proxyTls: proxyPeer }),
        };
        this.#events.opened(connection, { target: request.target, protocol, address, ...tls });
      },
      pong: this.#events.pong,
      message: this.#events.message,
      ended: (ending) => {
        this.#end(ending);
      },
    });
    this.#connection = connection;
  }

  #timeOut(limit: number): void {
    const refused = this.#connection?.takeRefusal();
    this.cancel();
    this.#events.ended(
      refused ?? {
        _tag: 'TimedOut',
        by: 'policy',
        phase: this.#phase,
        option: 'connectTimeout',
        limit,
        uptime: 0,
        ...(this.#target === undefined ? {} : { target: this.#target }),
      },
    );
  }

  #fail(error: unknown): void {
    if (this.#controller.signal.aborted) return;
    const ending = classifyError(error, {
      phase: this.#phase,
      target: this.#target,
      proxy: this.#proxy,
      uptime: 0,
    });
    if (this.#phase === 'options') {
      // Found in a microtask. A plain retry() would go round in microtasks for ever, and nothing
      // else would run: a turn of the event loop lies between.
      this.#timers.add(
        this.#settings.scheduler.schedule(() => {
          this.#end(ending);
        }),
      );
    } else {
      this.#end(ending);
    }
  }

  #end(ending: Ending): void {
    this.#stop();
    this.#events.ended(ending);
  }

  #stop(): void {
    this.#timers.unsubscribe();
    this.#controller.abort();
  }
}
