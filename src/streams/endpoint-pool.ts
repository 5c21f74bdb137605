import { checkDuration, checkKeys, checkOneOf, show } from '../errors/option-checks.js';
import { OptionRangeError, OptionTypeError } from '../errors/option-error.js';
import { checkUrl } from './request-url.js';
import type { RequestUrl } from './request-url.js';

/** Several servers that offer the same, and how to go about them. */
export interface EndpointOptions {
  /** Where they are, the preferred one first: at least one. */
  readonly urls: readonly (string | URL)[];
  /**
   * Which of them is tried first: the first one of the list, or any, so that the clients of a fleet
   * share the servers among them.
   *
   * @defaultValue 'first'
   */
  readonly start?: 'first' | 'random' | undefined;
  /**
   * How long one that failed is not tried again, in milliseconds, while there is another that does
   * not rest; `Infinity` for as long as there is.
   *
   * @defaultValue 30,000
   */
  readonly rest?: number | undefined;
}

/** {@link EndpointOptions}, checked and with the defaults filled in. */
export interface EndpointSettings {
  readonly urls: readonly RequestUrl[];
  readonly start: 'first' | 'random';
  readonly rest: number;
}

/** The defaults of {@link EndpointOptions}; times in milliseconds. */
export const DEFAULT_ENDPOINTS: {
  readonly start: 'first' | 'random';
  readonly rest: number;
} = Object.freeze({ start: 'first', rest: 30_000 });

/**
 * Checks where to connect to: one URL, a list of them, or {@link EndpointOptions}.
 *
 * @throws OptionTypeError or OptionRangeError, naming the option, e.g. `url[1]` or `url.urls[1]`. The
 * message does not repeat a URL.
 */
export function checkEndpoints(path: string, value: unknown): EndpointSettings {
  if (typeof value === 'string' || value instanceof URL) {
    return { ...DEFAULT_ENDPOINTS, urls: [checkUrl(path, value)] };
  }
  if (Array.isArray(value)) return { ...DEFAULT_ENDPOINTS, urls: checkList(path, value) };
  if (typeof value !== 'object' || value === null) {
    throw new OptionTypeError(
      path,
      `must be a string, a URL, a list of them or an object, got ${show(value)}`,
    );
  }
  checkKeys(path, value, ['urls', 'start', 'rest']);
  const { urls, start, rest } = value;
  if (!Array.isArray(urls)) {
    throw new OptionTypeError(`${path}.urls`, `must be a list of URLs, got ${show(urls)}`);
  }
  return {
    urls: checkList(`${path}.urls`, urls),
    start: checkOneOf(`${path}.start`, start, DEFAULT_ENDPOINTS.start, ['first', 'random']),
    rest: checkDuration(`${path}.rest`, rest, DEFAULT_ENDPOINTS.rest),
  };
}

function checkList(path: string, urls: readonly unknown[]): readonly RequestUrl[] {
  if (urls.length === 0) throw new OptionRangeError(path, 'must hold at least one URL');
  return Array.from(urls, (url, index) => checkUrl(`${path}[${index}]`, url));
}

/** One of the servers. */
interface Entry {
  readonly url: RequestUrl;
  /** When it failed; `-Infinity` for one that does not rest. */
  failedAt: number;
}

/**
 * Decides which of several servers the next attempt goes to.
 *
 * @remarks
 * It stays with one until that fails. Then it goes on in the order of the list, round its end, and
 * passes over those that rest. When all of them rest, it takes the one whose rest ends first. A clock
 * that is set back counts as one that stood still.
 */
export class EndpointPool {
  readonly #rest: number;
  // In the order of the list, from the one on that is due.
  #entries: readonly Entry[];
  #latest: Entry | undefined;

  /**
   * @param settings - The servers, and the rules.
   * @param random - Gives a number from 0 up to, but not including, 1: drawn once, for a random start.
   */
  constructor({ urls, start, rest }: EndpointSettings, random: () => number) {
    this.#rest = rest;
    this.#entries = urls.map((url) => ({ url, failedAt: -Infinity }));
    if (start === 'random') this.#beginAt(Math.floor(random() * urls.length));
  }

  /** Gives the server for the next attempt. */
  choose(now: number): RequestUrl {
    for (const entry of this.#entries) {
      const isRested = now - entry.failedAt >= this.#rest;
      entry.failedAt = isRested ? -Infinity : Math.min(entry.failedAt, now);
    }
    // Only by an earlier time: of those that failed together, or that do not rest, the first is due.
    const chosen = this.#entries.reduce((one, other) =>
      other.failedAt < one.failedAt ? other : one,
    );
    this.#latest = chosen;
    this.#beginAt(this.#entries.indexOf(chosen));
    return chosen.url;
  }

  /** The latest choice is no good: it rests from `now` on, and another is due. */
  failed(now: number): void {
    if (this.#latest === undefined) return;
    this.#latest.failedAt = now;
    this.#beginAt(this.#entries.indexOf(this.#latest) + 1);
  }

  /** The latest choice is good: it does not rest any more, and stays the choice until it fails. */
  succeeded(): void {
    if (this.#latest === undefined) return;
    this.#latest.failedAt = -Infinity;
    this.#beginAt(this.#entries.indexOf(this.#latest));
  }

  #beginAt(index: number): void {
    this.#entries = [...this.#entries.slice(index), ...this.#entries.slice(0, index)];
  }
}
