import { onAbort } from '../on-abort.js';

/** Who waits for a signal. */
interface Watched {
  readonly waiting: Set<() => void>;
  readonly tell: () => void;
}

/**
 * Listens to signals, once to each however many wait for it: to add a listener costs an EventTarget as much as there are
 * listeners already, and all requests of a program may share one signal.
 */
export class AbortWatch {
  readonly #watched = new Map<AbortSignal, Watched>();

  /** Calls `listener` when `signal` aborts. */
  add(signal: AbortSignal, listener: () => void): void {
    const present = this.#watched.get(signal);
    if (present !== undefined) {
      present.waiting.add(listener);
      return;
    }
    const waiting = new Set([listener]);
    const tell = (): void => {
      this.#watched.delete(signal);
      for (const each of waiting) each();
    };
    this.#watched.set(signal, { waiting, tell });
    onAbort(signal, tell);
  }

  /** Waits no longer. Does nothing once the signal has begun to tell. */
  remove(signal: AbortSignal, listener: () => void): void {
    const watched = this.#watched.get(signal);
    if (watched?.waiting.delete(listener) !== true || watched.waiting.size > 0) return;
    this.#watched.delete(signal);
    signal.removeEventListener('abort', watched.tell);
  }
}
