import { ByteCursor } from './byte-cursor.js';
import { Malformed } from './malformed.js';
import { refuseTooDeep } from './too-deep.js';

/** What a scan has seen of a message. */
export interface Seen {
  /** Whether there are byte strings in it, of which decoders give views. */
  bytes: boolean;
  /** Whether there are whole numbers in it of 64 bits or more. */
  long: boolean;
}

/**
 * Goes through a message of MessagePack without making anything of it, so that the decoder is only given what is well
 * formed and bounded: each array is as long as it says before room is made for it, strings are UTF-8, nothing is
 * nested too deep, nothing follows.
 *
 * @param data - The message.
 * @param maxDepth - How deep arrays and maps may be nested.
 * @throws `Malformed` with what is wrong.
 */
export function scanMsgpack(data: Uint8Array, maxDepth: number): Seen {
  const seen = { bytes: false, long: false };
  const cursor = new ByteCursor(data);
  scanValue(cursor, maxDepth, 0, seen);
  cursor.end();
  return seen;
}

/** See the table at https://github.com/msgpack/msgpack/blob/master/spec.md#formats. */
function scanValue(cursor: ByteCursor, maxDepth: number, depth: number, seen: Seen): void {
  const head = cursor.byte();
  if (head < 0x80 || head >= 0xe0) return;
  if (head < 0x90) scanMap(cursor, head & 0x0f, maxDepth, depth + 1, seen);
  else if (head < 0xa0) scanArray(cursor, head & 0x0f, maxDepth, depth + 1, seen);
  else if (head < 0xc0) cursor.skipText(head & 0x1f);
  else if (head === 0xc1) throw new Malformed('the byte c1 means nothing');
  else if (head < 0xc4) return;
  else if (head < 0xc7) skipBytes(cursor, cursor.uint(1 << (head - 0xc4)), seen);
  else if (head < 0xca) skipBytes(cursor, cursor.uint(1 << (head - 0xc7)) + 1, seen);
  else if (head < 0xcc) cursor.skip(4 << (head - 0xca));
  else if (head < 0xd4) skipNumber(cursor, 1 << (head & 0x03), seen);
  else if (head < 0xd9) skipBytes(cursor, (1 << (head - 0xd4)) + 1, seen);
  else if (head < 0xdc) cursor.skipText(cursor.uint(1 << (head - 0xd9)));
  else if (head < 0xde)
    scanArray(cursor, cursor.uint(2 << (head - 0xdc)), maxDepth, depth + 1, seen);
  else scanMap(cursor, cursor.uint(2 << (head - 0xde)), maxDepth, depth + 1, seen);
}

function scanArray(
  cursor: ByteCursor,
  length: number,
  maxDepth: number,
  depth: number,
  seen: Seen,
): void {
  refuseTooDeep(depth, maxDepth);
  for (let count = 0; count < length; count++) scanValue(cursor, maxDepth, depth, seen);
}

function scanMap(
  cursor: ByteCursor,
  length: number,
  maxDepth: number,
  depth: number,
  seen: Seen,
): void {
  refuseTooDeep(depth, maxDepth);
  // What may be a key, and that `__proto__` may not, is for the decoder to say.
  for (let count = 0; count < 2 * length; count++) scanValue(cursor, maxDepth, depth, seen);
}

function skipBytes(cursor: ByteCursor, length: number, seen: Seen): void {
  cursor.skip(length);
  seen.bytes = true;
}

function skipNumber(cursor: ByteCursor, size: number, seen: Seen): void {
  cursor.skip(size);
  if (size === 8) seen.long = true;
}
