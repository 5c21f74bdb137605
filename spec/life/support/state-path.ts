import type { SocketState } from '../../../src/streams/socket-state.js';
import type { PlannedOptions } from './life-plan.js';
import { BACKOFF } from './planned-options.js';

type Tag = SocketState['_tag'];

/**
 * Which state may follow on which, by the table of `transition`. Who hears that a line was lost may
 * call `reconnect()` before the state tells of it, so that Connecting follows on anything.
 */
const NEXT: Readonly<Record<Tag, readonly Tag[]>> = {
  Idle: ['Connecting'],
  Connecting: ['Connecting', 'Opening', 'Open', 'Waiting', 'Closed'],
  Opening: ['Connecting', 'Open', 'Waiting', 'Closing', 'Closed'],
  // Told anew with each answer to a ping.
  Open: ['Connecting', 'Open', 'Waiting', 'Closing', 'Closed'],
  Waiting: ['Connecting', 'Closed'],
  // A new subscriber does not wait for the closing handshake.
  Closing: ['Connecting', 'Waiting', 'Closed'],
  Closed: ['Connecting'],
};

/** Follows the states that a socket tells, and says what is wrong with them. */
export class StatePath {
  readonly states: SocketState[] = [];
  readonly #options: PlannedOptions;
  /** The attempt that was begun last. */
  #attempt = 0;
  /** When the next one is due, while it waits. */
  #due: { readonly attempt: number; readonly at: number } | undefined;

  constructor(options: PlannedOptions) {
    this.#options = options;
  }

  get present(): SocketState {
    return this.states.at(-1) ?? { _tag: 'Idle' };
  }

  /** A state was told at the time `now`. @returns What is wrong with it. */
  follow(state: SocketState, now: number): string | undefined {
    const before = this.present;
    const isFirst = this.states.length === 0;
    this.states.push(state);
    if (isFirst) return state._tag === 'Idle' ? undefined : `the first state is ${state._tag}`;
    if (!NEXT[before._tag].includes(state._tag)) {
      return `the state went from ${before._tag} to ${state._tag}`;
    }
    return this.#check(state, now);
  }

  #check(state: SocketState, now: number): string | undefined {
    switch (state._tag) {
      case 'Connecting': {
        const due = this.#due;
        this.#due = undefined;
        this.#attempt = state.attempt;
        if (state.attempt === 1) return undefined;
        return due?.attempt === state.attempt && due.at === now
          ? undefined
          : `attempt ${state.attempt} at ${now} was not announced`;
      }
      case 'Opening':
        return state.attempt === this.#attempt ? undefined : 'Opening tells another attempt';
      case 'Open': {
        if (state.attempt !== this.#attempt) return 'Open tells another attempt';
        return state.since <= now ? undefined : 'Open tells a time to come';
      }
      case 'Waiting': {
        const { attempt, delay, retryAt, retryAfter = 0, ending } = state;
        this.#due = { attempt, at: retryAt };
        const isStable = ending.uptime > 0 && ending.uptime >= this.#options.minUptime;
        const expected = isStable ? 2 : this.#attempt + 1;
        if (attempt !== expected) return `Waiting tells attempt ${attempt}, not ${expected}`;
        if (retryAt !== now + delay) return `retryAt is ${retryAt}, not ${now} + ${delay}`;
        const own = delay - retryAfter;
        if (own < 0 || own > this.#longest(attempt - 2)) return `a delay of ${own} ms`;
        if (attempt - 2 >= this.#options.maxRetries) return 'more retries than the policy allows';
        return undefined;
      }
      case 'Closed':
        this.#due = undefined;
        return undefined;
      case 'Idle':
      case 'Closing':
        return undefined;
    }
  }

  /** The longest delay that the policy may give for the retry of that number, from 0 on. */
  #longest(iteration: number): number {
    const { initialDelay, maxDelay, factor } = BACKOFF;
    switch (this.#options.reconnect) {
      case 'none':
        return -1;
      case 'immediate':
        return 10;
      case 'decorrelated':
        return maxDelay;
      case 'full':
      case 'none-jitter':
        return Math.min(maxDelay, initialDelay * factor ** iteration);
    }
  }
}
