// Runs the benchmarks that stand beside this file, one process each, one after the other.
// They import the built package by its name, as users do: `npm run bench -- [part of a name]`.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';

const wanted = process.argv[2] ?? '';
const files = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.bench.js') && file.includes(wanted))
  .sort();

if (files.length === 0) {
  console.log(`No benchmark${wanted === '' ? ' yet' : ` named '${wanted}'`}: bench/*.bench.js`);
}
for (const file of files) {
  console.log(`\n# ${file}`);
  const { status } = spawnSync(process.execPath, [path.join(import.meta.dirname, file)], {
    stdio: 'inherit',
  });
  if (status !== 0) process.exitCode = 1;
}
