import type { Ending, SocketState } from '../../../src/index.js';

/** The states that may follow on each. */
const FOLLOWS: Readonly<Record<SocketState['_tag'], readonly SocketState['_tag'][]>> = {
  Idle: ['Connecting'],
  Connecting: ['Opening', 'Open', 'Waiting', 'Closed'],
  Opening: ['Open', 'Waiting', 'Closing', 'Closed'],
  Open: ['Waiting', 'Closing', 'Closed'],
  Waiting: ['Connecting', 'Closed'],
  // After reconnect() there is no wait.
  Closing: ['Connecting', 'Closed'],
  Closed: ['Connecting'],
};

/** Sees to it that a socket's states and endings go together, and come in an order that makes sense. */
export class LifeCheck {
  /** What happened that must not. */
  readonly violations: string[] = [];
  #state: SocketState = { _tag: 'Idle' };
  #endings: Ending[] = [];
  #latest: Ending | undefined;
  #attempts = 0;
  #over = 0;

  /** Where the socket is. */
  get state(): SocketState {
    return this.#state;
  }

  /** The endings, oldest first. */
  get endings(): readonly Ending[] {
    return this.#endings;
  }

  /** Forgets the endings so far. */
  forget(): void {
    this.#endings = [];
  }

  /** The state was told. @returns What it was before; undefined when it is the same one, told anew. */
  moved(state: SocketState): SocketState | undefined {
    const before = this.#state;
    this.#state = state;
    if (state._tag === 'Connecting') this.#attempts += 1;
    // With every pong.
    if (state._tag === before._tag) return undefined;
    if (!FOLLOWS[before._tag].includes(state._tag)) {
      this.violations.push(`${state._tag} after ${before._tag}`);
    }
    // Between two attempts there is nothing that ends but the stream.
    if (state._tag === 'Waiting' || (state._tag === 'Closed' && before._tag !== 'Waiting')) {
      if (state.ending !== this.#latest) {
        this.violations.push(`${state._tag} for another ending than was told`);
      }
    }
    return before;
  }

  /** An ending was told, which comes before the state moves. */
  ended(ending: Ending): void {
    this.#endings.push(ending);
    this.#latest = ending;
    this.#over += 1;
    if (this.#over !== this.#attempts) {
      this.violations.push(`${this.#over} endings of ${this.#attempts} attempts`);
    }
    const { phase, uptime, target } = ending;
    const { _tag } = this.#state;
    const wasOpen = _tag === 'Open' || _tag === 'Closing';
    if (wasOpen !== (phase === 'open' || phase === 'closing')) {
      this.violations.push(`ended in the phase ${phase} from ${_tag}`);
    }
    if (wasOpen ? uptime < 0 : uptime !== 0) {
      this.violations.push(`was open for ${uptime} ms, in the phase ${phase}`);
    }
    if (target === undefined && phase !== 'options') this.violations.push('went to nowhere');
  }
}
