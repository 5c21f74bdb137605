import type { SchedulerLike } from 'rxjs';

import type { Codec } from '../../codec/codec.js';
import type { CloseOrder } from '../close-request.js';
import { payloadBytes } from '../../codec/payload-bytes.js';
import { encode } from '../encode.js';
import type { Ending } from '../ending.js';
import type { SocketCounters } from '../socket-stats.js';
import type { AcknowledgeSettings } from './acknowledge-options.js';
import type { Delivery, Dropped } from './delivery.js';
import { Expiry } from './expiry.js';
import { OutboxFullError } from './outbox-full-error.js';
import type { OutboxLimits } from './outbox-options.js';
import { Outlet } from './outlet.js';
import type { Carrier } from './outlet.js';
import { Parcel } from './parcel.js';
import type { PostOptions, Receipt } from './parcel.js';
import { ParcelQueue } from './parcel-queue.js';
import type { QueuedClose } from './parcel-queue.js';
import { Unacknowledged } from './unacknowledged.js';
import { WaterGauge } from './water-gauge.js';

/** What the way out needs to know. */
export interface OutgoingSettings<In, Out> {
  readonly codec: Codec<In, Out>;
  readonly outbox: OutboxLimits;
  readonly acknowledge: AcknowledgeSettings<In, Out> | undefined;
  readonly scheduler: SchedulerLike;
}

/** The way of a message from `next` to the connection: bounded, in order, and with a fate for each. */
export class Outgoing<In, Out> {
  /** How much is on its way. */
  readonly gauge: WaterGauge;

  readonly #settings: OutgoingSettings<In, Out>;
  readonly #counters: SocketCounters;
  readonly #queue = new ParcelQueue<Out>();
  readonly #unacknowledged: Unacknowledged<Out>;
  readonly #expiry: Expiry<Out>;
  #outlet: Outlet<Out> | undefined;
  #attaching: Outlet<Out> | undefined;

  constructor(settings: OutgoingSettings<In, Out>, counters: SocketCounters) {
    this.#settings = settings;
    this.#counters = counters;
    this.gauge = new WaterGauge(settings.outbox);
    this.#unacknowledged = new Unacknowledged(settings.acknowledge?.window ?? Infinity);
    this.#expiry = new Expiry(settings.scheduler, (parcel) => {
      this.#expire(parcel);
    });
  }

  /** Whether nothing waits, neither to be sent nor to be acknowledged. */
  get isEmpty(): boolean {
    return this.#queue.isEmpty && this.#unacknowledged.isEmpty;
  }

  /** How many messages wait. */
  get messages(): number {
    return this.#queue.messages;
  }

  /** How many bytes wait. */
  get bytes(): number {
    return this.#queue.bytes;
  }

  /**
   * Sends a message, or keeps it until it can be sent.
   *
   * @throws EncodeError if the codec cannot encode it; OutboxFullError if there is no room for it, unless the rule is
   * to drop something.
   */
  post(message: Out, options: PostOptions<Out>): Parcel<Out> {
    const payload = encode(this.#settings.codec, message);
    const receipt = this.#receiptFor(message);
    // Encoded once, where it may go out at once.
    const bytes = this.#outlet === undefined ? undefined : payloadBytes(payload);
    const size = bytes?.byteLength ?? Buffer.byteLength(payload);
    const parcel = new Parcel(message, payload, size, receipt, options);
    if (bytes === undefined || !this.#handAtOnce(parcel, bytes)) {
      this.#keep(parcel);
      // It may have taken the place of what could not go out.
      this.#flush();
    }
    if (!parcel.isSettled) this.#expiry.add(parcel);
    return parcel;
  }

  /** Takes a message that waits out of the outbox; does nothing when it does not wait any more. */
  withdraw(parcel: Parcel<Out>, why: Dropped['why']): void {
    this.#drop(parcel, why);
    this.#flush();
  }

  /** Takes all messages that wait out of the outbox, and gives them, the oldest first. */
  withdrawAll(why: Dropped['why']): readonly Out[] {
    const { parcels } = this.#queue;
    // All before anybody hears of it, who might have the others sent.
    for (const parcel of parcels) this.#queue.remove(parcel);
    for (const parcel of parcels) this.#settle(parcel, { _tag: 'Dropped', why });
    this.#flush();
    return parcels.map(({ message }) => message);
  }

  /**
   * Closes once everything before it is sent, and everything that is to be acknowledged is.
   *
   * @remarks The connection gets all of that at once, where there is one: it knows how long it has to wait for a peer
   * that does not read.
   */
  addClose(order: CloseOrder): void {
    this.#queue.addClose(order);
    this.#flush();
  }

  /**
   * Closes though the server has not acknowledged everything, if nothing else is waited for.
   *
   * @returns Whether it did.
   */
  closeUnacknowledged(): boolean {
    const entry = this.#queue.peek();
    const outlet = this.#outlet;
    if (entry === undefined || entry instanceof Parcel) return false;
    if (outlet === undefined || outlet.bytes > 0) return false;
    this.#closeOn(outlet, entry);
    return true;
  }

  /** The stream has ended: forgets its connection, and every order to close. Messages stay. */
  dropCloses(): void {
    this.#detach();
    this.#queue.dropCloses();
  }

  /**
   * Gives what is to be told when a connection has handed a message to the system, and when it is over.
   *
   * @param connection - Its number.
   */
  createOutlet(carrier: Carrier, connection: number): Outlet<Out> {
    const outlet = new Outlet<Out>(carrier, connection, {
      flushed: (parcel) => {
        this.#flushed(outlet, parcel);
      },
      lost: (parcels, ending) => {
        this.#lost(outlet, parcels, ending);
      },
    });
    return outlet;
  }

  /** Its connection is open: what was not acknowledged goes out on it again, then what waits. */
  attach(outlet: Outlet<Out>): void {
    // What is posted meanwhile is to go out behind that.
    this.#outlet = undefined;
    this.#attaching = outlet;
    this.#expiry.keepsTimers = true;
    for (const parcel of this.#unacknowledged.parcels) this.#resend(outlet, parcel);
    // Who heard of the fate of one may have ended the stream.
    if (this.#attaching !== outlet) return;
    this.#attaching = undefined;
    this.#outlet = outlet;
    this.#flush();
  }

  /** Nothing will be sent any more. */
  dispose(): void {
    this.withdrawAll('disposed');
    for (const parcel of this.#unacknowledged.parcels) {
      this.#unacknowledged.remove(parcel);
      this.#settle(parcel, { _tag: 'Unknown' });
    }
  }

  /** Looks whether a message that came in acknowledges one. @returns Whether it is of that kind. */
  acknowledge(message: In): boolean {
    const id = this.#settings.acknowledge?.ack(message);
    if (id === undefined || id === null) return false;
    const connection = this.#outlet?.connection ?? 0;
    const parcel = this.#unacknowledged.take(id);
    if (parcel !== undefined) {
      this.#settle(parcel, { _tag: 'Acknowledged', connection, sends: parcel.receipt?.sends ?? 0 });
      this.#flush();
    }
    return true;
  }

  #receiptFor(message: Out): Receipt | undefined {
    const id = this.#settings.acknowledge?.id(message);
    return id === undefined || id === null ? undefined : { id, sends: 0 };
  }

  #handAtOnce(parcel: Parcel<Out>, bytes: Uint8Array): boolean {
    const outlet = this.#outlet;
    if (outlet === undefined || !this.#queue.isEmpty) return false;
    // What is alone on its way may be as large as it likes.
    if (!this.gauge.fits(parcel.size) && !this.gauge.isEmpty) return false;
    return this.#mayHand(outlet, parcel) && this.#hand(outlet, parcel, bytes);
  }

  /** Keeps a message that has to wait. */
  #keep(parcel: Parcel<Out>): void {
    const { overflow, maxMessages, maxBytes } = this.#settings.outbox;
    if (overflow === 'latest-by-key' && this.#supersede(parcel)) return;
    if (overflow === 'drop-oldest') this.#makeRoom(parcel.size);
    if (this.gauge.fits(parcel.size)) {
      parcel.keep();
      this.#queue.add(parcel);
      this.#enter(parcel);
    } else if (overflow === 'drop-newest' || overflow === 'drop-oldest') {
      parcel.settle({ _tag: 'Dropped', why: 'overflow' });
    } else {
      const { messages, bytes } = this.gauge;
      throw new OutboxFullError(
        `The outbox is full: ${messages} of ${maxMessages} messages and ${bytes} of ${maxBytes} bytes are on ` +
          `their way; one more of ${parcel.size} bytes does not fit`,
      );
    }
  }

  /** Puts a message in the place of the one with the same key. @returns Whether there was one. */
  #supersede(parcel: Parcel<Out>): boolean {
    const { key } = parcel.options;
    const old = key === undefined ? undefined : this.#queue.withKey(key);
    if (old === undefined || !this.gauge.fitsInPlaceOf(old.size, parcel.size)) return false;
    parcel.keep();
    this.#queue.replace(old, parcel);
    old.isCounted = false;
    parcel.isCounted = true;
    this.gauge.replaced(old.size, parcel.size);
    this.#settle(old, { _tag: 'Dropped', why: 'superseded' });
    return true;
  }

  #makeRoom(size: number): void {
    const { maxMessages, maxBytes } = this.#settings.outbox;
    const { gauge } = this;
    // What would not fit either way is not worth the loss.
    if (gauge.messages - this.messages >= maxMessages) return;
    if (gauge.bytes - this.bytes + size > maxBytes) return;
    while (!gauge.fits(size)) {
      const { oldest } = this.#queue;
      if (oldest === undefined) return;
      this.#drop(oldest, 'overflow');
    }
  }

  /** Takes a message that waits out of the outbox. */
  #drop(parcel: Parcel<Out>, why: Dropped['why']): void {
    if (!parcel.isWaiting) return;
    this.#queue.remove(parcel);
    this.#settle(parcel, { _tag: 'Dropped', why });
  }

  #flush(): void {
    for (let outlet = this.#outlet; outlet !== undefined; outlet = this.#outlet) {
      const entry = this.#queue.peek();
      if (entry === undefined) return;
      if (!(entry instanceof Parcel)) {
        if (this.#unacknowledged.isEmpty) this.#closeOn(outlet, entry);
        return;
      }
      if (!this.#mayHand(outlet, entry)) return;
      if (!this.#hand(outlet, entry, payloadBytes(entry.payload))) return;
    }
  }

  #closeOn(outlet: Outlet<Out>, { order }: QueuedClose): void {
    this.#queue.shiftClose();
    outlet.close(order);
  }

  #mayHand(outlet: Outlet<Out>, { receipt }: Parcel<Out>): boolean {
    if (receipt !== undefined && !this.#unacknowledged.hasRoom) return false;
    if (this.#queue.isClosing) return true;
    return outlet.bytes < this.#settings.outbox.highWaterMark || outlet.bytes === 0;
  }

  #hand(outlet: Outlet<Out>, parcel: Parcel<Out>, bytes: Uint8Array): boolean {
    if (!outlet.hand(parcel, bytes)) return false;
    if (parcel.isWaiting) this.#queue.remove(parcel);
    // What has waited was made its own before.
    else if (parcel.receipt !== undefined) parcel.keep();
    this.#handed(parcel, bytes);
    const old = this.#unacknowledged.add(parcel);
    // Who hears of it finds the message sent.
    this.#enter(parcel);
    // Whatever the server acknowledges from now on, it is not this one that it means.
    if (old !== undefined) this.#settle(old, { _tag: 'Unknown' });
    return true;
  }

  /** Sends a message again that may have arrived. */
  #resend(outlet: Outlet<Out>, parcel: Parcel<Out>): void {
    const { acknowledge, codec } = this.#settings;
    const { message, receipt } = parcel;
    // Who heard of the fate of one before it may have ended this one.
    if (parcel.isSettled) return;
    try {
      if (acknowledge?.again !== undefined && receipt !== undefined) {
        parcel.payload = encode(codec, acknowledge.again(message, receipt.sends));
      }
      const bytes = payloadBytes(parcel.payload);
      if (outlet.hand(parcel, bytes)) this.#handed(parcel, bytes);
    } catch {
      // It cannot be marked, and unmarked it must not go out.
      this.#unacknowledged.remove(parcel);
      this.#settle(parcel, { _tag: 'Unknown' });
    }
  }

  #handed(parcel: Parcel<Out>, { byteLength }: Uint8Array): void {
    parcel.stage = 'InFlight';
    if (parcel.receipt !== undefined) parcel.receipt.sends += 1;
    this.#counters.sent(byteLength);
  }

  #flushed(outlet: Outlet<Out>, parcel: Parcel<Out>): void {
    parcel.stage = 'Flushed';
    if (parcel.receipt === undefined) {
      this.#settle(parcel, outlet.fate);
    } else if (parcel.isSettled) {
      this.#leave(parcel);
    }
    if (!this.#queue.isEmpty && outlet.bytes <= this.#settings.outbox.lowWaterMark) this.#flush();
  }

  #lost(outlet: Outlet<Out>, parcels: readonly Parcel<Out>[], ending: Ending): void {
    if (this.#outlet === outlet || this.#attaching === outlet) this.#detach();
    for (const parcel of parcels) {
      parcel.stage = 'Lost';
      // What the server is to acknowledge waits for the next connection.
      if (parcel.receipt === undefined) this.#settle(parcel, { _tag: 'Unknown', ending });
      else if (parcel.isSettled) this.#leave(parcel);
    }
  }

  #expire(parcel: Parcel<Out>): void {
    if (parcel.isWaiting) {
      this.#queue.remove(parcel);
      this.#settle(parcel, { _tag: 'Expired' });
    } else {
      this.#unacknowledged.remove(parcel);
      this.#settle(parcel, { _tag: 'Unknown' });
    }
    // It may have stood before an order to close, or had the last place among what is to be acknowledged.
    this.#flush();
  }

  #detach(): void {
    this.#outlet = undefined;
    this.#attaching = undefined;
    this.#expiry.keepsTimers = false;
  }

  #settle(parcel: Parcel<Out>, delivery: Delivery): void {
    // Counted until the connection has done with it, which has it still.
    if (parcel.stage !== 'InFlight') this.#leave(parcel);
    this.#expiry.remove(parcel);
    parcel.settle(delivery);
  }

  #enter(parcel: Parcel<Out>): void {
    if (parcel.isCounted) return;
    parcel.isCounted = true;
    this.gauge.entered(parcel.size);
  }

  #leave(parcel: Parcel<Out>): void {
    if (!parcel.isCounted) return;
    parcel.isCounted = false;
    this.gauge.left(parcel.size);
  }
}
