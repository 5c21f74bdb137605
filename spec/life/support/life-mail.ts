import { DisposedError } from '../../../src/streams/disposed-error.js';
import type { Delivery } from '../../../src/streams/outbox/delivery.js';
import { OutboxFullError } from '../../../src/streams/outbox/outbox-full-error.js';
import type { SocketSubject } from '../../../src/streams/socket-subject.js';
import type { ScriptedConnection } from './scripted-connection.js';

/** A message that was given to the socket. */
interface Letter {
  readonly by: 'next' | 'send';
  readonly ttl: number;
  /** Whether the socket has it: it may have refused. */
  isTaken: boolean;
  /** Whether it was given while another one was being given, so that there is no order between the two. */
  isNested: boolean;
  /** The connection that it was sent on. */
  carrier: ScriptedConnection | undefined;
  /** What `send` and `undelivered` told of it. */
  readonly fates: Delivery[];
}

const WAITS_IN_VAIN = ['Expired', 'Dropped', 'Rejected'];

/** The messages that a user gives to a socket, numbered from 0 on, and what became of each. */
export class LifeMail {
  readonly #letters: Letter[] = [];
  readonly #complain: (problem: string) => void;
  #isGiving = false;
  #latest = -1;

  constructor(complain: (problem: string) => void) {
    this.#complain = complain;
  }

  /** How many timers the socket has for them. */
  get timers(): number {
    const isTimed = ({ ttl, fates, isTaken }: Letter): boolean =>
      ttl !== Infinity && isTaken && fates.length === 0;
    return this.#letters.filter(isTimed).length;
  }

  /** How many of them are still waiting. */
  get waiting(): number {
    const isWaiting = ({ isTaken, carrier, fates }: Letter): boolean =>
      isTaken && carrier === undefined && fates.length === 0;
    return this.#letters.filter(isWaiting).length;
  }

  /** Gives one to `next`. */
  next(socket: SocketSubject<unknown, unknown>, isDisposed: boolean): void {
    this.#give('next', Infinity, (letter, message) => {
      try {
        socket.next(message);
      } catch (error) {
        letter.isTaken = false;
        const expected = isDisposed ? DisposedError : OutboxFullError;
        if (!(error instanceof expected)) this.#complain(`next() threw ${String(error)}`);
        return;
      }
      if (isDisposed) this.#complain('next() takes messages after unsubscribe()');
    });
  }

  /** Gives one to `send`. */
  send(socket: SocketSubject<unknown, unknown>, ttl: number): void {
    this.#give('send', ttl, (letter, message) => {
      void socket.send(message, { ttl }).then((fate) => {
        letter.fates.push(fate);
      });
    });
  }

  /** The socket tells of one that may not have reached the server. */
  undelivered(message: unknown, delivery: Delivery): void {
    const letter = this.#letters[Number(message)];
    if (letter?.by !== 'next') this.#complain(`undelivered tells of ${String(message)}`);
    letter?.fates.push(delivery);
  }

  /** A server gets one. */
  arrives(connection: ScriptedConnection, text: string): void {
    const index = Number(text);
    const letter = this.#letters[index];
    if (letter === undefined || letter.carrier !== undefined) {
      this.#complain(`the servers got ${text} again, or out of nowhere`);
      return;
    }
    letter.carrier = connection;
    if (letter.isNested) return;
    if (index < this.#latest) this.#complain(`the servers got ${text} after ${this.#latest}`);
    this.#latest = index;
  }

  /** Looks at what has to hold while nothing happens. */
  check(openConnections: readonly ScriptedConnection[]): void {
    this.#letters.forEach((letter, index) => {
      const complaint = this.#complaintOf(letter, index, openConnections);
      if (complaint !== undefined) this.#complain(`message ${index} ${complaint}`);
    });
  }

  /** Looks at what has to hold once the socket was disposed of. */
  checkEnd(): void {
    const isOpen = ({ isTaken, carrier, fates, by }: Letter): boolean =>
      isTaken && fates.length === 0 && (by === 'send' || carrier === undefined);
    const open = this.#letters.filter(isOpen);
    if (open.length > 0) this.#complain(`${open.length} messages have no fate`);
  }

  #complaintOf(
    { isTaken, isNested, carrier, fates, by }: Letter,
    index: number,
    open: readonly ScriptedConnection[],
  ): string | undefined {
    const [fate] = fates;
    if (fates.length > 1) return `has ${fates.map(({ _tag }) => _tag).join(' and ')}`;
    if (fate === undefined) {
      const isPassedOver = carrier === undefined && isTaken && index < this.#latest && !isNested;
      if (isPassedOver) return 'was passed over';
      if (carrier?.isOver !== true) return undefined;
      // One that was handed over before the line broke is delivered, as far as we know.
      const isKnown = by === 'next' && carrier.flushed.has(String(index));
      return isKnown ? undefined : 'was lost without a word';
    }
    if (WAITS_IN_VAIN.includes(fate._tag)) {
      return carrier === undefined ? undefined : `is ${fate._tag}, and was sent`;
    }
    if (carrier === undefined) return `is ${fate._tag}, and was not sent`;
    const wasFlushed = carrier.flushed.has(String(index));
    if (fate._tag === 'Unknown' && 'ending' in fate && wasFlushed) return 'is Unknown, and flushed';
    if (fate._tag === 'Flushed' && !wasFlushed) return 'is Flushed, and was not';
    if (fate._tag === 'Flushed' && open[fate.connection - 1] !== carrier) {
      return 'is Flushed on another connection';
    }
    return undefined;
  }

  #give(by: 'next' | 'send', ttl: number, give: (letter: Letter, message: number) => void): void {
    const isNested = this.#isGiving;
    const message = this.#letters.length;
    const letter = { by, ttl, isTaken: true, isNested, carrier: undefined, fates: [] };
    this.#letters.push(letter);
    this.#isGiving = true;
    give(letter, message);
    this.#isGiving = isNested;
    // The one that it was given in the midst of may go before it, or after it.
    if (this.#letters.length > message + 1) letter.isNested = true;
  }
}
