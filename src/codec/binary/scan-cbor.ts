import { ByteCursor } from './byte-cursor.js';
import { Malformed } from './malformed.js';
import { refuseTooDeep } from './too-deep.js';

/** What a scan has seen in a message. */
export interface CborContent {
  /** Whether there are bytes in it, of which the decoder gives views. */
  readonly hasBytes: boolean;
  /** Whether there are whole numbers in it of which the decoder makes bigints. */
  readonly hasBigInts: boolean;
}

/** What a scan lets through. */
export interface CborLimits {
  /** How deep arrays, maps and tags may be nested. */
  readonly maxDepth: number;
  /** Tells whether a tag is let through. */
  readonly isKnownTag: (tag: number) => boolean;
}

/** A number of 1,024 bits; the time that it takes to make one grows with the square of its length. */
const MAX_BIGNUM = 128;
const INDEFINITE = 31;
const BREAK = 0xff;
const PROTO = '__proto__';

/**
 * Goes through a message of CBOR without making anything of it, so that the decoder is given only what is well formed
 * and bounded: everything is as long as it says, strings are UTF-8, nothing is nested too deep, no tag makes the
 * decoder do what was not asked for, no key is `__proto__`, nothing follows.
 *
 * @param data - The message.
 * @throws `Malformed` with what is wrong.
 */
export function scanCbor(data: Uint8Array, limits: CborLimits): CborContent {
  const scan = new CborScan(data, limits);
  scan.message();
  return scan;
}

/** Takes the bytes apart as in RFC 8949 section 3. */
class CborScan implements CborContent {
  hasBytes = false;
  hasBigInts = false;
  /** How long the last string was. */
  #textLength = -1;
  readonly #cursor: ByteCursor;
  readonly #limits: CborLimits;

  constructor(data: Uint8Array, limits: CborLimits) {
    this.#cursor = new ByteCursor(data);
    this.#limits = limits;
  }

  message(): void {
    this.#item(0);
    this.#cursor.end();
  }

  #item(depth: number): void {
    const head = this.#cursor.byte();
    const info = head & 0x1f;
    switch (head >> 5) {
      case 0:
      case 1:
        this.#argument(info);
        if (info === 27) this.hasBigInts = true;
        return;
      case 2:
        this.#bytes(this.#length(info));
        return;
      case 3:
        this.#textLength = this.#length(info);
        this.#cursor.skipText(this.#textLength);
        return;
      case 4:
        this.#items(info, depth + 1);
        return;
      case 5:
        this.#entries(info, depth + 1);
        return;
      case 6:
        this.#tagged(this.#argument(info), depth + 1);
        return;
      default:
        this.#simple(info);
    }
  }

  #items(info: number, depth: number): void {
    refuseTooDeep(depth, this.#limits.maxDepth);
    if (info === INDEFINITE) {
      while (!this.#cursor.takes(BREAK)) this.#item(depth);
      return;
    }
    const count = this.#argument(info);
    for (let index = 0; index < count; index++) this.#item(depth);
  }

  #entries(info: number, depth: number): void {
    refuseTooDeep(depth, this.#limits.maxDepth);
    if (info === INDEFINITE) {
      while (!this.#cursor.takes(BREAK)) this.#entry(depth);
      return;
    }
    const count = this.#argument(info);
    for (let index = 0; index < count; index++) this.#entry(depth);
  }

  #entry(depth: number): void {
    this.#textLength = -1;
    this.#item(depth);
    // The decoder would give it another name, which another key may have.
    if (this.#textLength === PROTO.length && this.#cursor.isAfter(PROTO)) {
      throw new Malformed('the key __proto__ is not allowed');
    }
    this.#item(depth);
  }

  #tagged(tag: number, depth: number): void {
    refuseTooDeep(depth, this.#limits.maxDepth);
    if (!this.#limits.isKnownTag(tag)) throw new Malformed(`the tag ${tag} is not allowed`);
    if (tag !== 2 && tag !== 3) {
      this.#item(depth);
      return;
    }
    const head = this.#cursor.byte();
    // The decoder makes 0 of anything else.
    if (head >> 5 !== 2) throw new Malformed('a bignum that is not made of bytes');
    const length = this.#length(head & 0x1f);
    if (length > MAX_BIGNUM) throw new Malformed(`a number of more than ${8 * MAX_BIGNUM} bits`);
    this.#bytes(length);
    this.hasBigInts = true;
  }

  /** Floating-point numbers, `false`, `true`, `null` and `undefined`. */
  #simple(info: number): void {
    if (info >= 25 && info <= 27) this.#cursor.skip(1 << (info - 24));
    else if (info < 20 || info > 23)
      throw new Malformed(`the byte ${(0xe0 + info).toString(16)} means nothing here`);
  }

  #bytes(length: number): void {
    this.#cursor.skip(length);
    this.hasBytes = true;
  }

  #length(info: number): number {
    if (info === INDEFINITE) throw new Malformed('a string of indefinite length is not supported');
    return this.#argument(info);
  }

  /** The number that the first byte of an item has, or says how to read. */
  #argument(info: number): number {
    if (info < 24) return info;
    if (info > 27) throw new Malformed(`a length of the kind ${info} means nothing here`);
    return this.#cursor.uint(1 << (info - 24));
  }
}
