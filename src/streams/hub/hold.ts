import { Subscription } from 'rxjs';

import type { Hub, HubObserver } from './hub.js';

/** One hold on a stream for many: the first to take it joins, the last to release it leaves. */
export class Hold {
  readonly #hub: Pick<Hub<never>, 'join'>;
  readonly #observer: HubObserver;
  #count = 0;
  #joined: Subscription = Subscription.EMPTY;

  /** @param observer - Told when the stream is over; nobody holds it any more by then. */
  constructor(hub: Pick<Hub<never>, 'join'>, observer: HubObserver) {
    this.#hub = hub;
    this.#observer = observer;
  }

  /** Takes the hold. */
  take(): void {
    this.#count += 1;
    if (this.#count > 1) return;
    // There before the stream is: what is over within join() may be joined anew within it.
    const joined = new Subscription();
    this.#joined = joined;
    const isPresent = (): boolean => {
      if (joined !== this.#joined) return false;
      this.drop();
      return true;
    };
    const observer = {
      error: (error: unknown) => {
        if (isPresent()) this.#observer.error(error);
      },
      complete: () => {
        if (isPresent()) this.#observer.complete();
      },
    };
    joined.add(this.#hub.join(observer));
  }

  /** Releases it, once for each time that it was taken. */
  release(): void {
    this.#count -= 1;
    if (this.#count === 0) this.drop();
  }

  /** Lets go, however many hold it. */
  drop(): void {
    const joined = this.#joined;
    this.#count = 0;
    this.#joined = Subscription.EMPTY;
    joined.unsubscribe();
  }
}
