import { Subscription } from 'rxjs';

import type { Hub, HubObserver } from '../../../src/streams/hub/hub.js';
import type { Posted } from '../../../src/streams/multiplex.js';
import { VirtualClock } from '../virtual-clock.js';

/** A message that waits. */
interface Entry<Out> {
  readonly message: Out;
  isWaiting: boolean;
}

/** What is told of the life of a {@link FakeHub}. */
export interface HubListener {
  opened(): void;
  lost(): void;
}

/** A socket in memory, whose connections keep what they were sent. */
export class FakeHub<Out> implements Hub<Out> {
  readonly scheduler: VirtualClock = new VirtualClock();
  /** What each connection was sent. */
  readonly sent: Out[][] = [];
  readonly faults: unknown[] = [];
  connection: number | undefined;
  /** How often somebody joined. */
  joins = 0;
  /** What `post` and `sendNow` throw, if anything. */
  failure: Error | undefined;
  readonly #observers = new Set<HubObserver>();
  #outbox: Entry<Out>[] = [];

  /** Whether anybody keeps the stream alive. */
  get isHeld(): boolean {
    return this.#observers.size > 0;
  }

  /** What waits. */
  get waiting(): readonly Out[] {
    return this.#outbox.map(({ message }) => message);
  }

  /** What the latest connection was sent. */
  get last(): readonly Out[] {
    return this.sent.at(-1) ?? [];
  }

  join(observer: HubObserver): Subscription {
    this.joins += 1;
    this.#observers.add(observer);
    return new Subscription(() => {
      this.#observers.delete(observer);
    });
  }

  sendNow(message: Out): boolean {
    if (this.failure !== undefined) throw this.failure;
    if (this.connection === undefined) return false;
    this.sent.at(-1)?.push(message);
    return true;
  }

  post(message: Out): Posted {
    const isSent = this.#outbox.length === 0 && this.sendNow(message);
    const entry = { message, isWaiting: !isSent };
    if (this.failure !== undefined) throw this.failure;
    if (!isSent) this.#outbox.push(entry);
    return {
      get isWaiting() {
        return entry.isWaiting;
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

  /** A connection opens: `listener` is told, and what waits is sent. */
  open(listener: Pick<HubListener, 'opened'>): void {
    this.connection = this.sent.push([]);
    listener.opened();
    for (const entry of this.#outbox.splice(0)) {
      entry.isWaiting = false;
      this.sent.at(-1)?.push(entry.message);
    }
  }

  /** The connection is lost, or the attempt at one. */
  lose(listener: Pick<HubListener, 'lost'>): void {
    this.connection = undefined;
    listener.lost();
  }

  /** The stream is over, completed or failed. */
  end(error?: unknown): void {
    this.connection = undefined;
    const observers = [...this.#observers];
    this.#observers.clear();
    for (const observer of observers) {
      if (error === undefined) observer.complete();
      else observer.error(error);
    }
  }
}
