import type { CloseOrder } from '../close-request.js';
import type { Ending } from '../ending.js';
import type { Flushed } from './delivery.js';
import type { Parcel } from './parcel.js';

/** An open connection, as the outbox sees it. */
export interface Carrier {
  /** Sends a message. @returns Whether it was taken. */
  send(bytes: Uint8Array, isBinary: boolean): boolean;
  /** Closes once what was sent has gone out. */
  close(order: CloseOrder): void;
}

/** What an outlet tells. */
export interface OutletEvents<Out> {
  /** A message was handed to the system. */
  readonly flushed: (parcel: Parcel<Out>) => void;
  /** The connection is over, and these may have got through or not. */
  readonly lost: (parcels: readonly Parcel<Out>[], ending: Ending) => void;
}

// So many places that are done with may stand before those that are not.
const MAX_SLACK = 1_024;

/** The messages that were given to one connection and that it has not handed to the system yet, in order. */
export class Outlet<Out> {
  /** The number of the connection. */
  readonly connection: number;
  /** The fate of what it has handed over: one for all. */
  readonly fate: Flushed;

  readonly #carrier: Carrier;
  readonly #events: OutletEvents<Out>;
  #parcels: (Parcel<Out> | undefined)[] = [];
  #head = 0;
  #bytes = 0;

  constructor(carrier: Carrier, connection: number, events: OutletEvents<Out>) {
    this.connection = connection;
    this.fate = { _tag: 'Flushed', connection };
    this.#carrier = carrier;
    this.#events = events;
  }

  /** How many bytes it has not handed over. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Gives the connection a message, which is made of `bytes`. @returns Whether it took it. */
  hand(parcel: Parcel<Out>, bytes: Uint8Array): boolean {
    if (!this.#carrier.send(bytes, typeof parcel.payload !== 'string')) return false;
    this.#parcels.push(parcel);
    this.#bytes += parcel.size;
    return true;
  }

  /** Closes the connection once what it was given has gone out. */
  close(order: CloseOrder): void {
    this.#carrier.close(order);
  }

  /** The connection has handed the oldest message over. */
  flushed(): void {
    const parcel = this.#parcels[this.#head];
    if (parcel === undefined) return;
    this.#parcels[this.#head] = undefined;
    this.#head += 1;
    this.#bytes -= parcel.size;
    if (this.#head === this.#parcels.length || this.#head > MAX_SLACK) {
      this.#parcels = this.#parcels.slice(this.#head);
      this.#head = 0;
    }
    this.#events.flushed(parcel);
  }

  /** The connection is over. */
  lost(ending: Ending): void {
    const parcels = this.#parcels.filter((parcel) => parcel !== undefined);
    this.#parcels = [];
    this.#head = 0;
    this.#bytes = 0;
    this.#events.lost(parcels, ending);
  }
}
