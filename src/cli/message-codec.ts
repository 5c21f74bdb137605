import { bytes, text } from '../index.js';
import type { Codec, Payload } from '../index.js';

/** Takes messages of both kinds: text messages are strings, binary ones are bytes. */
export const messageCodec: Codec<Payload, Payload> = {
  name: 'message',
  decode: (data, kind) => (kind === 'text' ? text() : bytes()).decode(data, kind),
  encode: (message) =>
    typeof message === 'string' ? text().encode(message) : bytes().encode(message),
};
