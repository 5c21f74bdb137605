/**
 * How many works share a signal: to make one takes Node longer than all else that is done for a message, and one
 * for all would gather the listeners of works that are long done.
 */
const SHARED_BY = 64;

/** The signals of works that are all given up together. */
export class WorkSignals {
  #controller = new AbortController();
  #uses = 0;

  /** Gives what aborts the next work. */
  next(): AbortController {
    if (this.#uses === SHARED_BY) {
      this.#controller = new AbortController();
      this.#uses = 0;
    }
    this.#uses += 1;
    return this.#controller;
  }
}
