import { copyFile, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import * as t from 'io-ts';
import * as E from 'fp-ts/lib/Either.js';

import { PYTHON } from './install-servers.js';
import { startServer } from './server-process.js';
import type { ServerProcess } from './server-process.js';
import { waitFor } from './wait-for.js';

const SCRIPT = fileURLToPath(new URL('backend.py', import.meta.url));

/** Something that the backend told. */
export interface BackendEvent {
  readonly event: string;
  readonly path?: string;
  readonly code?: number;
  readonly reason?: string;
  readonly message?: string;
}

const EVENT: t.Type<BackendEvent, unknown> = t.intersection([
  t.type({ event: t.string }),
  t.partial({ path: t.string, code: t.number, reason: t.string, message: t.string }),
]);

/** The python3-websockets server; backend.py describes what it does. */
export interface Backend {
  readonly port: number;
  /** Starts it, on the same port every time. */
  start(): Promise<void>;
  /** Ends it: SIGTERM closes every connection with 1001, SIGKILL says nothing. */
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Has it hang: its connections stay, and nothing answers on them. */
  freeze(): void;
  /** Has it go on. */
  thaw(): void;
  /** What it told since it was started for the first time. */
  events(): Promise<readonly BackendEvent[]>;
  /** The messages that it received on `/count` since it was started for the last time. */
  received(): Promise<readonly string[]>;
  /** Waits until it has told an event that has these fields, and gives the first such event. */
  told(wanted: Partial<BackendEvent>): Promise<BackendEvent>;
}

/** Makes a backend, which is not started yet. */
export async function createBackend(folder: string, port: number): Promise<Backend> {
  const script = path.join(folder, 'backend.py');
  const log = path.join(folder, 'backend.log');
  // Where it may be read without root's rights.
  await copyFile(SCRIPT, script);
  let running: ServerProcess | undefined;
  const events = async (): Promise<readonly BackendEvent[]> =>
    parseEvents(await readFile(log, 'utf8'));
  return {
    port,
    async start() {
      running ??= await startServer({
        name: 'python3-websockets',
        command: PYTHON,
        args: ['-I', script, String(port)],
        cwd: folder,
        log,
        ports: [port],
      });
    },
    async stop(signal) {
      const stopped = running;
      running = undefined;
      // A process that hangs does not end either.
      stopped?.signal('SIGCONT');
      await stopped?.stop(signal);
    },
    freeze() {
      running?.signal('SIGSTOP');
    },
    thaw() {
      running?.signal('SIGCONT');
    },
    events,
    async received() {
      const all = await events();
      const start = all.findLastIndex(({ event }) => event === 'listening');
      return all.slice(start).flatMap(({ message }) => (message === undefined ? [] : [message]));
    },
    told: (wanted) =>
      waitFor(`backend event ${JSON.stringify(wanted)}`, async () =>
        (await events()).find((event) => matches(event, wanted)),
      ),
  };
}

function parseEvents(log: string): readonly BackendEvent[] {
  // What stands after the last line break is not complete yet.
  const lines = log.split('\n').slice(0, -1);
  return lines.filter((line) => line.startsWith('{')).map(parseEvent);
}

function parseEvent(line: string): BackendEvent {
  const decoded = EVENT.decode(JSON.parse(line));
  if (E.isLeft(decoded)) throw new Error(`Not an event of the backend: ${line}`);
  return decoded.right;
}

function matches(event: BackendEvent, wanted: Partial<BackendEvent>): boolean {
  return Object.entries(wanted).every(([name, value]) => Reflect.get(event, name) === value);
}
