import type { Subscription } from 'rxjs';

import { constantBackoff, text, webSocket } from '../../../src/index.js';
import type { Ending, SocketOptions, SocketState } from '../../../src/index.js';
import { LifeCheck } from './life-check.js';
import { echoUrl } from './numbered-echo.js';
import type { NumberRange } from './numbered-echo.js';
import type { Closer } from './trouble.js';

/** How a numbered client reaches its echo. */
export interface ClientOptions extends Pick<
  SocketOptions<string, string>,
  'tls' | 'connectTimeout' | 'closeTimeout' | 'heartbeat'
> {
  readonly name: string;
  /** Host and port of the echo, or of a relay to it. */
  readonly authority: string;
  /** How long it waits before it dials again, in milliseconds, at most. */
  readonly delay: number;
  /** How long it waits before it sends the next number, in milliseconds. */
  readonly interval: number;
}

/**
 * A client that sends 1, 2, 3 and so on, in good times and in bad, and sees to it that every line
 * brings them back in order and without a gap, beginning with what waited for it.
 */
export class NumberedClient {
  readonly name: string;
  /** Whether it sends; what is on its way still comes back. */
  isSending = true;
  readonly #violations: string[] = [];
  readonly #life = new LifeCheck();
  readonly #socket: ReturnType<typeof webSocket<string, string>>;
  readonly #pump: NodeJS.Timeout;
  #subscription: Subscription | undefined;
  #dials = 0;
  #next = 1;
  #echoed = 0;
  #echoedOn = 0;
  // What is given from here on waits, or waited, for a line.
  #waitsFrom = 1;
  #waited: NumberRange[] = [];
  #opens = 0;
  #isStopped = false;

  constructor(options: ClientOptions) {
    const { name, authority, delay, interval, ...rest } = options;
    this.name = name;
    this.#socket = webSocket({
      ...rest,
      url: () => echoUrl(authority, name, (this.#dials += 1)),
      codec: text(),
      reconnect: constantBackoff({ delay }),
      closeObserver: {
        next: ({ ending }) => {
          this.#life.ended(ending);
        },
      },
    });
    this.#socket.state.subscribe((state) => {
      this.#move(state);
    });
    this.#pump = setInterval(() => {
      if (this.isSending) this.send();
    }, interval);
    this.#subscribe();
  }

  get state(): SocketState {
    return this.#life.state;
  }

  /** The endings, oldest first. */
  get endings(): readonly Ending[] {
    return this.#life.endings;
  }

  /** The numbers that were given while there was no line, and had one since. */
  get waited(): readonly NumberRange[] {
    return this.#waited;
  }

  /** What happened that must not. */
  get violations(): readonly string[] {
    return [...this.#violations, ...this.#life.violations].map((each) => `${this.name}: ${each}`);
  }

  /** The number that is given next. */
  get next(): number {
    return this.#next;
  }

  /** The highest number that came back. */
  get echoed(): number {
    return this.#echoed;
  }

  /** How many connections have opened. */
  get opens(): number {
    return this.#opens;
  }

  /** Gives the next number to the socket. */
  send(): void {
    this.#socket.next(String(this.#next));
    this.#next += 1;
  }

  /** Ends the connection from our side; the client then dials anew. */
  end(how: Exclude<Closer, 'server'>): void {
    if (how === 'complete') this.#socket.complete();
    else if (how === 'reconnect') this.#socket.reconnect();
    else this.#socket.terminate();
  }

  /** Sends no more, and leaves. */
  stop(): void {
    this.#isStopped = true;
    clearInterval(this.#pump);
    this.#subscription?.unsubscribe();
  }

  /** Forgets the endings and what has waited. */
  forget(): void {
    this.#life.forget();
    this.#waited = [];
  }

  #subscribe(): void {
    if (this.#isStopped) return;
    this.#subscription = this.#socket.subscribe({
      next: (echo) => {
        this.#take(echo);
      },
      error: (error: unknown) => {
        this.#violations.push(`the stream failed: ${String(error)}`);
        setImmediate(() => this.#subscribe());
      },
      complete: () => setImmediate(() => this.#subscribe()),
    });
  }

  #take(echo: string): void {
    const [dial = 0, number = 0] = echo.split('/').map(Number);
    const isFirst = dial > this.#echoedOn;
    const isRight = isFirst
      ? number > this.#echoed && number <= this.#waitsFrom
      : dial === this.#echoedOn && number === this.#echoed + 1;
    if (!isRight) {
      const after = `${this.#echoedOn}/${this.#echoed}`;
      const waiting = `${this.#waitsFrom} and more waited`;
      this.#violations.push(`the echo ${echo} came after ${after}; ${waiting}`);
    }
    this.#echoed = number;
    this.#echoedOn = dial;
  }

  #move(state: SocketState): void {
    const before = this.#life.moved(state);
    if (before === undefined) return;
    if (state._tag === 'Open') {
      this.#opens += 1;
      this.#waited.push({ first: this.#waitsFrom, last: this.#next - 1 });
    }
    if (before._tag === 'Open') this.#waitsFrom = this.#next;
  }
}
