import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { openSync, closeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

import { isListening } from './free-port.js';
import { waitFor } from './wait-for.js';

/** The user that the servers run as when the specs run as root, and the owner of their folder. */
export const NOBODY = 65_534;

/** Whether the servers can, and so do, run as {@link NOBODY}. */
export const isRoot: boolean = process.getuid?.() === 0;

/** A server to run in the foreground. */
export interface ServerCommand {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The file that takes its output. */
  readonly log: string;
  /** The ports that it listens on once it is up. */
  readonly ports: readonly number[];
}

/** A server that runs. */
export interface ServerProcess {
  readonly pid: number;
  /** Sends it a signal. */
  signal(name: NodeJS.Signals): void;
  /** Sends it a signal that ends it, and waits for the end of it and of its children. */
  stop(name?: NodeJS.Signals): Promise<void>;
}

/**
 * Starts a server and waits until it listens.
 *
 * @remarks
 * It runs unprivileged, in a process group of its own, and the kernel ends it when this process
 * dies, however that happens.
 *
 * @throws Error with the server's log when it does not come up.
 */
export async function startServer(server: ServerCommand): Promise<ServerProcess> {
  const child = launch(server);
  const { pid } = child;
  if (pid === undefined) {
    const [error] = (await once(child, 'error')) as [Error];
    throw new Error(`${server.name} cannot be started`, { cause: error });
  }
  const running: ServerProcess = {
    pid,
    signal: (name) => {
      child.kill(name);
    },
    stop: (name = 'SIGTERM') => stop(child, pid, name),
  };
  try {
    await waitFor(`${server.name} that listens`, async () => {
      if (hasEnded(child)) throw new Error(`${server.name} ended while it was starting`);
      return (await Promise.all(server.ports.map(isListening))).every(Boolean);
    });
  } catch (cause) {
    await running.stop('SIGKILL');
    const output = await readFile(server.log, 'utf8');
    throw new Error(`${server.name} did not come up. It says:\n${output}`, { cause });
  }
  return running;
}

function launch({ command, args, cwd, log }: ServerCommand): ChildProcess {
  const user = isRoot ? [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'] : [];
  const output = openSync(log, 'a');
  try {
    return spawn('/usr/bin/setpriv', [...user, '--pdeathsig=TERM', command, ...args], {
      cwd,
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C.UTF-8' },
      stdio: ['ignore', output, output],
      detached: true,
    });
  } finally {
    closeSync(output);
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function stop(child: ChildProcess, pid: number, name: NodeJS.Signals): Promise<void> {
  child.kill(name);
  try {
    await waitFor(`end of process ${pid}`, () => hasEnded(child), 5_000);
  } finally {
    // The group is the server's own: what is left of it are its children.
    killGroup(pid);
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nothing is left of it.
  }
}
