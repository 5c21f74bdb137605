import { ByteCursor } from './byte-cursor.js';
import { Malformed } from './malformed.js';
import { refuseTooDeep } from './too-deep.js';

/**
 * Goes through a message of MessagePack without making anything of it, so that the decoder is given only what is well
 * formed and bounded: each array is as long as it says before room is made for it, strings are UTF-8, nothing is
 * nested too deep, nothing follows.
 *
 * @param data - The message.
 * @param maxDepth - How deep arrays and maps may be nested.
 * @returns Whether there are bytes in it, of which the decoder gives views.
 * @throws `Malformed` with what is wrong.
 */
export function scanMsgpack(data: Uint8Array, maxDepth: number): boolean {
  const scan = new MsgpackScan(data, maxDepth);
  scan.message();
  return scan.hasBytes;
}

/** Takes the bytes apart as in https://github.com/msgpack/msgpack/blob/master/spec.md#formats. */
class MsgpackScan {
  hasBytes = false;
  readonly #cursor: ByteCursor;
  readonly #maxDepth: number;

  constructor(data: Uint8Array, maxDepth: number) {
    this.#cursor = new ByteCursor(data);
    this.#maxDepth = maxDepth;
  }

  message(): void {
    this.#value(0);
    this.#cursor.end();
  }

  #value(depth: number): void {
    const cursor = this.#cursor;
    const head = cursor.byte();
    // Numbers that are in the first byte.
    if (head < 0x80 || head >= 0xe0) return;
    if (head < 0x90) this.#values(2 * (head & 0x0f), depth + 1);
    else if (head < 0xa0) this.#values(head & 0x0f, depth + 1);
    else if (head < 0xc0) cursor.skipText(head & 0x1f);
    else if (head === 0xc1) throw new Malformed('the byte c1 means nothing');
    // nil, false, true
    else if (head < 0xc4) return;
    // bin 8, 16 and 32; ext 8, 16 and 32, whose type takes one more byte
    else if (head < 0xc7) this.#bytes(cursor.uint(1 << (head - 0xc4)));
    else if (head < 0xca) this.#bytes(1 + cursor.uint(1 << (head - 0xc7)));
    // float 32 and 64; uint 8 to 64, int 8 to 64
    else if (head < 0xcc) cursor.skip(4 << (head - 0xca));
    else if (head < 0xd4) cursor.skip(1 << (head & 0x03));
    // fixext 1 to 16
    else if (head < 0xd9) this.#bytes(1 + (1 << (head - 0xd4)));
    // str 8, 16 and 32; array 16 and 32; map 16 and 32
    else if (head < 0xdc) cursor.skipText(cursor.uint(1 << (head - 0xd9)));
    else if (head < 0xde) this.#values(cursor.uint(2 << (head - 0xdc)), depth + 1);
    else this.#values(2 * cursor.uint(2 << (head - 0xde)), depth + 1);
  }

  /** The items of an array, or the keys and values of a map; which keys may be is for the decoder to say. */
  #values(count: number, depth: number): void {
    refuseTooDeep(depth, this.#maxDepth);
    for (let index = 0; index < count; index++) this.#value(depth);
  }

  #bytes(length: number): void {
    this.#cursor.skip(length);
    this.hasBytes = true;
  }
}
