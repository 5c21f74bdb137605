import type { Subscriber } from 'rxjs';

/** The subscribers of a stream: a list that is replaced, never changed, so that a value is told without a copy of it. */
export class SubscriberList<T> {
  #present: readonly Subscriber<T>[] = [];
  // Most often there is one, which is told without a look at the list.
  #only: Subscriber<T> | undefined;

  /** Who is there now; who comes or goes later does not change it. */
  get present(): readonly Subscriber<T>[] {
    return this.#present;
  }

  add(subscriber: Subscriber<T>): void {
    // A literal has no room to spare, that the list of a channel would keep for nothing.
    this.#set(this.#present.length === 0 ? [subscriber] : [...this.#present, subscriber]);
  }

  remove(subscriber: Subscriber<T>): void {
    this.#set(this.#present.filter((each) => each !== subscriber));
  }

  /** Tells a value to all who are there now: who subscribes from within begins with the next one. */
  next(value: T): void {
    if (this.#only === undefined) for (const subscriber of this.#present) subscriber.next(value);
    else this.#only.next(value);
  }

  /** Gives who is there, and lets them go. */
  takeAll(): readonly Subscriber<T>[] {
    const all = this.#present;
    this.#set([]);
    return all;
  }

  #set(present: readonly Subscriber<T>[]): void {
    this.#present = present;
    this.#only = present.length === 1 ? present[0] : undefined;
  }
}
