import { VirtualClock } from '../../streams/virtual-clock.js';

const turnOfTheLoop = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

/**
 * Virtual time with an event loop: between one timer and the next everything that promises do is
 * done, as Node does it.
 */
export class LifeClock extends VirtualClock {
  readonly #turns: (() => void)[] = [];

  /** Does `act` in a turn of the loop of its own, at the same time of the clock. */
  later(act: () => void): void {
    this.#turns.push(act);
  }

  /** Lets everything happen that needs no time to pass. */
  async settle(): Promise<void> {
    for (;;) {
      await turnOfTheLoop();
      const turn = this.#turns.shift();
      if (turn !== undefined) turn();
      else if (!this.#runNext(this.frame)) return;
    }
  }

  /** Lets `duration` milliseconds pass. */
  async pass(duration: number): Promise<void> {
    const until = this.frame + duration;
    do await this.settle();
    while (this.#runNext(until));
    this.frame = until;
  }

  /** Does what is due first, if that is not after `until`. @returns Whether there was any. */
  #runNext(until: number): boolean {
    const [action] = this.actions;
    if (action === undefined || action.delay > until) return false;
    this.actions.shift();
    this.frame = Math.max(this.frame, action.delay);
    const error: unknown = action.execute(action.state, action.delay);
    if (error !== undefined) throw new Error('A timer failed', { cause: error });
    return true;
  }
}
