const SHOWN_BYTES = 8;

/** Shows bytes in a report: how many, and the first few in hexadecimal. */
export function bytesText(data: Uint8Array): string {
  const count = data.byteLength === 1 ? '1 byte' : `${data.byteLength} bytes`;
  if (data.byteLength === 0) return count;
  const shown = Array.from(data.subarray(0, SHOWN_BYTES), (byte) =>
    byte.toString(16).padStart(2, '0'),
  );
  return `${count}: ${shown.join(' ')}${data.byteLength > SHOWN_BYTES ? ' …' : ''}`;
}
