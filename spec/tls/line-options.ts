import { createSecureContext } from 'node:tls';
import type { SecureLineOptions } from '../../src/tls/secure-line.js';
import { planTls } from '../../src/tls/tls-options.js';
import type { TlsOptions } from '../../src/tls/tls-options.js';

/** How to speak TLS with a server whose root is `ca`, with the defaults of `tls` for the rest. */
export function lineOptions(ca?: string, options?: TlsOptions): SecureLineOptions {
  const context = createSecureContext(ca === undefined ? {} : { ca });
  return { ...planTls('tls', options), context };
}
