import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';

import { SQUID } from './install-servers.js';
import { restartable } from './restartable.js';
import type { Restartable } from './restartable.js';
import type { ServerFolder } from './server-folder.js';
import { squidConfiguration } from './squid-configuration.js';
import { waitFor } from './wait-for.js';

/** Who a client says it is. */
export interface ProxyUser {
  readonly name: string;
  readonly password: string;
}

/** The user that squid knows; much in it means something in a URL, or is not ASCII. */
export const USER: ProxyUser = { name: 'tråder 7@fx', password: 'p@ss:w/rd %?#é' };

/** The same user, with a wrong password. */
export const FORGETFUL_USER: ProxyUser = { name: USER.name, password: 'p@ss:w/rd %?#e' };

/** Somebody whom squid does not know. */
export const STRANGER: ProxyUser = { name: 'stranger', password: USER.password };

/** An HTTP proxy that asks who it is and connects to some ports of the loopback interface alone. */
export interface Squid extends Restartable {
  readonly port: number;
  /** Its URL, with a user and a password. */
  url(user?: ProxyUser): string;
  /** Its requests whose tunnels are closed, one a line; squid-configuration.ts has the format. */
  accessLog(): Promise<readonly string[]>;
  /** Waits until it has logged `line`. */
  logged(line: string): Promise<void>;
}

/** Makes a squid, which is not started yet. */
export async function createSquid(
  folder: ServerFolder,
  port: number,
  targetPorts: readonly number[],
): Promise<Squid> {
  const configuration = folder.file('squid.conf');
  await writeFile(configuration, squidConfiguration({ folder: folder.path, port, targetPorts }));
  const hash = createHash('md5').update(USER.password).digest('hex');
  await writeFile(folder.file('squid-users'), `${USER.name}:${hash}\n`);
  const accessLog = async (): Promise<readonly string[]> => {
    const log = await readFile(folder.file('squid-access.log'), 'utf8').catch(() => '');
    return log.split('\n').slice(0, -1);
  };
  return {
    ...restartable({
      name: 'squid',
      command: SQUID,
      args: ['-N', '-f', configuration],
      cwd: folder.path,
      log: folder.file('squid-output.log'),
      ports: [port],
    }),
    port,
    url: ({ name, password } = USER) =>
      `http://${encodeURIComponent(name)}:${encodeURIComponent(password)}@localhost:${port}`,
    accessLog,
    logged: async (line) => {
      await waitFor(`'${line}' in the log of squid`, async () =>
        (await accessLog()).includes(line),
      );
    },
  };
}
