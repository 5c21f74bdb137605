import { createSecureContextSource } from './secure-context.js';
import type { SecureLineOptions } from './secure-line.js';
import { planTls } from './tls-options.js';
import type { TlsOptions } from './tls-options.js';

/** The options of a TLS connection, good for any number of attempts. */
export interface TlsProfile {
  /** Reads the files and throws what is wrong with them, naming the option. */
  readonly check: () => void;
  /** Reads the files again, and gives what the next attempt is made with. */
  readonly load: () => Promise<SecureLineOptions>;
}

/**
 * Checks `options` as far as that goes without reading files.
 *
 * @param path - The path of the options, e.g. `tls`.
 * @throws OptionTypeError or OptionRangeError, naming the option.
 */
export function createTlsProfile(path: string, options: TlsOptions | undefined): TlsProfile {
  const plan = planTls(path, options);
  const contexts = createSecureContextSource(path, plan);
  return {
    check: contexts.loadSync,
    load: async () => ({ ...plan, ...(await contexts.load()) }),
  };
}
