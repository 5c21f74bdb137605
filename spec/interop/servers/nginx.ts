import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

import type { Credentials } from './credentials.js';
import { NGINX } from './install-servers.js';
import { nginxConfiguration } from './nginx-configuration.js';
import type { NginxPorts } from './nginx-configuration.js';
import { startServer } from './server-process.js';
import type { ServerProcess } from './server-process.js';
import { waitFor } from './wait-for.js';

/** Nginx with TLS and client certificates in front of the backend. */
export interface Nginx {
  readonly ports: NginxPorts;
  /** Starts it, on the same ports every time. */
  start(): Promise<void>;
  /** Ends it at once. */
  stop(): Promise<void>;
  /** Has it read its configuration again: connections stay with the old worker. */
  reload(generation: number): Promise<void>;
  /** The requests that it has served to the end, one a line; nginx-configuration.ts has the format. */
  accessLog(): Promise<readonly string[]>;
  /** What it has written about its own life, and about connections without a request. */
  errorLog(): Promise<string>;
}

/** Makes an nginx, which is not started yet. */
export async function createNginx(
  folder: string,
  ports: NginxPorts,
  backendPort: number,
  { server, authority, revocationList }: Credentials,
): Promise<Nginx> {
  const inFolder = (name: string): string => path.join(folder, name);
  await writeFile(inFolder('server.pem'), server.chain);
  await writeFile(inFolder('server.key'), server.key);
  await writeFile(inFolder('client-ca.pem'), authority.certificate);
  await writeFile(inFolder('client-ca.crl'), revocationList);
  const configure = (generation: number): Promise<void> =>
    writeFile(
      inFolder('nginx.conf'),
      nginxConfiguration({ folder, ports, backendPort, generation }),
    );
  const read = (name: string): Promise<string> => readFile(inFolder(name), 'utf8').catch(() => '');
  const errorLog = (): Promise<string> => read('nginx-error.log');
  await configure(1);
  let running: ServerProcess | undefined;
  return {
    ports,
    async start() {
      running ??= await startServer({
        name: 'nginx',
        command: NGINX,
        args: ['-p', folder, '-c', inFolder('nginx.conf'), '-e', inFolder('nginx-error.log')],
        cwd: folder,
        log: inFolder('nginx-output.log'),
        ports: Object.values(ports),
      });
    },
    async stop() {
      const stopped = running;
      running = undefined;
      await stopped?.stop('SIGTERM');
    },
    async reload(generation) {
      await configure(generation);
      running?.signal('SIGHUP');
      // The old worker says so once it has stopped taking connections.
      await waitFor('reload of nginx', async () =>
        (await errorLog()).includes('gracefully shutting down'),
      );
    },
    accessLog: async () => (await read('nginx-access.log')).split('\n').slice(0, -1),
    errorLog,
  };
}
