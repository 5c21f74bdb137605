import type { Subscription } from 'rxjs';

import type { Payload } from '../../codec/codec.js';
import type { Delivery } from './delivery.js';

/** Where a message is on its way out. */
export type ParcelStage = 'Waiting' | 'InFlight' | 'Flushed' | 'Settled';

/** A message on its way out, until its fate is known. */
export class Parcel<Out> {
  stage: ParcelStage = 'Waiting';
  payload: Payload;
  /** Of the payload, in bytes. */
  size: number;
  /** How often it was given to a connection. */
  sends = 0;
  /** Ends its life, where that is bounded. */
  timer: Subscription | undefined;
  readonly message: Out;
  /** What it is about: of several with one key only the latest counts. */
  readonly key: unknown;
  /** By what the server acknowledges it. */
  readonly id: unknown;
  readonly #settled: ((parcel: Parcel<Out>, delivery: Delivery) => void) | undefined;

  constructor(
    message: Out,
    payload: Payload,
    key: unknown,
    id: unknown,
    settled: ((parcel: Parcel<Out>, delivery: Delivery) => void) | undefined,
  ) {
    this.message = message;
    this.payload = payload;
    this.size = typeof payload === 'string' ? Buffer.byteLength(payload) : payload.byteLength;
    this.key = key;
    this.id = id;
    this.#settled = settled;
  }

  /** Whether it waits in the outbox. */
  get isWaiting(): boolean {
    return this.stage === 'Waiting';
  }

  /** Tells what became of it: the first time counts. */
  settle(delivery: Delivery): void {
    if (this.stage === 'Settled') return;
    this.stage = 'Settled';
    this.timer?.unsubscribe();
    this.#settled?.(this, delivery);
  }
}
