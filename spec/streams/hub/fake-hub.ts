import * as O from 'fp-ts/lib/Option.js';

import { DisposedError } from '../../../src/streams/disposed-error.js';
import type { Ending } from '../../../src/streams/ending.js';
import type { Hub, HubMember } from '../../../src/streams/hub/hub.js';
import type { Posted } from '../../../src/streams/multiplex.js';
import { ENDINGS } from '../endings.js';
import { VirtualClock } from '../virtual-clock.js';

/** A message that waits. */
interface Entry<Out> {
  readonly message: Out;
  isWaiting: boolean;
  isSent: boolean;
}

/** A socket in memory, whose connections keep what they were sent. */
export class FakeHub<In, Out> implements Hub<Out> {
  /** What is told of the life of the socket. */
  readonly members: HubMember<In>[] = [];
  readonly scheduler: VirtualClock = new VirtualClock();
  /** What each connection was sent. */
  readonly sent: Out[][] = [];
  readonly faults: unknown[] = [];
  connection: number | undefined;
  /** How often a stream began. */
  streams = 0;
  /** Whether anybody keeps the stream alive. */
  isHeld = false;
  /** What `post` and `sendNow` throw, if anything. */
  failure: Error | undefined;
  #outbox: Entry<Out>[] = [];

  /** What waits. */
  get waiting(): readonly Out[] {
    return this.#outbox.map(({ message }) => message);
  }

  /** What the latest connection was sent. */
  get last(): readonly Out[] {
    return this.sent.at(-1) ?? [];
  }

  hold(): void {
    if (!this.isHeld) this.streams += 1;
    this.isHeld = true;
  }

  release(): void {
    this.isHeld = this.members.some(({ isHolding }) => isHolding);
  }

  sendNow(message: Out): boolean {
    if (this.failure !== undefined) throw this.failure;
    if (this.connection === undefined) return false;
    this.sent.at(-1)?.push(message);
    return true;
  }

  post(message: Out): Posted {
    const isSent = this.#outbox.length === 0 && this.sendNow(message);
    const entry = { message, isWaiting: !isSent, isSent };
    if (this.failure !== undefined) throw this.failure;
    if (!isSent) this.#outbox.push(entry);
    return {
      get isWaiting() {
        return entry.isWaiting;
      },
      get isSent() {
        return entry.isSent;
      },
      withdraw: () => {
        entry.isWaiting = false;
        this.#outbox = this.#outbox.filter((each) => each !== entry);
      },
    };
  }

  fault(error: unknown): void {
    this.faults.push(error);
  }

  /** A connection opens, and what waits is sent. */
  connect(): this {
    this.connection = this.sent.push([]);
    for (const member of this.members) member.opened();
    for (const entry of this.#outbox.splice(0)) {
      entry.isWaiting = false;
      entry.isSent = true;
      this.sent.at(-1)?.push(entry.message);
    }
    return this;
  }

  /** The connection is lost, or the attempt at one. */
  disconnect(ending: Ending = ENDINGS.Closed): void {
    this.connection = undefined;
    for (const member of this.members) member.lost(ending);
  }

  /** The stream is over, completed or failed; `meanwhile` is done before that is told. */
  end(
    error: O.Option<unknown> = O.none,
    ending: Ending = ENDINGS.Closed,
    meanwhile: () => void = () => undefined,
  ): void {
    this.connection = undefined;
    const tell = this.members.map((member) => member.over(ending, error));
    this.isHeld = false;
    meanwhile();
    for (const each of tell) each();
  }

  /** An end is made of the socket. */
  dispose(): void {
    for (const member of this.members) member.dispose();
    this.isHeld = false;
    this.failure = new DisposedError();
  }
}
