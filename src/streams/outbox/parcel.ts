import type { Payload } from '../../codec/codec.js';
import { payloadBytes } from '../../codec/payload-bytes.js';
import type { Delivery } from './delivery.js';

/**
 * Where a message is on its way out: just made (or out of the outbox again), in the outbox, given to a connection,
 * handed to the system by it, or lost with it.
 */
export type ParcelStage = 'New' | 'Waiting' | 'InFlight' | 'Flushed' | 'Lost';

/** A place in the outbox: its message may be replaced by another, or leave it empty. */
export interface Place<Out> {
  readonly _tag: 'Place';
  parcel: Parcel<Out> | undefined;
}

/** A message on its way out, until its fate is known. */
export class Parcel<Out> {
  readonly _tag = 'Parcel';
  stage: ParcelStage = 'New';
  payload: Payload;
  /** Where it waits; undefined while it does not. */
  place: Place<Out> | undefined;
  /** How often it was given to a connection. */
  sends = 0;
  /** Whether it counts among what is on its way. */
  isCounted = false;
  /** Ends its life, where that is bounded; forgets it when it is settled before. */
  expiry: { remove(parcel: Parcel<Out>): void } | undefined;
  readonly message: Out;
  /** Of the payload that it was made with, in bytes. */
  readonly size: number;
  /** What it is about: of several with one key only the latest counts. */
  readonly key: unknown;
  /** By what the server acknowledges it; undefined where it does not. */
  readonly id: unknown;
  #settled: ((parcel: Parcel<Out>, delivery: Delivery) => void) | undefined;
  #isKept = false;
  // Those of a text, until it has gone out or has to wait.
  #bytes: Uint8Array | undefined;

  constructor(
    message: Out,
    payload: Payload,
    key: unknown,
    id: unknown,
    settled: (parcel: Parcel<Out>, delivery: Delivery) => void,
  ) {
    this.message = message;
    this.payload = payload;
    this.#bytes = payloadBytes(payload);
    this.size = this.#bytes.byteLength;
    this.key = key;
    this.id = id;
    this.#settled = settled;
  }

  /** Whether it waits in the outbox. */
  get isWaiting(): boolean {
    return this.stage === 'Waiting';
  }

  /** Whether its fate is known. */
  get isSettled(): boolean {
    return this.#settled === undefined;
  }

  /** What it is made of. */
  get bytes(): Uint8Array {
    return this.#bytes ?? payloadBytes(this.payload);
  }

  /** A connection has taken it. */
  handed(): void {
    this.stage = 'InFlight';
    this.sends += 1;
    this.#bytes = undefined;
  }

  /** Prepares it to wait: makes the payload its own, since the caller may use his buffer again. */
  keep(): void {
    this.#bytes = undefined;
    if (this.#isKept || typeof this.payload === 'string') return;
    this.#isKept = true;
    this.payload = Buffer.from(this.payload);
  }

  /** Tells what became of it; the first time counts. */
  settle(delivery: Delivery): void {
    const settled = this.#settled;
    this.#settled = undefined;
    this.expiry?.remove(this);
    settled?.(this, delivery);
  }
}
