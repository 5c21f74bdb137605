import { BehaviorSubject } from 'rxjs';
import type { Observable } from 'rxjs';

import { IDLE, transition } from './socket-state.js';
import type { SocketEvent, SocketState } from './socket-state.js';

/** Holds the present state, and tells every listener of each change in the same order. */
export class StateCell {
  /** The state that was told last, then each change. */
  readonly changes: Observable<SocketState>;

  readonly #told = new BehaviorSubject<SocketState>(IDLE);
  readonly #untold: SocketState[] = [];
  #present: SocketState = IDLE;
  #isTelling = false;

  constructor() {
    this.changes = this.#told.asObservable();
  }

  /** The present state, which listeners may not have heard of yet. */
  get present(): SocketState {
    return this.#present;
  }

  /** Moves on; a listener that moves it again does so after everybody has heard of the first move. */
  move(event: SocketEvent): void {
    const next = transition(this.#present, event);
    if (next === this.#present) return;
    this.#present = next;
    this.#untold.push(next);
    if (this.#isTelling) return;
    this.#isTelling = true;
    for (let state = this.#untold.shift(); state !== undefined; state = this.#untold.shift()) {
      this.#told.next(state);
    }
    this.#isTelling = false;
  }
}
