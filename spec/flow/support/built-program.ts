import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { build } from 'vite';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** A program that runs in a process of its own, whose memory is nobody else's. */
export interface BuiltProgram {
  /**
   * Runs it.
   *
   * @param task - What it is to do: it gets that as JSON.
   * @returns What it wrote, which is JSON.
   * @throws Error, as a rejection, with what it wrote to stderr when it fails.
   */
  run(task: object): Promise<unknown>;
}

/** Builds a program. @param file - Its path from the root of the package. */
export async function buildProgram(file: string): Promise<BuiltProgram> {
  const built = await build({
    configFile: false,
    root: ROOT,
    logLevel: 'error',
    build: { ssr: file, write: false },
  });
  const [chunk] = 'output' in built ? built.output : [];
  if (chunk === undefined) throw new Error('nothing was built');
  const { code } = chunk;
  return {
    run: (task) =>
      new Promise((resolve, reject) => {
        // Read from stdin, so that it finds the packages of this one.
        const flags = ['--expose-gc', '--input-type=module', '-', JSON.stringify(task)];
        const child = spawn(process.execPath, flags, { cwd: ROOT });
        let out = '';
        let err = '';
        child.stdout.on('data', (bytes: Buffer) => (out += bytes.toString()));
        child.stderr.on('data', (bytes: Buffer) => (err += bytes.toString()));
        child.on('error', reject);
        child.on('close', (status) => {
          if (status === 0) resolve(JSON.parse(out));
          else reject(new Error(err));
        });
        child.stdin.end(code);
      }),
  };
}
