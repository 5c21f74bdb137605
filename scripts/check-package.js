// Checks the package as users get it: built, packed, installed, imported, required, run, and
// compiled against. Prints a line per check and stops at the first that fails.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const { version, devDependencies, peerDependencies, peerDependenciesMeta } = JSON.parse(
  readFileSync(path.join(root, 'package.json'), 'utf8'),
);
const optional = Object.keys(peerDependenciesMeta);
const required = Object.keys(peerDependencies).filter((name) => !optional.includes(name));
const scratch = mkdtempSync(path.join(tmpdir(), 'rx-wss-package-'));
const consumer = path.join(scratch, 'consumer');

/** @type {[name: string, action: () => void][]} */
const checks = [
  ['build', () => tool('tsdown', '--logLevel', 'error')],
  ['publint', () => tool('publint', '--strict')],
  // The resolution of Node 10 knows no subpaths; everything newer has to work.
  ['are the types wrong', () => tool('attw', '--pack', '.', '--profile', 'node16')],
  ['pack', pack],
  ['install with the required peers', () => install(required)],
  ['rx-wss: import and require', () => run(process.execPath, ['core.mjs'], consumer)],
  ['rx-wss --version', () => command('--version', (output) => output.trim() === version)],
  ['rx-wss --help', () => command('--help', (output) => output.includes('rx-wss'))],
  // No @types/ws: the package's own types have to do without.
  ['install the optional peers', () => install([...required, ...optional, '@types/node'])],
  [
    'rx-wss/cbor, rx-wss/msgpack: import and require',
    () => run(process.execPath, ['formats.mjs'], consumer),
  ],
  ['rx-wss/testing: import and require', () => run(process.execPath, ['testing.mjs'], consumer)],
  ['the first example of the README', example],
  ...['nodenext', 'node16', 'bundler'].flatMap((module) =>
    [false, true].map((skipLibCheck) => compilation(module, skipLibCheck)),
  ),
];

let failed = false;
try {
  for (const [name, action] of checks) {
    const began = performance.now();
    action();
    console.log(`ok    ${name} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
  }
} catch (error) {
  failed = true;
  console.error(`not ok  ${error instanceof Error ? error.message : String(error)}`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
process.exitCode = failed ? 1 : 0;

/** @param {string} file @param {readonly string[]} args */
function run(file, args, cwd = root) {
  const { status, error, stdout, stderr } = spawnSync(file, args, { cwd, encoding: 'utf8' });
  if (error !== undefined || status !== 0) {
    throw new Error(
      `${[path.basename(file), ...args].join(' ')} ended with ${error?.message ?? status}\n${stdout}${stderr}`,
    );
  }
  return stdout;
}

/** @param {string} name @param {readonly string[]} args */
function tool(name, ...args) {
  run(path.join(root, 'node_modules', '.bin', name), args);
}

function pack() {
  const args = ['pack', '--json', '--pack-destination', scratch];
  const [{ files }] = JSON.parse(run('npm', args));
  const strays = files
    .map((/** @type {{ path: string }} */ file) => file.path)
    .filter(
      (/** @type {string} */ file) =>
        !/^(dist\/.+|docs\/[^/]+\.md|package\.json|README\.md|LICENSE|CHANGELOG\.md|SECURITY\.md)$/.test(
          file,
        ),
    );
  if (strays.length > 0)
    throw new Error(`These do not belong in the package: ${strays.join(', ')}`);
}

/** @param {readonly string[]} packages */
function install(packages) {
  cpSync(path.join(import.meta.dirname, 'consumer'), consumer, { recursive: true });
  for (const extension of ['mts', 'cts']) {
    cpSync(path.join(consumer, 'consumer.ts'), path.join(consumer, `consumer.${extension}`));
  }
  const dependencies = Object.fromEntries(packages.map((name) => [name, devDependencies[name]]));
  dependencies['rx-wss'] = `file:${path.join(scratch, `rx-wss-${version}.tgz`)}`;
  writeFileSync(
    path.join(consumer, 'package.json'),
    JSON.stringify({ name: 'consumer', private: true, type: 'module', dependencies }),
  );
  run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund'], consumer);
}

/** Takes the example out of the README as it is printed, and runs it. */
function example() {
  const readme = readFileSync(path.join(root, 'README.md'), 'utf8');
  const [, code = ''] = /```js\n(.*?)```/s.exec(readme) ?? [];
  writeFileSync(path.join(consumer, 'example.mjs'), code);
  run(process.execPath, ['readme.mjs'], consumer);
}

/** @param {string} option @param {(output: string) => boolean} isExpected */
function command(option, isExpected) {
  const output = run(path.join(consumer, 'node_modules', '.bin', 'rx-wss'), [option], consumer);
  if (!isExpected(output)) throw new Error(`rx-wss ${option} printed:\n${output}`);
}

/** @param {string} module @param {boolean} skipLibCheck @returns {[string, () => void]} */
function compilation(module, skipLibCheck) {
  const isBundled = module === 'bundler';
  const compilerOptions = {
    module: isBundled ? 'esnext' : module,
    moduleResolution: module,
    // Older than what the package itself is compiled with, and without the DOM.
    target: 'es2022',
    lib: ['es2022'],
    types: ['node'],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noEmit: true,
    skipLibCheck,
  };
  const files = isBundled ? ['consumer.ts'] : ['consumer.mts', 'consumer.cts'];
  const project = path.join(consumer, `tsconfig.${module}.${skipLibCheck}.json`);
  return [
    `tsc: ${module}, skipLibCheck ${skipLibCheck}`,
    () => {
      writeFileSync(project, JSON.stringify({ compilerOptions, files }));
      tool('tsc', '--project', project);
    },
  ];
}
