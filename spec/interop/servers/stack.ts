import type { TlsOptions } from '../../../src/index.js';
import { createBackend } from './backend.js';
import type { Backend } from './backend.js';
import { createCredentials } from './credentials.js';
import type { Credentials } from './credentials.js';
import { findFreePort } from './free-port.js';
import { installServers } from './install-servers.js';
import { createNginx } from './nginx.js';
import type { Nginx } from './nginx.js';
import type { NginxPorts } from './nginx-configuration.js';
import { createServerFolder } from './server-folder.js';
import type { ServerFolder } from './server-folder.js';
import { together } from './together.js';

/** Nginx in front of python3-websockets, both running, and what a client needs to get through. */
export interface Stack {
  readonly nginx: Nginx;
  readonly backend: Backend;
  readonly credentials: Credentials;
  /** Where both servers work, and others may too. */
  readonly folder: ServerFolder;
  /** What a client that is let in gives as its option `tls`. */
  readonly tls: TlsOptions;
  /** The URL of `path` behind nginx. */
  url(path: string, port?: keyof NginxPorts): string;
  /** Ends every server in the folder and removes it. */
  readonly stop: () => Promise<void>;
}

/** Starts both servers, on free ports of 127.0.0.1, with a folder and certificates of their own. */
export async function startStack(): Promise<Stack> {
  await installServers();
  const credentials = await createCredentials();
  const folder = await createServerFolder();
  try {
    const backend = await createBackend(folder.path, await findFreePort());
    const ports = {
      tls: await findFreePort(),
      tls12: await findFreePort(),
      tls13: await findFreePort(),
    };
    const nginx = await createNginx(folder.path, ports, backend.port, credentials);
    folder.beforeRemoval(() => nginx.stop());
    folder.beforeRemoval(() => backend.stop());
    await together(backend.start(), nginx.start());
    const { authority, client } = credentials;
    return {
      nginx,
      backend,
      credentials,
      folder,
      tls: { ca: authority.certificate, cert: client.chain, key: client.key },
      url: (path, port = 'tls') => `wss://localhost:${ports[port]}${path}`,
      stop: folder.remove,
    };
  } catch (error) {
    await folder.remove();
    throw error;
  }
}
