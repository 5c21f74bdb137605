import { createCipheriv, createHmac, randomBytes } from 'node:crypto';

const ALERT = 21;
const HANDSHAKE = 22;
const APPLICATION_DATA = 23;
const FATAL = 2;

/** Gives a TLS record (RFC 5246 section 6.2.1). */
function record(type: number, body: Buffer, version = 0x0303): Buffer {
  const header = Buffer.alloc(5);
  header.writeUInt8(type, 0);
  header.writeUInt16BE(version, 1);
  header.writeUInt16BE(body.length, 3);
  return Buffer.concat([header, body]);
}

/** Gives a fatal alert in the clear. */
export function alertRecord(number: number): Buffer {
  return record(ALERT, Buffer.from([FATAL, number]));
}

/**
 * Gives a fatal alert as the first record of a TLS 1.3 server after its Finished (RFC 8446 section
 * 5.2), under TLS_AES_128_GCM_SHA256.
 *
 * @param secret - The server's application traffic secret.
 */
export function encryptedAlertRecord(number: number, secret: Buffer): Buffer {
  const key = expandLabel(secret, 'key', 16);
  // The nonce of the first record is the iv itself.
  const cipher = createCipheriv('aes-128-gcm', key, expandLabel(secret, 'iv', 12));
  const inner = Buffer.from([FATAL, number, ALERT]);
  const tagLength = 16;
  const header = record(APPLICATION_DATA, Buffer.alloc(inner.length + tagLength)).subarray(0, 5);
  cipher.setAAD(header);
  return Buffer.concat([header, cipher.update(inner), cipher.final(), cipher.getAuthTag()]);
}

// HKDF-Expand-Label of RFC 8446 section 7.1; one block is enough here.
function expandLabel(secret: Buffer, label: string, length: number): Buffer {
  const name = Buffer.from(`tls13 ${label}`);
  const info = Buffer.concat([Buffer.from([0, length, name.length]), name, Buffer.from([0, 1])]);
  return createHmac('sha256', secret).update(info).digest().subarray(0, length);
}

/** Gives a message of the handshake in a record of its own (RFC 5246 section 7.4). */
export function handshakeRecord(type: number, body: Buffer, version?: number): Buffer {
  return record(
    HANDSHAKE,
    Buffer.concat([Buffer.from([type]), uint(body.length, 3), body]),
    version,
  );
}

/** What a server chooses. */
export interface ServerHello {
  /** The number of the cipher suite. */
  readonly cipher: number;
  /** @defaultValue 0x0303, TLS 1.2 */
  readonly version?: number;
  /** @defaultValue 32 random bytes */
  readonly random?: Buffer;
  /**
   * Whether it knows secure renegotiation (RFC 5746).
   *
   * @defaultValue true
   */
  readonly isSecure?: boolean;
}

/** Gives a ServerHello of TLS 1.2 or older (RFC 5246 section 7.4.1.3). */
export function serverHello(hello: ServerHello): Buffer {
  const { cipher, version = 0x0303, random = randomBytes(32), isSecure = true } = hello;
  const body = Buffer.concat([
    uint(version, 2),
    random,
    // No session.
    uint(0, 1),
    uint(cipher, 2),
    // No compression.
    uint(0, 1),
    isSecure ? Buffer.from('0005ff01000100', 'hex') : Buffer.alloc(0),
  ]);
  return handshakeRecord(2, body, version);
}

/** Gives a big-endian number of `length` bytes. */
export function uint(value: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  bytes.writeUIntBE(value, 0, length);
  return bytes;
}

/** Gives bytes with their length before them. */
export function vector(bytes: Buffer, lengthSize: number): Buffer {
  return Buffer.concat([uint(bytes.length, lengthSize), bytes]);
}

/** Counts the bytes that are not records of a handshake, an alert or a change of cipher. */
export function payloadLength(received: Buffer): number {
  let payload = 0;
  for (let rest = received; rest.length > 0;) {
    const type = rest.readUInt8(0);
    const end = rest.length < 5 ? rest.length : 5 + rest.readUInt16BE(3);
    if (type < 20 || type > HANDSHAKE) payload += Math.min(end, rest.length);
    rest = rest.subarray(end);
  }
  return payload;
}
