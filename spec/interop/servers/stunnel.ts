import { writeFile } from 'node:fs/promises';

import type { CertificateAuthority, IssuedCertificate } from '../../../src/testing/index.js';
import { STUNNEL } from './install-servers.js';
import { restartable } from './restartable.js';
import type { Restartable } from './restartable.js';
import type { ServerFolder } from './server-folder.js';

/** The ports that stunnel listens on. */
export interface StunnelPorts {
  /** For everybody. */
  readonly open: number;
  /** For those that show a certificate of the authority. */
  readonly mutual: number;
}

/** What stunnel proves itself with, and asks of others. */
export interface StunnelCredentials {
  readonly authority: CertificateAuthority;
  readonly server: IssuedCertificate;
}

/** TLS in front of a server without. */
export interface Stunnel extends Restartable {
  readonly ports: StunnelPorts;
}

/** Makes a stunnel in front of `targetPort`, which is not started yet. */
export async function createStunnel(
  folder: ServerFolder,
  ports: StunnelPorts,
  targetPort: number,
  { authority, server }: StunnelCredentials,
): Promise<Stunnel> {
  const configuration = folder.file('stunnel.conf');
  await writeFile(folder.file('stunnel.pem'), server.chain);
  await writeFile(folder.file('stunnel.key'), server.key);
  await writeFile(folder.file('stunnel-ca.pem'), authority.certificate);
  await writeFile(
    configuration,
    `
foreground = yes
pid =
syslog = no
cert = ${folder.file('stunnel.pem')}
key = ${folder.file('stunnel.key')}

[open]
accept = 127.0.0.1:${ports.open}
connect = 127.0.0.1:${targetPort}

[mutual]
accept = 127.0.0.1:${ports.mutual}
connect = 127.0.0.1:${targetPort}
CAfile = ${folder.file('stunnel-ca.pem')}
verifyChain = yes
requireCert = yes
`,
  );
  return {
    ...restartable({
      name: 'stunnel',
      command: STUNNEL,
      args: [configuration],
      cwd: folder.path,
      log: folder.file('stunnel.log'),
      ports: Object.values(ports),
    }),
    ports,
  };
}
