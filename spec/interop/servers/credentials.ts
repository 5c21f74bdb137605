import { createCertificateAuthority } from '../../../src/testing/index.js';
import type { CertificateAuthority, IssuedCertificate } from '../../../src/testing/index.js';

/** The private key infrastructure of one run. */
export interface Credentials {
  /** The root that server and client certificates come from. */
  readonly authority: CertificateAuthority;
  /** The server's, issued by an intermediate, for `localhost`. */
  readonly server: IssuedCertificate;
  /** The client's. */
  readonly client: IssuedCertificate;
}

/** Makes the certificates of one run. */
export async function createCredentials(): Promise<Credentials> {
  const authority = await createCertificateAuthority();
  const intermediate = await authority.issueIntermediate();
  return {
    authority,
    server: await intermediate.issue({ commonName: 'localhost', usage: 'server' }),
    client: await authority.issue({ commonName: 'trader-7', usage: 'client' }),
  };
}
