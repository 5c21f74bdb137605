/** What a frame on the wire is made of, right or wrong. */
export interface FrameOptions {
  /** The opcode, 0 to 15: 0 continuation, 1 text, 2 binary, 8 close, 9 ping, 10 pong. */
  readonly opcode: number;
  /**
   * Whether it is the last frame of its message.
   *
   * @defaultValue `true`
   */
  readonly fin?: boolean | undefined;
  /**
   * The three reserved bits as a number: 4 is RSV1, 2 is RSV2, 1 is RSV3.
   *
   * @defaultValue 0
   */
  readonly rsv?: number | undefined;
  /**
   * The four bytes of the masking key, as a client must send one; a server must not.
   *
   * @defaultValue `false`
   */
  readonly mask?: false | Uint8Array | undefined;
  /**
   * The payload, before masking; a string is sent as UTF-8.
   *
   * @defaultValue an empty one
   */
  readonly payload?: string | Uint8Array | undefined;
  /**
   * The payload length that the header claims, in bytes.
   *
   * @defaultValue the length of `payload`
   */
  readonly declaredLength?: bigint | number | undefined;
}

/** A frame that was read off the wire. */
export interface Frame {
  /** The opcode, 0 to 15. */
  readonly opcode: number;
  /** Whether it is the last frame of its message. */
  readonly fin: boolean;
  /** The three reserved bits as a number. */
  readonly rsv: number;
  /** Whether it was masked. */
  readonly isMasked: boolean;
  /** The payload, after unmasking. */
  readonly payload: Buffer;
}

/** What {@link parseFrames} made of some bytes. */
export interface ParsedFrames {
  /** The whole frames. */
  readonly frames: readonly Frame[];
  /** The bytes after them, which do not make a whole frame yet. */
  readonly rest: Buffer;
}

/**
 * Gives the bytes of one frame (RFC 6455, 5.2), and of wrong ones just as well: reserved bits,
 * unknown opcodes, masked frames of a server, lengths that do not fit.
 *
 * @param options - The fields of the frame.
 * @returns Header and payload, in the shortest form of the length.
 *
 * @example
 * ```ts
 * import { frame } from 'rx-wss/testing';
 *
 * frame({ opcode: 1, payload: 'hi' }); // <Buffer 81 02 68 69>
 * frame({ opcode: 2, declaredLength: 2n ** 62n });
 * ```
 */
export function frame(options: FrameOptions): Buffer {
  const { opcode, fin = true, rsv = 0, mask = false, payload = '' } = options;
  const body = Buffer.from(payload);
  const declaredLength = BigInt(options.declaredLength ?? body.length);
  const header = Buffer.alloc(10);
  header.writeUInt8((fin ? 0x80 : 0) | (rsv << 4) | opcode, 0);
  const maskBit = mask === false ? 0 : 0x80;
  let headerLength = 2;
  if (declaredLength < 126n) {
    header.writeUInt8(maskBit | Number(declaredLength), 1);
  } else if (declaredLength < 65_536n) {
    header.writeUInt8(maskBit | 126, 1);
    headerLength = header.writeUInt16BE(Number(declaredLength), 2);
  } else {
    header.writeUInt8(maskBit | 127, 1);
    headerLength = header.writeBigUInt64BE(declaredLength, 2);
  }
  const rest = mask === false ? [body] : [mask, applyMask(body, mask)];
  return Buffer.concat([header.subarray(0, headerLength), ...rest]);
}

/**
 * Gives the payload of a close frame (RFC 6455, 5.5.1), for any code: 1005 and others that may
 * not be sent too.
 *
 * @param code - The close code, 0 to 65535.
 * @param reason - The close reason; bytes may be invalid UTF-8.
 * @returns The code in network order, then the reason.
 *
 * @example
 * ```ts
 * import { closePayload, frame } from 'rx-wss/testing';
 *
 * frame({ opcode: 8, payload: closePayload(1012, 'restarting') });
 * ```
 */
export function closePayload(code: number, reason: string | Uint8Array = ''): Buffer {
  const payload = Buffer.alloc(2);
  payload.writeUInt16BE(code, 0);
  return Buffer.concat([payload, Buffer.from(reason)]);
}

/**
 * Reads the whole frames at the beginning of `bytes`, as a scripted server needs it for what its
 * client sent.
 *
 * @param bytes - What was received so far.
 * @returns The frames, and the bytes that do not make a whole one yet.
 *
 * @example
 * ```ts
 * import { frame, parseFrames } from 'rx-wss/testing';
 *
 * parseFrames(frame({ opcode: 9 })).frames[0]?.opcode; // 9
 * ```
 */
export function parseFrames(bytes: Uint8Array): ParsedFrames {
  const frames: Frame[] = [];
  let rest = Buffer.from(bytes);
  for (let end = frameEnd(rest); end <= rest.length; end = frameEnd(rest)) {
    const first = rest.readUInt8(0);
    const isMasked = (rest.readUInt8(1) & 0x80) !== 0;
    const start = headerEnd(rest);
    const body = rest.subarray(start, end);
    frames.push({
      opcode: first & 0x0f,
      fin: (first & 0x80) !== 0,
      rsv: (first >> 4) & 7,
      isMasked,
      payload: isMasked ? applyMask(body, rest.subarray(start - 4, start)) : Buffer.from(body),
    });
    rest = rest.subarray(end);
  }
  return { frames, rest };
}

// The offset at which the payload begins, or Infinity while that cannot be told.
function headerEnd(bytes: Buffer): number {
  if (bytes.length < 2) return Infinity;
  const second = bytes.readUInt8(1);
  const length = second & 0x7f;
  return 2 + (length === 126 ? 2 : length === 127 ? 8 : 0) + (second >= 0x80 ? 4 : 0);
}

function frameEnd(bytes: Buffer): number {
  const start = headerEnd(bytes);
  if (start > bytes.length) return Infinity;
  const length = bytes.readUInt8(1) & 0x7f;
  if (length === 126) return start + bytes.readUInt16BE(2);
  if (length === 127) return start + Number(bytes.readBigUInt64BE(2));
  return start + length;
}

function applyMask(bytes: Uint8Array, mask: Uint8Array): Buffer {
  const key = Buffer.from(mask);
  return Buffer.from(bytes.map((byte, index) => byte ^ key.readUInt8(index % key.length)));
}
