import { Parcel } from '../../../src/streams/outbox/parcel.js';
import type { PostOptions } from '../../../src/streams/outbox/parcel.js';

/** Makes a parcel of a text, under an id where the server is to acknowledge it. */
export function parcelOf(
  text: string,
  { id, ...options }: Partial<PostOptions<string>> & { readonly id?: unknown } = {},
): Parcel<string> {
  const receipt = id === undefined ? undefined : { id, sends: 0 };
  const said = { ttl: Infinity, settled: () => undefined, ...options };
  return new Parcel(text, text, Buffer.byteLength(text), receipt, said);
}
