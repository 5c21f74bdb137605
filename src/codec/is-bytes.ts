/** Tells whether a value is a `Uint8Array`, a `Buffer` and one of another realm (vm contexts, Jest) included. */
export function isBytes(value: unknown): value is Uint8Array {
  return (
    value instanceof Uint8Array ||
    (ArrayBuffer.isView(value) && Object.prototype.toString.call(value) === '[object Uint8Array]')
  );
}
