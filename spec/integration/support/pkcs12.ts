import {
  createHash,
  createHmac,
  createPrivateKey,
  randomBytes,
  X509Certificate,
} from 'node:crypto';

/** What goes into a PKCS #12 archive. */
export interface Pkcs12Options {
  /** The leaf, in PEM. */
  readonly cert: string;
  /** Its private key, in PEM. */
  readonly key: string;
  readonly passphrase: string;
  /**
   * Whether the certificate is encrypted with 40-bit RC2, as the tools of the nineties did. Nothing
   * can be got out of such an archive here: what stands for the ciphertext is random.
   */
  readonly isLegacy?: boolean;
}

const OIDS = {
  data: '2a864886f70d010701',
  encryptedData: '2a864886f70d010706',
  certBag: '2a864886f70d010c0a0103',
  x509Certificate: '2a864886f70d01091601',
  shroudedKeyBag: '2a864886f70d010c0a0102',
  localKeyId: '2a864886f70d010915',
  rc2With40Bits: '2a864886f70d010c0106',
  sha256: '608648016503040201',
} as const;

const ITERATIONS = 2048;

/** Makes a PKCS #12 archive (RFC 7292), which neither Node nor the test kit can. */
export function toPkcs12({ cert, key, passphrase, isLegacy = false }: Pkcs12Options): Buffer {
  // PBES2 with AES-256, ready to be put into a bag.
  const shroudedKey = createPrivateKey(key).export({
    type: 'pkcs8',
    format: 'der',
    cipher: 'aes-256-cbc',
    passphrase,
  });
  const attributes = set(
    sequence(oid('localKeyId'), set(octets(createHash('sha1').update(cert).digest()))),
  );
  const certificate = sequence(
    oid('x509Certificate'),
    explicit(octets(new X509Certificate(cert).raw)),
  );
  const certBag = sequence(oid('certBag'), explicit(certificate), attributes);
  const keyBag = sequence(oid('shroudedKeyBag'), explicit(shroudedKey), attributes);
  const safe = sequence(
    isLegacy ? encryptedWithRc2() : data(sequence(certBag)),
    data(sequence(keyBag)),
  );
  return sequence(integer(3), data(safe), mac(safe, passphrase));
}

function data(content: Buffer): Buffer {
  return sequence(oid('data'), explicit(octets(content)));
}

function encryptedWithRc2(): Buffer {
  const algorithm = sequence(
    oid('rc2With40Bits'),
    sequence(octets(randomBytes(8)), integer(ITERATIONS)),
  );
  const ciphertext = tagged(0x80, randomBytes(64));
  return sequence(
    oid('encryptedData'),
    explicit(sequence(integer(0), sequence(oid('data'), algorithm, ciphertext))),
  );
}

// RFC 7292 section 4; the key comes from its appendix B.2, where one round is enough for SHA-256.
function mac(content: Buffer, passphrase: string): Buffer {
  const salt = randomBytes(8);
  const block = 64;
  const password = Buffer.from(`${passphrase}\0`, 'utf16le').swap16();
  let key = Buffer.concat([
    Buffer.alloc(block, 3),
    repeated(salt, block),
    repeated(password, block),
  ]);
  for (let round = 0; round < ITERATIONS; round += 1) {
    key = createHash('sha256').update(key).digest();
  }
  const digest = createHmac('sha256', key).update(content).digest();
  return sequence(
    sequence(sequence(oid('sha256'), tagged(0x05, Buffer.alloc(0))), octets(digest)),
    octets(salt),
    integer(ITERATIONS),
  );
}

function repeated(bytes: Buffer, block: number): Buffer {
  return Buffer.alloc(Math.ceil(bytes.length / block) * block, bytes);
}

function tagged(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts));
}

function set(content: Buffer): Buffer {
  return tagged(0x31, content);
}

function explicit(content: Buffer): Buffer {
  return tagged(0xa0, content);
}

function octets(content: Buffer): Buffer {
  return tagged(0x04, content);
}

function oid(name: keyof typeof OIDS): Buffer {
  return tagged(0x06, Buffer.from(OIDS[name], 'hex'));
}

function integer(value: number): Buffer {
  return tagged(0x02, Buffer.from(value < 0x80 ? [value] : [value >> 8, value & 0xff]));
}
