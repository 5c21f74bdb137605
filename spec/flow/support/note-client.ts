import type { Subscription } from 'rxjs';

import { constantBackoff, json, TlsError, webSocket, WssError } from '../../../src/index.js';
import type { Delivery, Ending, OutboxOptions, SocketSubject } from '../../../src/index.js';
import type { Dice } from '../../faults/support/dice.js';
import { LIMITS } from '../../faults/support/trouble.js';
import type { Closer } from '../../faults/support/trouble.js';
import { Answer } from './note.js';
import type { Note } from './note.js';

/** How a note was given to the socket, and what came of it. */
export interface SentNote {
  readonly id: number;
  readonly way: 'send' | 'next';
  /** Whether it has a key, so that it may take an older one's place. */
  readonly isKeyed: boolean;
  readonly isAcked: boolean;
  /** Every fate that was told of it; for `next`, none is told of one that went out. */
  readonly fates: Delivery[];
}

/** What a client of notes is made with. */
export interface NoteClientOptions {
  /** The path of its URL. */
  readonly name: string;
  /** Where the server is, or a relay to it. */
  readonly url: string;
  /** The certificate authority of the server. */
  readonly ca: string;
  readonly outbox: OutboxOptions;
  /** Whether notes may ask to be acknowledged. */
  readonly acknowledges: boolean;
  readonly dice: Dice;
}

const LARGE = 'x'.repeat(500_000);
const KEYS = ['first', 'second', 'third'] as const;

/** A client that sends notes in all the ways there are, and keeps what became of each. */
export class NoteClient {
  readonly name: string;
  readonly acknowledges: boolean;
  readonly overflow: string | undefined;
  readonly notes: SentNote[] = [];
  readonly endings: Ending[] = [];
  /** What happened that must not. */
  readonly violations: string[] = [];
  readonly #dice: Dice;
  readonly #socket: SocketSubject<Answer, Note>;
  readonly #pump: NodeJS.Timeout;
  #subscription: Subscription | undefined;
  #echoed = 0;
  #open = 0;
  #isStopped = false;

  constructor({ name, url, ca, outbox, acknowledges, dice }: NoteClientOptions) {
    this.name = name;
    this.acknowledges = acknowledges;
    this.overflow = outbox.overflow;
    this.#dice = dice;
    this.#socket = webSocket<Answer, Note>({
      url: `${url}${name}`,
      tls: { ca },
      codec: json({ incoming: Answer }),
      reconnect: constantBackoff({ delay: 10 }),
      outbox,
      ...LIMITS,
      onOpen: ({ send, connection }) => {
        send({ id: 0, connection });
      },
      closeObserver: {
        next: ({ ending }) => {
          this.endings.push(ending);
        },
      },
      ...(acknowledges && {
        acknowledge: {
          id: ({ id, isAcked }: Note) => (isAcked === true ? id : undefined),
          ack: ({ ack }: Answer) => ack,
          again: (note: Note) => ({ ...note, isAgain: true }),
          window: 16,
        },
      }),
    });
    this.#socket.undelivered.subscribe(({ message, delivery }) => {
      this.notes[message.id - 1]?.fates.push(delivery);
    });
    this.#subscribe();
    this.#pump = setInterval(() => {
      for (let left = dice.integer(0, 3); left > 0; left -= 1) this.#sendAny();
      if (dice.integer(1, 400) === 1) this.#takeBack();
    }, 3);
  }

  /** How many promises of `send()` have not settled. */
  get open(): number {
    return this.#open;
  }

  /** The highest number that came back. */
  get echoed(): number {
    return this.#echoed;
  }

  /** Sends a note that comes back. */
  probe(): void {
    this.#give({}, 'send', {});
  }

  /** Sends more than the system takes at once. */
  burst(): void {
    for (let left = 30; left > 0; left -= 1) this.#give({ padding: LARGE }, 'send', {});
  }

  /** Ends the connection from our side; the client then dials anew. */
  end(how: Exclude<Closer, 'server'>): void {
    if (how === 'reconnect') this.#socket.reconnect();
    else if (how === 'terminate') this.#socket.terminate();
    else this.#socket.complete();
  }

  /** Sends nothing more by itself. */
  rest(): void {
    clearInterval(this.#pump);
  }

  /** Sends what waits, and closes for good. @returns Whether all went well. */
  async stop(): Promise<boolean> {
    this.#isStopped = true;
    const isDrained = await this.#socket.drain({ timeout: 5_000 });
    this.#subscription?.unsubscribe();
    return isDrained;
  }

  #subscribe(): void {
    if (this.#isStopped) return;
    this.#subscription = this.#socket.subscribe({
      next: ({ echo = 0, ack }) => {
        this.#echoed = Math.max(this.#echoed, echo);
        if (ack !== undefined && this.acknowledges)
          this.violations.push(`ack ${ack} on the stream`);
      },
      error: (error: unknown) => {
        // A silence that ends in the middle of a handshake has spoilt it, for good as far as the client can tell.
        if (!(error instanceof TlsError)) {
          this.violations.push(`the stream failed: ${String(error)}`);
        }
        setImmediate(() => this.#subscribe());
      },
      complete: () => setImmediate(() => this.#subscribe()),
    });
  }

  #sendAny(): void {
    const dice = this.#dice;
    const way = dice.oneOf(['send', 'next']);
    const isAcked = this.acknowledges && dice.integer(1, 3) > 1;
    const padding = dice.weighted([
      [20, ''],
      [3, LARGE.slice(0, dice.integer(1, 4_000))],
    ]);
    const isUnspeakable = dice.integer(1, 50) === 1;
    const note = { isAcked, padding, ...(isUnspeakable && { unspeakable: 1n }) };
    const signal = dice.integer(1, 10) === 1 ? AbortSignal.timeout(dice.integer(0, 60)) : undefined;
    const ttl = dice.weighted<number | undefined>([
      [6, undefined],
      [2, dice.integer(0, 100)],
      [1, Infinity],
    ]);
    const key = dice.integer(1, 4) === 1 ? dice.oneOf(KEYS) : undefined;
    this.#give(note, way, { signal, ttl, key });
  }

  #give(
    partial: Omit<Note, 'id'>,
    way: SentNote['way'],
    options: NonNullable<Parameters<SocketSubject<Answer, Note>['send']>[1]>,
  ): void {
    const id = this.notes.length + 1;
    const note: Note = { id, ...partial };
    const isKeyed = way === 'send' && options.key !== undefined;
    const sent: SentNote = { id, way, isKeyed, isAcked: partial.isAcked === true, fates: [] };
    this.notes.push(sent);
    if (way === 'next') {
      try {
        this.#socket.next(note);
      } catch (error) {
        if (!(error instanceof WssError)) throw error;
        sent.fates.push({ _tag: 'Rejected', error });
      }
    } else {
      this.#open += 1;
      void this.#socket.send(note, options).then((delivery) => {
        this.#open -= 1;
        sent.fates.push(delivery);
      });
    }
  }

  #takeBack(): void {
    for (const { id } of this.#socket.takeBack()) {
      const note = this.notes[id - 1];
      // The others are told by their promise.
      if (note?.way === 'next') note.fates.push({ _tag: 'Dropped', why: 'withdrawn' });
    }
  }
}
