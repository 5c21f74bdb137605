import { checkDuration, checkKeys } from '../../errors/option-checks.js';
import { WssError } from '../../errors/wss-error.js';
import { checkSignal } from '../check-signal.js';
import { onAbort } from '../on-abort.js';
import type { Delivery } from './delivery.js';
import type { Outgoing } from './outgoing.js';
import type { OutboxLimits } from './outbox-options.js';
import type { Parcel, PostOptions } from './parcel.js';

/** What may be said of one message. */
export interface SendOptions {
  /**
   * How long it may take, in milliseconds: it expires when it was not sent by then. `Infinity` for no limit.
   *
   * @defaultValue `outbox.ttl`, or 60,000
   */
  readonly ttl?: number | undefined;
  /**
   * What it is about: under the rule `latest-by-key` it takes the place of the one with the same key that waits.
   *
   * @defaultValue none
   */
  readonly key?: unknown;
  /** Takes it out of the outbox when it aborts; what was sent by then stays sent. */
  readonly signal?: AbortSignal | undefined;
}

/** {@link SendOptions}, checked. */
export interface SendSettings {
  readonly ttl: number | undefined;
  readonly key: unknown;
  readonly signal: AbortSignal | undefined;
}

/** What `send` needs of a socket. */
export interface SendPlace<In, Out> {
  readonly settings: { readonly outbox: OutboxLimits };
  readonly outgoing: Pick<Outgoing<In, Out>, 'withdraw'>;
  send(message: Out, options: PostOptions<Out>): Parcel<Out>;
}

/** How long a message of `send()` may take where nothing else is said, in milliseconds. */
export const DEFAULT_SEND_TTL = 60_000;

/**
 * Checks the options.
 *
 * @throws OptionTypeError or OptionRangeError, naming the option.
 */
export function checkSend(path: string, options: SendOptions): SendSettings {
  // Checked as unknown: the assertion would take the types of the options away.
  const given: unknown = options;
  checkKeys(path, given, ['ttl', 'key', 'signal']);
  const { ttl, key } = options;
  return {
    ttl: ttl === undefined ? undefined : checkDuration(`${path}.ttl`, ttl, Infinity),
    key,
    signal: checkSignal(`${path}.signal`, options.signal),
  };
}

/** Sends a message, and gives what becomes of it. */
export function send<In, Out>(
  place: SendPlace<In, Out>,
  message: Out,
  { ttl, key, signal }: SendSettings,
): Promise<Delivery> {
  if (signal?.aborted === true) return Promise.resolve({ _tag: 'Dropped', why: 'cancelled' });
  return new Promise((resolve) => {
    const cancel = (): void => {
      place.outgoing.withdraw(parcel, 'cancelled');
    };
    let parcel: Parcel<Out>;
    try {
      parcel = place.send(message, {
        key,
        ttl: ttl ?? place.settings.outbox.ttl ?? DEFAULT_SEND_TTL,
        settled: (_parcel, delivery) => {
          signal?.removeEventListener('abort', cancel);
          resolve(delivery);
        },
      });
    } catch (error) {
      // A function among the options threw.
      if (!(error instanceof WssError)) throw error;
      resolve({ _tag: 'Rejected', error });
      return;
    }
    if (signal !== undefined && !parcel.isSettled) onAbort(signal, cancel);
  });
}
