import { execFile } from 'node:child_process';
import { access, rm, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';

import { isRoot } from './server-process.js';

const run = promisify(execFile);

/** Debian's nginx. */
export const NGINX = '/usr/sbin/nginx';
/** Debian's Python: another one, without Debian's modules, may come first on the PATH. */
export const PYTHON = '/usr/bin/python3';
/** Debian's squid. */
export const SQUID = '/usr/sbin/squid';
/** What asks for the users of squid, from its package. */
export const SQUID_AUTHENTICATOR = '/usr/lib/squid/basic_ncsa_auth';
/** Debian's stunnel. */
export const STUNNEL = '/usr/bin/stunnel4';

const PACKAGES = ['nginx', 'python3-websockets', 'squid', 'stunnel4'];
const SERVICE_POLICY = '/usr/sbin/policy-rc.d';

/**
 * Installs the servers with apt-get unless they are there.
 *
 * @throws Error that says what to do when they cannot be installed.
 */
export async function installServers(): Promise<void> {
  if (await areInstalled()) return;
  try {
    if (!isRoot) throw new Error('only root may install packages');
    await withoutServices(async () => {
      // Old lists may be good enough: whether they are, the installation will tell.
      const update = await aptGet('update').catch((error: unknown) => error);
      await aptGet('install', '--yes', '--no-install-recommends', ...PACKAGES).catch(
        (error: unknown) => {
          throw update instanceof Error
            ? new AggregateError([update, error], String(error))
            : error;
        },
      );
    });
    if (!(await areInstalled())) throw new Error('they are still missing after the installation');
  } catch (cause) {
    throw new Error(
      `The interop specs need Debian's ${PACKAGES.join(', ')}, which could not be installed. ` +
        `Install them by hand: apt-get install ${PACKAGES.join(' ')}. (${String(cause)})`,
      { cause },
    );
  }
}

async function areInstalled(): Promise<boolean> {
  try {
    await Promise.all([NGINX, SQUID, SQUID_AUTHENTICATOR, STUNNEL].map((file) => access(file)));
    await run(PYTHON, ['-I', '-c', 'import websockets']);
    return true;
  } catch {
    return false;
  }
}

function aptGet(...args: readonly string[]): Promise<unknown> {
  return run('/usr/bin/apt-get', ['--quiet', '-o', 'DPkg::Lock::Timeout=120', ...args], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    maxBuffer: 64 * 1024 * 1024,
  });
}

/** Keeps the packages that `install` installs from starting a service, nginx one on port 80, say. */
async function withoutServices(install: () => Promise<void>): Promise<void> {
  const isOurs = await writeFile(SERVICE_POLICY, '#!/bin/sh\nexit 101\n', {
    mode: 0o755,
    flag: 'wx',
  }).then(
    () => true,
    // The machine has a policy already.
    () => false,
  );
  try {
    await install();
  } finally {
    if (isOurs) await rm(SERVICE_POLICY);
  }
}
