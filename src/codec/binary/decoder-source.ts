/**
 * Gives the bytes of a message to a decoder that makes views of them.
 *
 * @remarks What it leaves behind is then no view of the received buffer, which a message of a few bytes would keep in
 * memory as a whole, and no `Buffer`; and what it notes down on the object is not on the received one.
 *
 * @param data - The payload.
 * @param hasBytes - Whether it will make views.
 */
export function decoderSource(data: Uint8Array, hasBytes: boolean): Uint8Array {
  return hasBytes
    ? new Uint8Array(data)
    : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
