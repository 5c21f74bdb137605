import { Subscription } from 'rxjs';
import type { SchedulerLike } from 'rxjs';

import type { HeartbeatLine } from './heartbeat.js';

/**
 * Tells when a connection has brought no message for a time.
 *
 * @remarks
 * A message costs a look at the clock. The one timer that there is, when it fires, is set anew for
 * what is left of the limit since the latest message. A clock that is set moves the end by as much,
 * but by no more than the limit. While we do not read ourselves, it waits.
 */
export class IdleTimeout {
  readonly #line: Pick<HeartbeatLine, 'isPaused'>;
  readonly #limit: number;
  readonly #scheduler: SchedulerLike;
  readonly #expired: () => void;
  // When the latest message came, and what that was when the timer was set.
  #latest = 0;
  #seen = 0;
  #timer: Subscription = Subscription.EMPTY;

  /**
   * @param line - The line that brings the messages.
   * @param limit - How long there may be none, in milliseconds; `Infinity` for ever.
   * @param scheduler - Waits, and tells the time.
   * @param expired - Told once, when there was none for so long.
   */
  constructor(
    line: Pick<HeartbeatLine, 'isPaused'>,
    limit: number,
    scheduler: SchedulerLike,
    expired: () => void,
  ) {
    this.#line = line;
    this.#limit = limit;
    this.#scheduler = scheduler;
    this.#expired = expired;
  }

  /** Starts to count from now on. */
  start(): void {
    if (this.#limit === Infinity) return;
    this.#latest = this.#scheduler.now();
    this.#wait(this.#limit);
  }

  /** Ends it, without a timer left, and without a word. */
  stop(): void {
    this.#timer.unsubscribe();
  }

  /** A message came. */
  message(): void {
    this.#latest = this.#scheduler.now();
  }

  #wait(time: number): void {
    this.#seen = this.#latest;
    this.#timer = this.#scheduler.schedule(() => {
      // If we were blocked, or asleep, a message waits to be read, which takes one turn of the loop.
      if (this.#waitsOn()) return;
      this.#timer = this.#scheduler.schedule(() => {
        if (!this.#waitsOn()) this.#expired();
      });
    }, time);
  }

  /** Sets the timer anew if a message came since it was set, or if we do not read. */
  #waitsOn(): boolean {
    const hasCome = this.#latest !== this.#seen;
    if (!hasCome && !this.#line.isPaused) return false;
    const left = this.#latest + this.#limit - this.#scheduler.now();
    // It came after the timer was set. Where the clock says otherwise, the clock was set.
    const isPlausible = hasCome && left > 0 && left <= this.#limit;
    this.#wait(isPlausible ? left : this.#limit);
    return true;
  }
}
