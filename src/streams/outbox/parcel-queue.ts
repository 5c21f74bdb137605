import type { CloseOrder } from '../close-request.js';
import { Parcel } from './parcel.js';
import type { Place } from './parcel.js';

/** The order to close once all before it is sent. */
export interface QueuedClose {
  readonly _tag: 'Close';
  readonly order: CloseOrder;
}

// So many places that are done with may stand among those that are not.
const MAX_SLACK = 1_024;

/** The messages that wait, in order. Any of them can be taken out at any time. */
export class ParcelQueue<Out> {
  #entries: (Place<Out> | QueuedClose)[] = [];
  #head = 0;
  #messages = 0;
  #bytes = 0;
  #closes = 0;
  readonly #byKey = new Map<unknown, Place<Out>>();

  /** Whether nothing waits. */
  get isEmpty(): boolean {
    return this.#messages + this.#closes === 0;
  }

  /** How many messages wait. */
  get messages(): number {
    return this.#messages;
  }

  /** How many bytes wait. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether an order to close waits. */
  get isClosing(): boolean {
    return this.#closes > 0;
  }

  /** The messages that wait, the oldest first. */
  get parcels(): readonly Parcel<Out>[] {
    return this.#entries
      .slice(this.#head)
      .flatMap((entry) =>
        entry._tag === 'Place' && entry.parcel !== undefined ? [entry.parcel] : [],
      );
  }

  /** The message that has waited longest. */
  get oldest(): Parcel<Out> | undefined {
    const first = this.peek();
    return first === undefined || first instanceof Parcel ? first : this.parcels[0];
  }

  /** The message that waits under a key. */
  withKey(key: unknown): Parcel<Out> | undefined {
    return this.#byKey.get(key)?.parcel;
  }

  /** Adds a message at the end. */
  add(parcel: Parcel<Out>): void {
    const place: Place<Out> = { _tag: 'Place', parcel };
    parcel.place = place;
    parcel.stage = 'Waiting';
    this.#entries.push(place);
    const { key } = parcel.options;
    if (key !== undefined) this.#byKey.set(key, place);
    this.#count(parcel, 1);
  }

  /** Puts a message in the place of another that waits, which is the caller's to settle. */
  replace(old: Parcel<Out>, parcel: Parcel<Out>): void {
    const { place } = old;
    if (place === undefined) return;
    this.#count(old, -1);
    old.stage = 'New';
    old.place = undefined;
    parcel.stage = 'Waiting';
    parcel.place = place;
    place.parcel = parcel;
    this.#count(parcel, 1);
  }

  /** Adds the order to close once everything before it is sent. */
  addClose(order: CloseOrder): void {
    this.#entries.push({ _tag: 'Close', order });
    this.#closes += 1;
  }

  /** Forgets every order to close. */
  dropCloses(): void {
    this.#entries = this.#entries.slice(this.#head).filter((entry) => entry._tag === 'Place');
    this.#head = 0;
    this.#closes = 0;
  }

  /** The first that waits, which stays. */
  peek(): Parcel<Out> | QueuedClose | undefined {
    for (; this.#head < this.#entries.length; this.#head += 1) {
      const entry = this.#entries[this.#head];
      if (entry?._tag === 'Close') return entry;
      if (entry?.parcel !== undefined) return entry.parcel;
    }
    return undefined;
  }

  /** Takes an order to close out, the first entry. */
  shiftClose(): void {
    this.#closes -= 1;
    this.#head += 1;
    this.#tidy();
  }

  /** Takes a message out that waits. */
  remove(parcel: Parcel<Out>): void {
    const { place } = parcel;
    if (place === undefined) return;
    const { key } = parcel.options;
    if (this.#byKey.get(key) === place) this.#byKey.delete(key);
    // Its place is tidied up in time; what it holds is let go of now.
    place.parcel = undefined;
    parcel.place = undefined;
    parcel.stage = 'New';
    this.#count(parcel, -1);
    this.#tidy();
  }

  #count({ size }: Parcel<Out>, by: 1 | -1): void {
    this.#messages += by;
    this.#bytes += by * size;
  }

  /** What is done with is not to be kept in memory by what waits, nor by what has nobody to wait for. */
  #tidy(): void {
    const wanted = this.#messages + this.#closes;
    if (this.#entries.length <= wanted * 2 + MAX_SLACK && wanted > 0) return;
    this.#entries = this.#entries
      .slice(this.#head)
      .filter((entry) => entry._tag === 'Close' || entry.parcel !== undefined);
    this.#head = 0;
  }
}
