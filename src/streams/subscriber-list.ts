import type { Subscriber } from 'rxjs';

/** The subscribers of a stream: a list that is replaced, never changed, so that a value is told without a copy of it. */
export class SubscriberList<T> {
  #present: readonly Subscriber<T>[] = [];

  /** Who is there now; who comes or goes later does not change it. */
  get present(): readonly Subscriber<T>[] {
    return this.#present;
  }

  add(subscriber: Subscriber<T>): void {
    this.#present = [...this.#present, subscriber];
  }

  remove(subscriber: Subscriber<T>): void {
    this.#present = this.#present.filter((each) => each !== subscriber);
  }

  /** Gives who is there, and lets them go. */
  takeAll(): readonly Subscriber<T>[] {
    const all = this.#present;
    this.#present = [];
    return all;
  }
}
