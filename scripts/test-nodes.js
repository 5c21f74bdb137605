// Runs the security specs on every supported version of Node, and prints what each of them gave: TLS
// is Node's and its OpenSSL's, and differs. Needs the registry, for the binaries.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const MAJORS = ['20', '22', '24'];

const root = path.resolve(import.meta.dirname, '..');
const vitest = path.join(root, 'node_modules', 'vitest', 'vitest.mjs');
const scratch = mkdtempSync(path.join(tmpdir(), 'rx-wss-nodes-'));

let failed = false;
try {
  const nodes = fetchNodes();
  /** @type {Map<string, string[]>} What each Node gave, by the name of the case. */
  const table = new Map();
  for (const [index, major] of MAJORS.entries()) {
    const file = path.join(scratch, `table-${major}.txt`);
    if (!test(major, nodes.get(major) ?? '', file)) failed = true;
    for (const [name, got] of readTable(file)) {
      const row = table.get(name) ?? MAJORS.map(() => '?');
      row[index] = got;
      table.set(name, row);
    }
  }
  printTable(table);
} catch (error) {
  failed = true;
  console.error(`not ok  ${error instanceof Error ? error.message : String(error)}`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
process.exitCode = failed ? 1 : 0;

/** Gives the binaries by major version: this one, and the others from npm. */
function fetchNodes() {
  const [own = ''] = process.versions.node.split('.');
  const others = MAJORS.filter((major) => major !== own);
  const packages = others.map((major) => `node${major}@npm:node@${major}`);
  const args = [
    'install',
    '--prefix',
    scratch,
    '--no-save',
    '--no-audit',
    '--no-fund',
    ...packages,
  ];
  const { status, error, stderr } = spawnSync('npm', args, { cwd: scratch, encoding: 'utf8' });
  if (error !== undefined || status !== 0) {
    throw new Error(`npm install ${packages.join(' ')}: ${error?.message ?? stderr}`);
  }
  const nodes = new Map([[own, process.execPath]]);
  for (const major of others) {
    const binary = path.join(scratch, 'node_modules', `node${major}`, 'bin', 'node');
    if (!existsSync(binary)) throw new Error(`npm brought no Node ${major}`);
    nodes.set(major, binary);
  }
  return nodes;
}

/**
 * Runs the specs, and prints a line.
 *
 * @param {string} major
 * @param {string} binary
 * @param {string} file - Where the table goes.
 */
function test(major, binary, file) {
  const began = performance.now();
  const { status, error, stdout, stderr } = spawnSync(
    binary,
    [vitest, 'run', 'spec/security', '--reporter=default'],
    {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, NO_COLOR: '1', RX_WSS_TABLE: file },
      maxBuffer: Infinity,
    },
  );
  const passed = error === undefined && status === 0;
  const counts = /^ *Tests +(.+)$/m.exec(stdout ?? '')?.[1] ?? 'no tests';
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const line = `Node ${major} (${versionsOf(binary)}): ${counts} (${seconds} s)`;
  console.log(`${passed ? 'ok    ' : 'not ok'}  ${line}`);
  if (!passed) console.error(error?.message ?? `${stdout}${stderr}`);
  return passed;
}

/** @param {string} binary */
function versionsOf(binary) {
  const script = 'process.version + ", OpenSSL " + process.versions.openssl';
  return spawnSync(binary, ['--print', script], { encoding: 'utf8' }).stdout.trim();
}

/**
 * Reads what the spec has written: columns with two spaces or more between them.
 *
 * @param {string} file
 * @returns {[name: string, got: string][]}
 */
function readTable(file) {
  if (!existsSync(file)) return [];
  const [, ...lines] = readFileSync(file, 'utf8').trimEnd().split('\n');
  return lines.map((line) => {
    const [name = '', , got = '', , requestBytes = ''] = line.split(/ {2,}/);
    return [name, got.startsWith('Open') ? `${got}, ${requestBytes} bytes` : got];
  });
}

/** @param {ReadonlyMap<string, readonly string[]>} table */
function printTable(table) {
  const rows = [['case', ...MAJORS.map((major) => `Node ${major}`)]];
  for (const [name, [first = '?', ...rest]] of table) {
    rows.push([name, first, ...rest.map((each) => (each === first ? '=' : each))]);
  }
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  console.log();
  for (const row of rows) {
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  }
}
