import type { MessageKey } from '../hub/message-key.js';
import { AbortWatch } from './abort-watch.js';
import type { Exchange } from './exchange.js';

/** The requests in flight: found, added and removed in constant time. */
export class ExchangeTable<In, Out> {
  readonly #all = new Set<Exchange<In, Out>>();
  readonly #byKey = new Map<unknown, Exchange<In, Out>>();
  readonly #keyless = new Set<Exchange<In, Out>>();
  readonly #signals = new AbortWatch();

  /** All of them, in the order in which they were made. */
  get all(): ReadonlySet<Exchange<In, Out>> {
    return this.#all;
  }

  /** Those without an id. */
  get keyless(): ReadonlySet<Exchange<In, Out>> {
    return this.#keyless;
  }

  /** Whether any has an id. */
  get hasKeys(): boolean {
    return this.#byKey.size > 0;
  }

  find(key: MessageKey | null | undefined): Exchange<In, Out> | undefined {
    return this.#byKey.get(key);
  }

  add(exchange: Exchange<In, Out>): void {
    const { key, settings } = exchange;
    this.#all.add(exchange);
    if (key === undefined) this.#keyless.add(exchange);
    else this.#byKey.set(key, exchange);
    if (settings.signal !== undefined) this.#signals.add(settings.signal, exchange.aborted);
  }

  remove(exchange: Exchange<In, Out>): void {
    const { key, settings } = exchange;
    this.#all.delete(exchange);
    if (key === undefined) this.#keyless.delete(exchange);
    else this.#byKey.delete(key);
    if (settings.signal !== undefined) this.#signals.remove(settings.signal, exchange.aborted);
  }
}
