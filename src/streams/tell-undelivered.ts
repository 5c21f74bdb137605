import { CHANNELS } from './channels.js';
import type { Undelivered } from './outbox/delivery.js';

/** Publishes on the channel `rx-wss:undelivered`, so that nothing is lost without a trace. */
export function tellUndelivered(socket: number, delivery: Undelivered<unknown>['delivery']): void {
  if (CHANNELS.undelivered.hasSubscribers) CHANNELS.undelivered.publish({ socket, delivery });
}
