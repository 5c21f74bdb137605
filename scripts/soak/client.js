import * as t from 'io-ts';
import { constantBackoff, json, webSocket } from 'rx-wss';

/** How a client ends a connection by itself, and how often of a hundred. */
const OWN_ENDS = 20;
/** After at most so many milliseconds. */
const OWN_TIME = 200;

const codec = json({ incoming: t.type({ number: t.number }) });

/** A client that sends numbers, for as long as it is not at rest, and comes back whatever happens. */
export class SoakClient {
  /** How many connections have opened. */
  opens = 0;
  /** How many numbers came back. */
  messages = 0;
  /** @type {unknown[]} What must not happen. */
  errors = [];
  /** @type {Map<string, number>} How often connections ended how. */
  endings = new Map();
  /** @type {Omit<import('rx-wss').SocketOptions<{ number: number }, { number: number }>, 'codec'>} */
  #options;
  #socket;
  /** @type {import('rxjs').Subscription | undefined} */
  #subscription;
  /** @type {import('rxjs').Subscription | undefined} */
  #states;
  /** @type {NodeJS.Timeout | undefined} */
  #ownEnd;
  #isResting = false;
  #isStopped = false;
  #isOpen = false;
  #sent = 0;
  #received = 0;

  /**
   * @param {string} url
   * @param {string} ca
   * @param {AbortSignal} signal One for all: who listens to it and does not stop shows.
   */
  constructor(url, ca, signal) {
    this.#options = {
      url,
      signal,
      tls: { ca },
      reconnect: constantBackoff({ delay: 20 }),
      heartbeat: { interval: 300, timeout: 300 },
      connectTimeout: 2_000,
      closeTimeout: 500,
      closeObserver: { next: ({ ending }) => this.#count(ending) },
    };
    this.#socket = this.#start();
  }

  /** Whether all that was sent on an open connection has come back. */
  get isQuiet() {
    return this.#isOpen && this.#received === this.#sent;
  }

  send() {
    this.#sent += 1;
    this.#socket.next({ number: this.#sent });
  }

  /** Leaves connections alone. */
  rest() {
    this.#isResting = true;
    clearTimeout(this.#ownEnd);
  }

  /** Ends connections as before. */
  go() {
    this.#isResting = false;
    this.#planOwnEnd();
  }

  /** Leaves. */
  stop() {
    this.rest();
    this.#isStopped = true;
    this.#subscription?.unsubscribe();
    this.#states?.unsubscribe();
  }

  #start() {
    const socket = webSocket({ ...this.#options, codec });
    this.#states = socket.state.subscribe(({ _tag }) => {
      if (_tag === 'Open' && !this.#isOpen) {
        this.opens += 1;
        this.#planOwnEnd();
      }
      this.#isOpen = _tag === 'Open';
    });
    this.#socket = socket;
    this.#subscribe(socket);
    return socket;
  }

  /** @param {import('rx-wss').SocketSubject<{ number: number }, { number: number }>} socket */
  #subscribe(socket) {
    // By the time that one has ended there may be another in its place.
    if (this.#isStopped || socket !== this.#socket) return;
    this.#subscription = socket.subscribe({
      next: ({ number }) => {
        if (number <= this.#received) this.errors.push(`${number} after ${this.#received}`);
        this.#received = number;
        this.messages += 1;
      },
      error: (error) => {
        this.errors.push(error);
        setImmediate(() => this.#subscribe(socket));
      },
      complete: () => setImmediate(() => this.#subscribe(socket)),
    });
  }

  #planOwnEnd() {
    clearTimeout(this.#ownEnd);
    if (this.#isResting || Math.random() * 100 >= OWN_ENDS) return;
    this.#ownEnd = setTimeout(() => this.#end(), Math.random() * OWN_TIME);
  }

  /** Ends the connection in one of the ways that a program has. */
  #end() {
    const ends = [
      () => this.#socket.complete(),
      () => this.#socket.terminate(),
      () => this.#socket.reconnect(),
      () => {
        // Another socket in its place; what waits in this one is lost with it.
        this.#subscription?.unsubscribe();
        this.#states?.unsubscribe();
        this.#isOpen = false;
        this.#start();
      },
    ];
    ends[Math.floor(Math.random() * ends.length)]?.();
  }

  /** @param {import('rx-wss').Ending} ending */
  #count(ending) {
    const { _tag, by } = ending;
    const detail = /** @type {const} */ (['kind', 'code', 'option']).find((each) => each in ending);
    const name = `${_tag} ${detail === undefined ? '' : Reflect.get(ending, detail)} by ${by}`;
    this.endings.set(name, (this.endings.get(name) ?? 0) + 1);
  }
}
