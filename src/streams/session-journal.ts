import * as O from 'fp-ts/lib/Option.js';

import { CHANNELS } from './channels.js';
import type { Ending } from './ending.js';
import type { Lifecycle } from './lifecycle-events.js';
import type { SocketCounters } from './socket-stats.js';
import type { OpenInfo, SocketEvent } from './socket-state.js';

/** What the journals of one socket's sessions have in common. */
export interface JournalContext {
  /** The number of the socket. */
  readonly socket: number;
  readonly counters: SocketCounters;
  readonly lifecycle: Lifecycle;
  /** Whose dangerous certificates have been told of. */
  readonly dangersTold: Set<'server' | 'proxy'>;
}

/**
 * Tells of what happens in a session to all who are not part of the stream: the counters, the diagnostics channels,
 * and the observers of the socket's life.
 */
export class SessionJournal {
  readonly #context: JournalContext;
  #attempt = 0;
  // Of the line that there is; absent while it is not open.
  #connection: number | undefined;
  #isEnded = false;

  constructor(context: JournalContext) {
    this.#context = context;
  }

  /** The number of the connection that there is, or that would be the next. */
  get connection(): number {
    return this.#connection ?? this.#context.counters.connections + 1;
  }

  /** The state moves. */
  moved(event: SocketEvent): void {
    const { socket, counters, lifecycle } = this.#context;
    const { connection } = this;
    switch (event._tag) {
      case 'Dialled': {
        const { attempt } = event;
        this.#attempt = attempt;
        counters.dialled();
        if (CHANNELS.connecting.hasSubscribers) CHANNELS.connecting.publish({ socket, attempt });
        return;
      }
      case 'OpeningStarted': {
        const place = { socket, attempt: this.#attempt, connection };
        if (CHANNELS.opening.hasSubscribers) {
          CHANNELS.opening.publish({ ...place, info: event.info });
        }
        return;
      }
      case 'Opened':
        counters.opened();
        this.#connection = connection;
        this.#opened(connection, event.info);
        return;
      case 'PongReceived': {
        const { rtt } = event;
        counters.ponged(rtt);
        if (CHANNELS.pong.hasSubscribers) CHANNELS.pong.publish({ socket, connection, rtt });
        return;
      }
      case 'CloseStarted': {
        const { code, reason } = event;
        if (CHANNELS.closing.hasSubscribers) {
          CHANNELS.closing.publish({ socket, connection, code, reason });
        }
        lifecycle.closing();
        return;
      }
      case 'RetryScheduled': {
        const { attempt, delay, retryAt, ending } = event;
        if (CHANNELS.retry.hasSubscribers) {
          CHANNELS.retry.publish({ socket, attempt, delay, retryAt, ending });
        }
        return;
      }
      case 'Ended':
        this.ended(event.ending, O.none);
        return;
    }
  }

  /** A ping was sent. */
  pinged(): void {
    const { socket, counters } = this.#context;
    counters.pinged();
    const { connection } = this;
    if (CHANNELS.ping.hasSubscribers) CHANNELS.ping.publish({ socket, connection });
  }

  /** A connection, or an attempt at one, is over. */
  lost(ending: Ending): void {
    const { socket, lifecycle } = this.#context;
    const attempt = this.#attempt;
    const connection = this.#connection;
    this.#connection = undefined;
    if (CHANNELS.close.hasSubscribers) {
      const place = connection === undefined ? {} : { connection };
      CHANNELS.close.publish({ socket, attempt, ...place, ending });
    }
    lifecycle.closed(ending);
  }

  /** The stream is over; told once, however it came about. */
  ended(ending: Ending, error: O.Option<unknown>): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    if (!CHANNELS.end.hasSubscribers) return;
    const failure = O.isSome(error) ? { error: error.value } : {};
    CHANNELS.end.publish({ socket: this.#context.socket, ending, ...failure });
  }

  #opened(connection: number, info: OpenInfo): void {
    const { socket, lifecycle, dangersTold } = this.#context;
    const { address, tls, proxyTls } = info;
    for (const [role, peer] of [['proxy', proxyTls] as const, ['server', tls] as const]) {
      if (peer === undefined || !CHANNELS.tls.hasSubscribers) continue;
      if (peer.problem !== undefined) {
        CHANNELS.tls.publish({ _tag: 'CredentialsKept', socket, problem: peer.problem });
      }
      if (peer.dangerous && !dangersTold.has(role)) {
        dangersTold.add(role);
        CHANNELS.tls.publish({ _tag: 'DangerAccepted', socket, role, address, tls: peer });
      }
    }
    if (CHANNELS.open.hasSubscribers) {
      CHANNELS.open.publish({ socket, attempt: this.#attempt, connection, info });
    }
    lifecycle.opened(info);
  }
}
