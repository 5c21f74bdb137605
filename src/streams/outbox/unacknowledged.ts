import type { Parcel } from './parcel.js';

/** The messages that were sent and that the server has not acknowledged, in the order in which they were sent. */
export class Unacknowledged<Out> {
  readonly #window: number;
  readonly #parcels = new Map<unknown, Parcel<Out>>();

  /** @param window - How many there may be. */
  constructor(window: number) {
    this.#window = window;
  }

  /** Whether one more has room. */
  get hasRoom(): boolean {
    return this.#parcels.size < this.#window;
  }

  /** All of them, the oldest first. */
  get parcels(): readonly Parcel<Out>[] {
    return [...this.#parcels.values()];
  }

  /** Adds one. @returns The one whose id it takes over. */
  add(parcel: Parcel<Out>): Parcel<Out> | undefined {
    const old = this.take(parcel.id);
    this.#parcels.set(parcel.id, parcel);
    return old;
  }

  /** Forgets one. */
  remove(parcel: Parcel<Out>): void {
    if (this.#parcels.get(parcel.id) === parcel) this.#parcels.delete(parcel.id);
  }

  /** Takes the one with this id out. */
  take(id: unknown): Parcel<Out> | undefined {
    const parcel = this.#parcels.get(id);
    this.#parcels.delete(id);
    return parcel;
  }
}
