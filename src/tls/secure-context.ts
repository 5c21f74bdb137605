import { createHash } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { SecureContext, SecureContextOptions } from 'node:tls';

import { OptionRangeError } from '../errors/option-error.js';
import { readCertificates } from './certificates.js';
import { readKeyPair, readPfx } from './client-credentials.js';
import { loadMaterial, loadMaterialSync } from './material.js';
import type { LoadedMaterial } from './material.js';
import type { TlsPlan } from './tls-options.js';

/** Gives the secure context of a plan, reading its files again at each call. */
export interface SecureContextSource {
  /** For the check at the entry. */
  readonly loadSync: () => SecureContext;
  /** For an attempt. */
  readonly load: () => Promise<SecureContext>;
}

interface Loaded {
  readonly ca: readonly LoadedMaterial[] | undefined;
  readonly cert: LoadedMaterial | undefined;
  readonly key: LoadedMaterial | undefined;
  readonly pfx: LoadedMaterial | undefined;
}

/**
 * Gives the source of secure contexts for `plan`. As long as the files hold the same, it gives the
 * same context: parsing many trust anchors blocks for 20 ms (Node 20), and a context is shared
 * memory.
 */
export function createSecureContextSource(plan: TlsPlan): SecureContextSource {
  let last: { readonly digest: string; readonly context: SecureContext } | undefined;
  const contextOf = (loaded: Loaded): SecureContext => {
    const digest = digestOf(loaded);
    if (last?.digest !== digest) last = { digest, context: buildContext(plan, loaded) };
    return last.context;
  };
  return {
    loadSync: () =>
      contextOf({
        ca: plan.ca?.map(loadMaterialSync),
        cert: plan.cert && loadMaterialSync(plan.cert),
        key: plan.key && loadMaterialSync(plan.key),
        pfx: plan.pfx && loadMaterialSync(plan.pfx),
      }),
    load: async () =>
      contextOf({
        ca: plan.ca && (await Promise.all(plan.ca.map(loadMaterial))),
        cert: plan.cert && (await loadMaterial(plan.cert)),
        key: plan.key && (await loadMaterial(plan.key)),
        pfx: plan.pfx && (await loadMaterial(plan.pfx)),
      }),
  };
}

function digestOf({ ca = [], cert, key, pfx }: Loaded): string {
  const hash = createHash('sha256');
  for (const part of [...ca, cert, key, pfx]) {
    hash.update(`${part?.option ?? ''}:${part?.bytes.length ?? 0}:`);
    if (part !== undefined) hash.update(part.bytes);
  }
  return hash.digest('base64');
}

function buildContext(plan: TlsPlan, { ca, cert, key, pfx }: Loaded): SecureContext {
  const { passphrase, minVersion } = plan;
  const options: SecureContextOptions = { minVersion };
  if (ca !== undefined) options.ca = ca.flatMap((each) => readCertificates(each).map(String));
  if (cert !== undefined && key !== undefined) {
    Object.assign(options, readKeyPair(cert, key, passphrase));
  }
  if (pfx !== undefined) {
    options.pfx = readPfx(pfx, passphrase);
    if (passphrase !== undefined) options.passphrase = passphrase;
  }
  try {
    return createSecureContext(options);
  } catch (error) {
    throw new OptionRangeError('tls', 'OpenSSL refuses these credentials; see cause', {
      cause: error,
    });
  }
}
