import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { onInterruption } from './on-interruption.js';
import { isRoot, NOBODY } from './server-process.js';

/** A temporary folder that servers work in. */
export interface ServerFolder {
  readonly path: string;
  /** Gives the path of a file in it. */
  file(name: string): string;
  /** Has `end` called before the folder is removed. */
  beforeRemoval(end: () => Promise<void>): void;
  /** Ends what works in it and removes it; so does the end of a run that is broken off. */
  readonly remove: () => Promise<void>;
}

/** Makes a folder that belongs to the user that the servers run as. */
export async function createServerFolder(): Promise<ServerFolder> {
  const folder = await mkdtemp(path.join(tmpdir(), 'rx-wss-interop-'));
  const ends: (() => Promise<void>)[] = [];
  const remove = async (): Promise<void> => {
    forget();
    // However one of them fares, the others are ended and the folder removed.
    const results = await Promise.allSettled(ends.map((end) => end()));
    await rm(folder, { recursive: true, force: true });
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  };
  const forget = onInterruption(remove);
  try {
    if (isRoot) await chown(folder, NOBODY, NOBODY);
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    path: folder,
    file: (name) => path.join(folder, name),
    beforeRemoval: (end) => {
      ends.push(end);
    },
    remove,
  };
}
