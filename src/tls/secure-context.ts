import { createHash } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { SecureContext, SecureContextOptions } from 'node:tls';

import { isOptionError, OptionRangeError } from '../errors/option-error.js';
import type { OptionError } from '../errors/option-error.js';
import { checkUsable, readKeyPair, readPfx } from './client-credentials.js';
import type { ClientCertificate, KeyPair, Pfx } from './client-credentials.js';
import { loadMaterial, loadMaterialSync } from './material.js';
import type { LoadedMaterial, MaterialSlot } from './material.js';
import { anchorCertificates } from './trust-anchors.js';
import type { AnchorSlot, LoadedAnchor } from './trust-anchors.js';
import type { TlsPlan } from './tls-options.js';

/** A secure context for an attempt. */
export interface LoadedContext {
  readonly context: SecureContext;
  /** Why the files as they are now are not used, where the last good ones are used in their place. */
  readonly problem?: OptionError | undefined;
}

/** Gives the secure context of a plan, reading its files again at each call. */
export interface SecureContextSource {
  /** For the check at the entry. */
  readonly loadSync: () => void;
  /** For an attempt. */
  readonly load: () => Promise<LoadedContext>;
}

interface Loaded {
  readonly path: string;
  readonly ca: readonly LoadedAnchor[] | undefined;
  readonly crl: readonly LoadedMaterial[];
  readonly cert: LoadedMaterial | undefined;
  readonly key: LoadedMaterial | undefined;
  readonly pfx: LoadedMaterial | undefined;
}

/**
 * Gives the source of secure contexts for `plan`.
 *
 * @remarks
 * Files that are being replaced may be read half-written, or a new certificate beside an old key: as
 * long as what is read cannot be used, the last good context is.
 */
export function createSecureContextSource(path: string, plan: TlsPlan): SecureContextSource {
  let lastGood: UsableContext | undefined;
  return {
    loadSync: () => {
      const { ca, crl, cert, key, pfx } = plan;
      lastGood = contextOf(plan, {
        path,
        ca: ca?.map(loadAnchorSync),
        crl: crl.map(loadMaterialSync),
        cert: cert && loadMaterialSync(cert),
        key: key && loadMaterialSync(key),
        pfx: pfx && loadMaterialSync(pfx),
      });
    },
    load: async () => {
      try {
        lastGood = contextOf(plan, await loadAll(path, plan));
        return { context: lastGood.context };
      } catch (error) {
        if (lastGood === undefined || !isOptionError(error)) throw error;
        checkClient(lastGood.client);
        return { context: lastGood.context, problem: error };
      }
    },
  };
}

/** A context, and the client certificate in it: it may expire while the context is kept. */
interface UsableContext {
  readonly context: SecureContext;
  readonly client: ClientCertificate | undefined;
}

function checkClient(client: ClientCertificate | undefined): void {
  if (client !== undefined) checkUsable(client);
}

async function loadAll(path: string, { ca, crl, cert, key, pfx }: TlsPlan): Promise<Loaded> {
  return {
    path,
    ca: ca && (await Promise.all(ca.map(loadAnchor))),
    crl: await Promise.all(crl.map(loadMaterial)),
    cert: cert && (await loadMaterial(cert)),
    key: key && (await loadMaterial(key)),
    pfx: pfx && (await loadMaterial(pfx)),
  };
}

function loadAnchorSync(slot: AnchorSlot): LoadedAnchor {
  return isNamed(slot) ? slot : loadMaterialSync(slot);
}

async function loadAnchor(slot: AnchorSlot): Promise<LoadedAnchor> {
  return isNamed(slot) ? slot : loadMaterial(slot);
}

function isNamed(slot: AnchorSlot): slot is Exclude<AnchorSlot, MaterialSlot> {
  return 'roots' in slot;
}

// Contexts by their content, for all sockets: parsing many trust anchors blocks for 20 ms on Node 20,
// and a context is memory that can be shared.
const contexts = new Map<string, WeakRef<UsableContext>>();
const collected = new FinalizationRegistry<string>((digest) => {
  if (contexts.get(digest)?.deref() === undefined) contexts.delete(digest);
});

function contextOf(plan: TlsPlan, loaded: Loaded): UsableContext {
  const digest = digestOf(plan, loaded);
  let usable = contexts.get(digest)?.deref();
  if (usable === undefined) {
    usable = buildContext(plan, loaded);
    contexts.set(digest, new WeakRef(usable));
    collected.register(usable, digest);
  }
  checkClient(usable.client);
  return usable;
}

function digestOf(
  { minVersion, maxVersion, ciphers, passphrase }: TlsPlan,
  { ca, crl, cert, key, pfx }: Loaded,
): string {
  const hash = createHash('sha256');
  const add = (name: string, content: string | Uint8Array | undefined): void => {
    if (content === undefined) return;
    hash.update(`${name}:${content.length}:`);
    hash.update(content);
  };
  add('minVersion', minVersion);
  add('maxVersion', maxVersion);
  add('ciphers', ciphers);
  add('passphrase', passphrase);
  for (const each of ca ?? []) {
    if ('roots' in each) add('roots', each.roots);
    else add('ca', each.bytes);
  }
  for (const each of crl) add('crl', each.bytes);
  add('cert', cert?.bytes);
  add('key', key?.bytes);
  add('pfx', pfx?.bytes);
  return hash.digest('base64');
}

function buildContext(plan: TlsPlan, loaded: Loaded): UsableContext {
  const { passphrase, minVersion, maxVersion, ciphers } = plan;
  const { path, ca, crl } = loaded;
  const client = readClient(plan, loaded);
  const options: SecureContextOptions = { minVersion, maxVersion };
  if (ciphers !== undefined) options.ciphers = ciphers;
  if (ca !== undefined) options.ca = ca.flatMap(anchorCertificates);
  if (crl.length > 0) options.crl = crl.map(({ bytes }) => bytes);
  if (client !== undefined && 'pfx' in client) {
    options.pfx = client.pfx;
    if (passphrase !== undefined) options.passphrase = passphrase;
  } else if (client !== undefined) {
    options.cert = client.cert;
    options.key = client.key;
  }
  try {
    return { context: createSecureContext(options), client };
  } catch (cause) {
    throw contextError(path, plan, cause);
  }
}

function readClient(
  { passphrase }: TlsPlan,
  { cert, key, pfx }: Loaded,
): KeyPair | Pfx | undefined {
  if (pfx !== undefined) return readPfx(pfx, passphrase);
  return cert && key && readKeyPair(cert, key, passphrase);
}

function contextError(path: string, { ciphers, crl }: TlsPlan, cause: unknown): OptionRangeError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (ciphers !== undefined && code.includes('CIPHER')) {
    return new OptionRangeError(`${path}.ciphers`, 'names no cipher suite that OpenSSL knows', {
      cause,
    });
  }
  if (crl.length > 0 && code === 'ERR_CRYPTO_OPERATION_FAILED') {
    return new OptionRangeError(`${path}.crl`, 'holds no revocation list that can be parsed', {
      cause,
    });
  }
  return new OptionRangeError(path, `OpenSSL refuses these credentials (${code})`, { cause });
}
