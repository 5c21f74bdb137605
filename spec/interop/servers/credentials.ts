import { createCertificateAuthority } from '../../../src/testing/index.js';
import type { CertificateAuthority, IssuedCertificate } from '../../../src/testing/index.js';

/** The private key infrastructure of one run. */
export interface Credentials {
  /** The root that server and client certificates come from. */
  readonly authority: CertificateAuthority;
  /** Below the root; it has issued the server's certificate. */
  readonly intermediate: CertificateAuthority;
  /** The server's, for `localhost`. */
  readonly server: IssuedCertificate;
  /** The client's. */
  readonly client: IssuedCertificate;
  /** Another client's, which the root has revoked. */
  readonly revoked: IssuedCertificate;
  /** The root's list, with `revoked` on it. */
  readonly revocationList: string;
}

/** Makes the certificates of one run. */
export async function createCredentials(): Promise<Credentials> {
  const authority = await createCertificateAuthority();
  const intermediate = await authority.issueIntermediate();
  const revoked = await authority.issue({ commonName: 'trader-9', usage: 'client' });
  return {
    authority,
    intermediate,
    server: await intermediate.issue({ commonName: 'localhost', usage: 'server' }),
    client: await authority.issue({ commonName: 'trader-7', usage: 'client' }),
    revoked,
    revocationList: await authority.issueRevocationList({
      serialNumbers: [revoked.serialNumber],
    }),
  };
}
