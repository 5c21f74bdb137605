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

  /** Whether there is none. */
  get isEmpty(): boolean {
    return this.#parcels.size === 0;
  }

  /** All of them, the oldest first. */
  get parcels(): readonly Parcel<Out>[] {
    return [...this.#parcels.values()];
  }

  /** Adds one, if the server is to acknowledge it. @returns The one whose id it takes over. */
  add(parcel: Parcel<Out>): Parcel<Out> | undefined {
    const { receipt } = parcel;
    if (receipt === undefined) return undefined;
    const old = this.take(receipt.id);
    this.#parcels.set(receipt.id, parcel);
    return old;
  }

  /** Forgets one. */
  remove(parcel: Parcel<Out>): void {
    const id = parcel.receipt?.id;
    if (this.#parcels.get(id) === parcel) this.#parcels.delete(id);
  }

  /** Takes the one with this id out. */
  take(id: unknown): Parcel<Out> | undefined {
    const parcel = this.#parcels.get(id);
    this.#parcels.delete(id);
    return parcel;
  }
}
