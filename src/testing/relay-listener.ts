import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { setAlarm } from './alarm.js';
import { ignore } from './loopback.js';

// Between two tries to get the port back: the system may have lent it to a connection that goes out.
const RETRY_INTERVAL = 10;

/** A TCP port that is opened, closed and opened again. */
export class RelayListener {
  readonly #host: string;
  readonly #onSocket: (socket: Socket) => void;
  #port: number;
  /** Ends the listening, or the tries to; undefined when it is closed. */
  #closing: AbortController | undefined;
  #listening: Promise<void> = Promise.resolve();
  #hasListened = false;
  #cancelOpening: (() => void) | undefined;

  /**
   * @param port - The port; 0 for a free one, which it then keeps.
   * @param onSocket - Called with each connection, which is paused.
   */
  constructor(host: string, port: number, onSocket: (socket: Socket) => void) {
    this.#host = host;
    this.#port = port;
    this.#onSocket = onSocket;
  }

  /** The port; the one that it got, once it has been open. */
  get port(): number {
    return this.#port;
  }

  /**
   * Accepts connections.
   *
   * @returns Resolves when it does, or when it is closed before; rejects when it cannot listen, if it
   * never did, and tries again and again otherwise.
   */
  open(): Promise<void> {
    if (this.#closing === undefined) {
      this.#closing = new AbortController();
      this.#listening = this.#listen(this.#closing.signal);
    }
    return this.#listening;
  }

  /** Refuses connections, for so many milliseconds; those that there are go on. */
  refuse(duration: number): void {
    this.close();
    this.#cancelOpening = setAlarm(performance.now() + duration, () => void this.open());
  }

  /** Refuses connections; those that there are go on. */
  close(): void {
    this.#cancelOpening?.();
    this.#closing?.abort();
    this.#closing = undefined;
  }

  async #listen(signal: AbortSignal): Promise<void> {
    const server = createServer(
      { allowHalfOpen: true, pauseOnConnect: true, noDelay: true },
      this.#onSocket,
    );
    signal.addEventListener('abort', () => server.close());
    while (!signal.aborted) {
      try {
        server.listen(this.#port, this.#host);
        await once(server, 'listening', { signal });
        server.on('error', ignore);
        this.#hasListened = true;
        // Only a server on a pipe has no port.
        this.#port = (server.address() as AddressInfo).port;
        return;
      } catch (error) {
        if (!this.#hasListened) throw error;
        await pause(RETRY_INTERVAL, undefined, { signal }).catch(ignore);
      }
    }
  }
}
