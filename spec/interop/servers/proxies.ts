import { createCertificateAuthority } from '../../../src/testing/index.js';
import type { CertificateAuthority } from '../../../src/testing/index.js';
import { findFreePort } from './free-port.js';
import { createSquid, USER } from './squid.js';
import type { ProxyUser, Squid } from './squid.js';
import type { Stack } from './stack.js';
import { createStunnel } from './stunnel.js';
import type { Stunnel, StunnelPorts } from './stunnel.js';
import { together } from './together.js';

/** The ways to a stack by proxy. */
export interface Proxies {
  readonly squid: Squid;
  /** In front of squid. */
  readonly stunnel: Stunnel;
  /** The root that the certificates of stunnel, and of its clients, come from. */
  readonly authority: CertificateAuthority;
  /** The serial number of stunnel's certificate. */
  readonly serverSerialNumber: string;
  /** A port that squid connects to, and on which nobody listens. */
  readonly deadPort: number;
  /** The URL of squid behind stunnel. */
  secureUrl(port?: keyof StunnelPorts, user?: ProxyUser): string;
}

/** Starts squid and stunnel in the folder of `stack`, which ends them too. */
export async function startProxies({ nginx, backend, folder }: Stack): Promise<Proxies> {
  const authority = await createCertificateAuthority();
  const server = await authority.issue({
    commonName: 'proxy',
    usage: 'server',
    dns: ['localhost'],
  });
  const deadPort = await findFreePort();
  const squid = await createSquid(folder, await findFreePort(), [
    ...Object.values(nginx.ports),
    backend.port,
    deadPort,
  ]);
  const ports = { open: await findFreePort(), mutual: await findFreePort() };
  const stunnel = await createStunnel(folder, ports, squid.port, { authority, server });
  folder.beforeRemoval(() => squid.stop());
  folder.beforeRemoval(() => stunnel.stop());
  await together(squid.start(), stunnel.start());
  return {
    squid,
    stunnel,
    authority,
    serverSerialNumber: server.serialNumber,
    deadPort,
    secureUrl: (port = 'open', user = USER) => {
      const url = new URL(squid.url(user));
      url.protocol = 'https:';
      url.port = String(ports[port]);
      return url.href;
    },
  };
}
