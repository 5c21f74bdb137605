import type { SchedulerLike, Subscription } from 'rxjs';

import type { Parcel } from './parcel.js';

// So many timers may wait for messages to come: a socket has few times to live, unless each message has its own.
const MAX_IDLE_TIMERS = 8;

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

  /** Gives a message so many milliseconds; it is forgotten when it is settled before. */
  add(parcel: Parcel<Out>, ttl: number): void {
    let lane = this.#lanes.get(ttl);
    if (lane === undefined) {
      lane = new ExpiryLane(ttl, this.#scheduler, this.#expire, (idle) => {
        this.#tidy(ttl, idle);
      });
      this.#lanes.set(ttl, lane);
    }
    lane.add(parcel);
  }

  #tidy(ttl: number, lane: ExpiryLane<Out>): void {
    if (!lane.isEmpty) return;
    if (this.#keepsTimers && lane.isRunning && this.#lanes.size <= MAX_IDLE_TIMERS) return;
    lane.stop();
    this.#lanes.delete(ttl);
  }
}

/** The messages that may take equally long, so that they expire in the order in which they came. */
class ExpiryLane<Out> {
  readonly #ttl: number;
  readonly #scheduler: SchedulerLike;
  readonly #expire: (parcel: Parcel<Out>) => void;
  readonly #idle: (lane: ExpiryLane<Out>) => void;
  readonly #parcels = new Map<Parcel<Out>, number>();
  #timer: Subscription | undefined;

  /** @param idle - Is called when there is no message any more. */
  constructor(
    ttl: number,
    scheduler: SchedulerLike,
    expire: (parcel: Parcel<Out>) => void,
    idle: (lane: ExpiryLane<Out>) => void,
  ) {
    this.#ttl = ttl;
    this.#scheduler = scheduler;
    this.#expire = expire;
    this.#idle = idle;
  }

  get isEmpty(): boolean {
    return this.#parcels.size === 0;
  }

  get isRunning(): boolean {
    return this.#timer !== undefined;
  }

  add(parcel: Parcel<Out>): void {
    this.#parcels.set(parcel, this.#scheduler.now() + this.#ttl);
    parcel.expiry = this;
    if (this.#timer === undefined) this.#wait(this.#ttl);
  }

  /** Forgets a message. */
  remove(parcel: Parcel<Out>): void {
    this.#parcels.delete(parcel);
    if (this.isEmpty) this.#idle(this);
  }

  stop(): void {
    this.#timer?.unsubscribe();
    this.#timer = undefined;
  }

  #wait(delay: number): void {
    this.#timer = this.#scheduler.schedule(() => {
      this.#elapsed();
    }, delay);
  }

  #elapsed(): void {
    this.#timer = undefined;
    const now = this.#scheduler.now();
    for (const [parcel, due] of this.#parcels) {
      if (due > now) {
        this.#waitOn(due, now);
        return;
      }
      this.#expire(parcel);
    }
  }

  #waitOn(due: number, now: number): void {
    // Set already for a message that came while others expired.
    if (this.#timer !== undefined) return;
    const latest = now + this.#ttl;
    if (due > latest) {
      // The clock was set back.
      for (const parcel of this.#parcels.keys()) this.#parcels.set(parcel, latest);
    }
    this.#wait(Math.min(due, latest) - now);
  }
}
