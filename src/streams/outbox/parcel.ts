import type { Payload } from '../../codec/codec.js';
import type { Delivery } from './delivery.js';

/**
 * Where a message is on its way out: just made (or out of the outbox again), in the outbox, given to a connection,
 * handed to the system by it, or lost with it.
 */
export type ParcelStage = 'New' | 'Waiting' | 'InFlight' | 'Flushed' | 'Lost';

/** What is said of one message. */
export interface PostOptions<Out> {
  /** What it is about: of several with one key only the latest counts. */
  readonly key?: unknown;
  /** How long it may take, in milliseconds. */
  readonly ttl: number;
  /** Is told what became of it, once. */
  readonly settled: (parcel: Parcel<Out>, delivery: Delivery) => void;
}

/** What the server is to acknowledge. */
export interface Receipt {
  /** By what it does. */
  readonly id: unknown;
  /** How often the message was given to a connection. */
  sends: number;
}

/** A place in the outbox: its message may be replaced by another, or leave it empty. */
export interface Place<Out> {
  readonly _tag: 'Place';
  parcel: Parcel<Out> | undefined;
}

/**
 * A message on its way out, until its fate is known. There is one for each message that is sent: a field more is felt.
 */
export class Parcel<Out> {
  stage: ParcelStage = 'New';
  payload: Payload;
  /** Where it waits; undefined while it does not. */
  place: Place<Out> | undefined;
  /** Whether it counts among what is on its way. */
  isCounted = false;
  readonly message: Out;
  /** Of the payload that it was made with, in bytes. */
  readonly size: number;
  /** What the server is to acknowledge; undefined where it is not. */
  readonly receipt: Receipt | undefined;
  readonly options: PostOptions<Out>;
  #isSettled = false;

  /** @param size - Of the payload, in bytes. */
  constructor(
    message: Out,
    payload: Payload,
    size: number,
    receipt: Receipt | undefined,
    options: PostOptions<Out>,
  ) {
    this.message = message;
    this.payload = payload;
    this.size = size;
    this.receipt = receipt;
    this.options = options;
  }

  /** Whether it waits in the outbox. */
  get isWaiting(): boolean {
    return this.stage === 'Waiting';
  }

  /** Whether it was given to a connection. */
  get isSent(): boolean {
    return this.stage !== 'Waiting' && this.stage !== 'New';
  }

  /** Whether its fate is known. */
  get isSettled(): boolean {
    return this.#isSettled;
  }

  /** Makes the payload its own, since the caller may use his buffer again. */
  keep(): void {
    if (typeof this.payload !== 'string') this.payload = Buffer.from(this.payload);
  }

  /** Tells what became of it; the first time counts. */
  settle(delivery: Delivery): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.options.settled(this, delivery);
  }
}
