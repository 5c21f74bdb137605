import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { build } from 'vite';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const PROGRAM = 'program.ts';

/**
 * Runs a program in a process that may not make code from strings.
 *
 * @param program - TypeScript; what it imports from this package is named from its root, as in `/src/codec/json.ts`.
 * @returns What the program called `tell` with.
 */
export async function withoutCodeGeneration(program: string): Promise<unknown> {
  const built = await build({
    configFile: false,
    root: ROOT,
    logLevel: 'error',
    plugins: [
      {
        name: 'program',
        resolveId: (id) => (id === PROGRAM ? PROGRAM : undefined),
        load: (id) =>
          id === PROGRAM
            ? `const tell = (it: unknown) => console.log(JSON.stringify(it));${program}`
            : undefined,
      },
    ],
    build: { ssr: true, write: false, rolldownOptions: { input: PROGRAM } },
  });
  const [chunk] = 'output' in built ? built.output : [];
  if (chunk === undefined) throw new Error('nothing was built');
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--disallow-code-generation-from-strings', '--input-type=module'],
    { cwd: ROOT, input: chunk.code, encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}
