import { channel } from 'node:diagnostics_channel';
import type { Channel } from 'node:diagnostics_channel';

/**
 * The channel `rx-wss:reject`: a message did not decode. Published a `Rejected`, so that nothing is
 * lost without a trace when nobody subscribed to `socket.rejected`.
 */
export const rejectChannel: Channel = channel('rx-wss:reject');
