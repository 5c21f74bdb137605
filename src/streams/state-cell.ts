import { BehaviorSubject } from 'rxjs';
import type { Observable } from 'rxjs';

import { IDLE, transition } from './socket-state.js';
import type { SocketEvent, SocketState } from './socket-state.js';

/** Holds the present state, and tells every listener of each change in the same order. */
export class StateCell {
  /** The state that was told last, then each change. */
  readonly changes: Observable<SocketState>;

  readonly #told = new BehaviorSubject<SocketState>(IDLE);
  readonly #untold: Move[] = [];
  #present: SocketState = IDLE;
  #isTelling = false;

  constructor() {
    this.changes = this.#told.asObservable();
  }

  /** The present state, which listeners may not have heard of yet. */
  get present(): SocketState {
    return this.#present;
  }

  /**
   * Moves on. Who is told of it and moves it again, does so after everybody has heard of the first move.
   *
   * @param event - What happened.
   * @param tell - Tells others than the listeners, before them, also of what changes nothing.
   */
  move(event: SocketEvent, tell: () => void = () => undefined): void {
    const state = transition(this.#present, event);
    this.#present = state;
    this.#untold.push({ state, tell });
    if (this.#isTelling) return;
    this.#isTelling = true;
    for (let move = this.#untold.shift(); move !== undefined; move = this.#untold.shift()) {
      move.tell();
      if (move.state !== this.#told.value) this.#told.next(move.state);
    }
    this.#isTelling = false;
  }
}

/** A move that not everybody has heard of. */
interface Move {
  readonly state: SocketState;
  readonly tell: () => void;
}
