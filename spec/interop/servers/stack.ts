import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

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
import { onInterruption } from './on-interruption.js';
import { isRoot, NOBODY } from './server-process.js';

/** Nginx in front of python3-websockets, both running, and what a client needs to get through. */
export interface Stack {
  readonly nginx: Nginx;
  readonly backend: Backend;
  readonly credentials: Credentials;
  /** What a client that is let in gives as its option `tls`. */
  readonly tls: TlsOptions;
  /** The URL of `path` behind nginx. */
  url(path: string, port?: keyof NginxPorts): string;
  /** Ends both servers and removes their folder. */
  readonly stop: () => Promise<void>;
}

/** Starts both servers, on free ports of 127.0.0.1, with a folder and certificates of their own. */
export async function startStack(): Promise<Stack> {
  await installServers();
  const credentials = await createCredentials();
  const folder = await mkdtemp(path.join(tmpdir(), 'rx-wss-interop-'));
  const ends: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    forget();
    // However one of them fares, the other is ended and the folder removed.
    const results = await Promise.allSettled(ends.map((end) => end()));
    await rm(folder, { recursive: true, force: true });
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  };
  const forget = onInterruption(stop);
  try {
    if (isRoot) await chown(folder, NOBODY, NOBODY);
    const backend = await createBackend(folder, await findFreePort());
    const ports = {
      tls: await findFreePort(),
      tls12: await findFreePort(),
      tls13: await findFreePort(),
    };
    const nginx = await createNginx(folder, ports, backend.port, credentials);
    ends.push(() => nginx.stop());
    ends.push(() => backend.stop());
    // Both are waited for, so that neither is left to start when the other has failed.
    const starts = await Promise.allSettled([backend.start(), nginx.start()]);
    for (const start of starts) if (start.status === 'rejected') throw start.reason;
    const { authority, client } = credentials;
    return {
      nginx,
      backend,
      credentials,
      tls: { ca: authority.certificate, cert: client.chain, key: client.key },
      url: (path, port = 'tls') => `wss://localhost:${ports[port]}${path}`,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
