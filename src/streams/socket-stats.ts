/** What a socket has done so far and where it is now, as plain numbers: a snapshot. */
export interface SocketStats {
  /** Messages that came, those that did not decode among them. */
  readonly messagesReceived: number;
  /** The bytes of their payloads, uncompressed. */
  readonly bytesReceived: number;
  /** Messages that were handed to a connection; those that wait in the outbox are not counted yet. */
  readonly messagesSent: number;
  /** The bytes of their payloads, uncompressed. */
  readonly bytesSent: number;
  /** Messages that came and did not decode. */
  readonly rejected: number;
  /** Attempts that were begun. */
  readonly attempts: number;
  /** Attempts that led to an open connection. */
  readonly connections: number;
  /** The connections after the first one. */
  readonly reconnects: number;
  /** Messages in the outbox, which wait for a connection. */
  readonly queuedMessages: number;
  /** The bytes of their payloads. */
  readonly queuedBytes: number;
  /** Bytes that were handed to the open connection and that the system has not taken yet. */
  readonly bufferedAmount: number;
  /**
   * The time from the latest answered ping to its answer, in milliseconds; undefined before the first
   * answer on the open connection, and while none is open.
   */
  readonly rtt: number | undefined;
  /** When the open connection opened, in milliseconds since the epoch; undefined when none is open. */
  readonly since: number | undefined;
  /** How long the open connection has been open, in milliseconds; 0 when none is. */
  readonly uptime: number;
  /** Pings, or messages of the heartbeat, that were sent. */
  readonly pings: number;
  /** How many of them were answered. */
  readonly pongs: number;
}

/** The parts of the {@link SocketStats} that are looked up and not counted. */
export type LiveStats = Pick<
  SocketStats,
  'queuedMessages' | 'queuedBytes' | 'bufferedAmount' | 'since'
>;

/** Counts what a socket does, over all its connections. */
export class SocketCounters {
  #messagesReceived = 0;
  #bytesReceived = 0;
  #messagesSent = 0;
  #bytesSent = 0;
  #rejected = 0;
  #attempts = 0;
  #connections = 0;
  #pings = 0;
  #pongs = 0;
  #rtt: number | undefined;

  /** How many connections have opened. */
  get connections(): number {
    return this.#connections;
  }

  /** Counts an attempt that begins. */
  dialled(): void {
    this.#attempts += 1;
  }

  /** Counts a connection that has opened. */
  opened(): void {
    this.#connections += 1;
    this.#rtt = undefined;
  }

  /** Counts a message that came. */
  received(bytes: number): void {
    this.#messagesReceived += 1;
    this.#bytesReceived += bytes;
  }

  /** Counts a message that was handed to the connection. */
  sent(bytes: number): void {
    this.#messagesSent += 1;
    this.#bytesSent += bytes;
  }

  /** Counts a message that did not decode. */
  rejected(): void {
    this.#rejected += 1;
  }

  /** Counts a ping that was sent. */
  pinged(): void {
    this.#pings += 1;
  }

  /** Counts a ping that was answered. */
  ponged(rtt: number): void {
    this.#pongs += 1;
    this.#rtt = rtt;
  }

  /**
   * Gives the counts as they are.
   *
   * @param now - The time, in milliseconds by the clock that `since` was read from.
   * @param live - What is not counted here.
   */
  snapshot(now: number, live: LiveStats): SocketStats {
    const { queuedMessages, queuedBytes, bufferedAmount, since } = live;
    return {
      messagesReceived: this.#messagesReceived,
      bytesReceived: this.#bytesReceived,
      messagesSent: this.#messagesSent,
      bytesSent: this.#bytesSent,
      rejected: this.#rejected,
      attempts: this.#attempts,
      connections: this.#connections,
      reconnects: Math.max(0, this.#connections - 1),
      queuedMessages,
      queuedBytes,
      bufferedAmount,
      rtt: since === undefined ? undefined : this.#rtt,
      since,
      // A clock that was set back must not make it negative.
      uptime: since === undefined ? 0 : Math.max(0, now - since),
      pings: this.#pings,
      pongs: this.#pongs,
    };
  }
}
