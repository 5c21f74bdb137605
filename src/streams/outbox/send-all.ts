import type { Delivery } from './delivery.js';

/** How many messages had which fate. */
export type DeliverySummary = Readonly<Record<Delivery['_tag'], number>>;

/** What `sendAll` needs of a socket. */
export interface SendTarget<Out> {
  /** Whether there is room for more. */
  readonly isWritable: boolean;
  /** Resolves once there is room for more. */
  writableAgain(signal: AbortSignal | undefined): Promise<void>;
  send(message: Out): Promise<Delivery>;
}

/**
 * Sends what a source gives, one after the other, and asks it for no more than there is room for.
 *
 * @returns How many had which fate, once each has its own.
 * @throws what the source throws, or the signal's reason; what was taken from the source before that is sent.
 */
export async function sendAll<Out>(
  target: SendTarget<Out>,
  source: Iterable<Out> | AsyncIterable<Out>,
  signal: AbortSignal | undefined,
): Promise<DeliverySummary> {
  const counts = { Flushed: 0, Acknowledged: 0, Expired: 0, Dropped: 0, Rejected: 0, Unknown: 0 };
  let open = 0;
  let settled: (() => void) | undefined;
  for await (const message of source) {
    signal?.throwIfAborted();
    open += 1;
    void target.send(message).then(({ _tag }) => {
      counts[_tag] += 1;
      open -= 1;
      if (open === 0) settled?.();
    });
    if (!target.isWritable) await target.writableAgain(signal);
  }
  if (open > 0) {
    await new Promise<void>((resolve) => {
      settled = resolve;
    });
  }
  return counts;
}
