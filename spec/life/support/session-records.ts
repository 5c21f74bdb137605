import type { EndMessage } from '../../../src/streams/channel-messages.js';
import type { ScriptedConnection } from './scripted-connection.js';
import type { ScriptedNetwork } from './scripted-network.js';

/** What is known of a stream from its first subscriber to its end, without a look inside the socket. */
export interface SessionRecord {
  readonly number: number;
  /** `HungUp`: its last subscriber left, and its connection may still have its close to finish. */
  stage: 'Live' | 'HungUp' | 'Finished';
  /** Whether a function among the options is at fault: nothing is told any more. */
  isFaulted: boolean;
  readonly connections: ScriptedConnection[];
  /** Whether it was hung up without a connection, so that its end is told at once. */
  isEndDue: boolean;
  /**
   * Whether a close was asked for: one that it dials anew after, one that stands behind messages, or one that nothing
   * comes before or after.
   */
  closing: 'unasked' | 'redialling' | 'draining' | 'last';
  /** What the channel told of its end, each time. */
  readonly ends: EndMessage[];
}

/** Keeps the records of a socket's sessions. */
export class SessionRecords {
  readonly all: SessionRecord[] = [];
  #current: SessionRecord | undefined;
  // An order to close that waits in the outbox for the next session.
  #isCloseQueued = false;
  readonly #network: ScriptedNetwork;

  constructor(network: ScriptedNetwork) {
    this.#network = network;
  }

  /** The session that has subscribers, or had them less than `linger` ago. */
  get current(): SessionRecord | undefined {
    return this.#current;
  }

  /** The session that a connection belongs to. */
  of(connection: ScriptedConnection): SessionRecord | undefined {
    return this.all.find(({ connections }) => connections.includes(connection));
  }

  /** A subscriber came. @returns The session that it is part of. */
  join(): SessionRecord {
    if (this.#current !== undefined) return this.#current;
    const number = this.all.length + 1;
    const record: SessionRecord = {
      number,
      stage: 'Live',
      isFaulted: false,
      connections: [],
      isEndDue: false,
      closing: this.#isCloseQueued ? 'draining' : 'unasked',
      ends: [],
    };
    this.#isCloseQueued = false;
    this.all.push(record);
    this.#current = record;
    return record;
  }

  /** A close is asked for; `queued` messages are to be sent before. */
  close(queued: number): void {
    const record = this.#current;
    if (record === undefined) this.#isCloseQueued ||= queued > 0;
    else if (queued > 0 && record.closing !== 'last') record.closing = 'draining';
    else if (record.closing !== 'draining') record.closing = 'last';
  }

  /** It is torn down. */
  tearDown(): void {
    if (this.#current !== undefined) this.#current.closing = 'last';
  }

  /** A close is asked for, after which it dials anew. */
  reconnect(): void {
    if (this.#current?.closing === 'unasked') this.#current.closing = 'redialling';
  }

  /** The last subscriber is about to be gone. */
  hangUp(): void {
    const record = this.#current;
    if (record === undefined) return;
    record.stage = 'HungUp';
    const isConnected = record.connections.some(({ isOver, isUpgraded }) => isUpgraded && !isOver);
    record.isEndDue = record.ends.length === 0 && !isConnected;
    this.#current = undefined;
  }

  /** It is over, for all that its subscribers were told. */
  finished(record: SessionRecord): void {
    if (record.stage === 'Live') record.stage = 'Finished';
    if (record === this.#current) this.#current = undefined;
  }

  /** The channel tells of an end. @returns The session whose end it is; none where there is no such. */
  ended(message: EndMessage): SessionRecord | undefined {
    const record = this.#endedBy(message);
    if (record === undefined) return undefined;
    record.ends.push(message);
    this.finished(record);
    return record;
  }

  #endedBy({ ending }: EndMessage): SessionRecord | undefined {
    const connection = this.#network.connections.find((each) => each.ending === ending);
    if (connection !== undefined) return this.of(connection);
    // One that was hung up with a connection ends together with that.
    const hungUp = this.all.find(({ isEndDue, ends }) => isEndDue && ends.length === 0);
    if (hungUp !== undefined && ending._tag === 'Cancelled' && !('cause' in ending)) return hungUp;
    const isUntold = ({ stage, ends }: SessionRecord): boolean =>
      stage === 'Finished' && ends.length === 0;
    // The last is for one that was closed from within its own hang-up.
    return this.all.find(isUntold) ?? this.#current ?? hungUp;
  }
}
