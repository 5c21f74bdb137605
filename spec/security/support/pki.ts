import { createCertificateAuthority } from '../../../src/testing/index.js';
import type { CertificateAuthority, IssuedCertificate } from '../../../src/testing/index.js';

/** The certificates that the cases start from. */
export interface Pki {
  /** Whom the client trusts. */
  readonly root: CertificateAuthority;
  /** An authority under `root`. */
  readonly intermediate: CertificateAuthority;
  /** Whom the client does not trust. */
  readonly stranger: CertificateAuthority;
  /** Who issues the certificates of clients. */
  readonly clients: CertificateAuthority;
  /** A server's certificate with nothing wrong, under `root`. */
  readonly leaf: IssuedCertificate;
  /** A client's certificate with nothing wrong, under `clients`. */
  readonly client: IssuedCertificate;
  /** A server's certificate with an RSA key, under `root`; the same at each call. */
  readonly rsaLeaf: () => Promise<IssuedCertificate>;
}

/** Makes the certificates, once for a file of specs. */
export async function createPki(): Promise<Pki> {
  const [root, stranger, clients] = await Promise.all([
    createCertificateAuthority(),
    createCertificateAuthority(),
    createCertificateAuthority(),
  ]);
  let rsaLeaf: Promise<IssuedCertificate> | undefined;
  return {
    root,
    stranger,
    clients,
    intermediate: await root.issueIntermediate(),
    leaf: await root.issue({ commonName: 'localhost', usage: 'server' }),
    client: await clients.issue({ commonName: 'trader-7', usage: 'client' }),
    // RSA keys are slow to make.
    rsaLeaf: () =>
      (rsaLeaf ??= root.issue({ commonName: 'localhost', usage: 'server', keyType: 'rsa' })),
  };
}
