import * as O from 'fp-ts/lib/Option.js';
import type { SchedulerLike } from 'rxjs';

import type { Prepare } from './attempt.js';
import { initialCounter, nextRetry } from './backoff/retry-counter.js';
import type { Retry, RetryCounter } from './backoff/retry-counter.js';
import type { Ending } from './ending.js';
import { provide } from './per-attempt.js';
import type { ReconnectSettings } from './reconnect-settings.js';

/** What is remembered from one attempt to the next: how many retries there were, and what the next one needs. */
export class Outage {
  readonly #reconnect: ReconnectSettings | undefined;
  readonly #scheduler: SchedulerLike;
  #counter: RetryCounter = initialCounter;
  // What the credentials are to be refreshed for, until they are.
  #unauthorized: Ending | undefined;

  constructor(reconnect: ReconnectSettings | undefined, scheduler: SchedulerLike) {
    this.#reconnect = reconnect;
    this.#scheduler = scheduler;
  }

  /** Decides whether there is another attempt after an ending, and when. Throws what a function among the options throws. */
  next(ending: Ending): O.Option<Retry> {
    const reconnect = this.#reconnect;
    if (reconnect === undefined) return O.none;
    const failure = {
      ending: O.some(ending),
      uptime: ending.uptime,
      now: this.#scheduler.now(),
      isTransient: reconnect.isTransient(ending),
    };
    const retry = nextRetry(this.#counter, failure, reconnect);
    if (O.isSome(retry)) {
      this.#counter = retry.value.counter;
      if (retry.value.refresh) this.#unauthorized = ending;
    }
    return retry;
  }

  /** Gives what is to be done before the next attempt: to get fresh credentials, where the ending said so. */
  prepare(): Prepare | undefined {
    const ending = this.#unauthorized;
    const refresh = this.#reconnect?.refreshCredentials;
    if (ending === undefined || refresh === undefined) return undefined;
    return async (signal) => {
      await provide('reconnect.refreshCredentials', () => refresh(ending, signal));
      this.#unauthorized = undefined;
    };
  }

  /** Forgets how many retries there were. */
  reset(): void {
    this.#counter = initialCounter;
  }
}
