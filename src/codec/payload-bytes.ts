import type { Payload } from './codec.js';

/** Gives what a message is made of: the UTF-8 of a text, and bytes as they are, not copied. */
export function payloadBytes(payload: Payload): Uint8Array {
  return typeof payload === 'string' ? Buffer.from(payload) : payload;
}
