import { asyncScheduler } from 'rxjs';
import type { SchedulerLike, Subscription } from 'rxjs';

import type { Parcel } from './parcel.js';

// Among so many times to live one may keep its timer; there are more only where each message has its own.
const MAX_KEPT_LANES = 8;

/** Ends messages that take longer than they may: one timer for all that may take equally long. */
export class Expiry<Out> {
  readonly #scheduler: SchedulerLike;
  readonly #expire: (parcel: Parcel<Out>) => void;
  readonly #lanes = new Map<number, ExpiryLane<Out>>();
  #keepsTimers = false;

  /** @param expire - Is called with each message whose time is over. */
  constructor(scheduler: SchedulerLike, expire: (parcel: Parcel<Out>) => void) {
    this.#scheduler = scheduler;
    this.#expire = expire;
  }

  /**
   * Whether a timer may run on though nothing waits for it at present. A message that is sent at once needs none then;
   * it is to be so while there is a connection only, since a timer keeps the process alive.
   */
  set keepsTimers(keepsTimers: boolean) {
    this.#keepsTimers = keepsTimers;
    if (!keepsTimers) for (const [ttl, lane] of this.#lanes) this.#tidy(ttl, lane);
  }

  /** Begins to count the time of a message. */
  add(parcel: Parcel<Out>): void {
    const { ttl } = parcel.options;
    if (ttl === Infinity) return;
    let lane = this.#lanes.get(ttl);
    if (lane === undefined) {
      const added = new ExpiryLane(ttl, this.#scheduler, this.#expire, () => {
        this.#tidy(ttl, added);
      });
      this.#lanes.set(ttl, added);
      lane = added;
    }
    lane.add(parcel);
  }

  /** The fate of a message is known: its time does not matter any more. */
  remove(parcel: Parcel<Out>): void {
    const { ttl } = parcel.options;
    if (ttl === Infinity) return;
    const lane = this.#lanes.get(ttl);
    lane?.remove(parcel);
    if (lane !== undefined) this.#tidy(ttl, lane);
  }

  #tidy(ttl: number, lane: ExpiryLane<Out>): void {
    if (!lane.isIdle) return;
    if (this.#keepsTimers && lane.isRunning && this.#lanes.size <= MAX_KEPT_LANES) return;
    lane.stop();
    this.#lanes.delete(ttl);
  }
}

/** The messages that may take equally long, so that they expire in the order in which they came. */
class ExpiryLane<Out> {
  readonly #ttl: number;
  readonly #scheduler: SchedulerLike;
  readonly #expire: (parcel: Parcel<Out>) => void;
  readonly #elapsed: () => void;
  // With the times when they are due.
  readonly #parcels = new Map<Parcel<Out>, number>();
  #timer: Subscription | undefined;
  #isExpiring = false;

  /** @param elapsed - Is called when a timer was up and there is no other. */
  constructor(
    ttl: number,
    scheduler: SchedulerLike,
    expire: (parcel: Parcel<Out>) => void,
    elapsed: () => void,
  ) {
    this.#ttl = ttl;
    this.#scheduler = scheduler;
    this.#expire = expire;
    this.#elapsed = elapsed;
  }

  /** Whether nothing waits for it, nor is just being ended by it. */
  get isIdle(): boolean {
    return this.#parcels.size === 0 && !this.#isExpiring;
  }

  get isRunning(): boolean {
    return this.#timer !== undefined;
  }

  add(parcel: Parcel<Out>): void {
    this.#parcels.set(parcel, timeOf(this.#scheduler) + this.#ttl);
    // While others expire the timer is set afterwards.
    if (this.#timer === undefined && !this.#isExpiring) this.#wait(this.#ttl);
  }

  remove(parcel: Parcel<Out>): void {
    this.#parcels.delete(parcel);
  }

  stop(): void {
    this.#timer?.unsubscribe();
    this.#timer = undefined;
  }

  #wait(delay: number): void {
    this.#timer = this.#scheduler.schedule(() => {
      this.#timer = undefined;
      this.#isExpiring = true;
      try {
        this.#expireDue();
      } finally {
        this.#isExpiring = false;
        this.#waitForNext();
      }
    }, delay);
  }

  #expireDue(): void {
    const now = timeOf(this.#scheduler);
    const due: Parcel<Out>[] = [];
    for (const [parcel, dueAt] of this.#parcels) {
      if (dueAt > now) break;
      due.push(parcel);
    }
    // Who hears of one may settle another, and may send more, which is not due before the next timer.
    for (const parcel of due) if (this.#parcels.has(parcel)) this.#expire(parcel);
  }

  #waitForNext(): void {
    const [next] = this.#parcels.values();
    if (next === undefined) this.#elapsed();
    else this.#wait(Math.max(0, next - timeOf(this.#scheduler)));
  }
}

/** Gives the time in milliseconds, of a clock that nobody sets where the scheduler is not one of a test. */
function timeOf(scheduler: SchedulerLike): number {
  return scheduler === asyncScheduler ? performance.now() : scheduler.now();
}
