import { CHANNEL_NAMES, subscribeChannel } from '../../../src/streams/channels.js';
import type { ChannelMessages, ChannelName } from '../../../src/streams/channel-messages.js';

/** A message of a channel, with its name. */
export type ChannelEntry = {
  readonly [Name in ChannelName]: { readonly name: Name; readonly message: ChannelMessages[Name] };
}[ChannelName];

/** Hears what the diagnostics channels tell of one socket. */
export class ChannelLedger {
  readonly #counts = new Map<ChannelName, number>();
  readonly #stops: readonly (() => void)[];

  /** @param socket - The socket's number. @param heard - Is called with each message. */
  constructor(socket: number, heard: (entry: ChannelEntry) => void) {
    this.#stops = CHANNEL_NAMES.map((name) =>
      subscribeChannel(name, (message) => {
        if (message.socket !== socket) return;
        this.#counts.set(name, this.count(name) + 1);
        // The name tells which kind of message it is.
        heard({ name, message } as ChannelEntry);
      }),
    );
  }

  count(name: ChannelName): number {
    return this.#counts.get(name) ?? 0;
  }

  stop(): void {
    for (const stop of this.#stops) stop();
  }
}
