import { type ChildProcessByStdio, execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import manifest from '../../package.json' with { type: 'json' };
import {
  acceptUpgrade,
  createRawServer,
  createWssServer,
  readRequestHead,
} from '../../src/testing/index.js';

/** The command as it is built for users, in a process of its own. */
type Running = ChildProcessByStdio<Writable, Readable, Readable>;

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const TIME_TO_BUILD = 60_000;

let installed: string;
const running: Running[] = [];

// As npm would install it, without the optional peers.
beforeAll(() => {
  installed = mkdtempSync(join(tmpdir(), 'rx-wss-main-'));
  const tsdown = createRequire(import.meta.url).resolve('tsdown/run');
  const out = join(installed, 'dist');
  execFileSync(process.execPath, [tsdown, '--out-dir', out, '--logLevel', 'error'], {
    cwd: ROOT,
    stdio: 'pipe',
  });
  cpSync(join(ROOT, 'package.json'), join(installed, 'package.json'));
  const required = ['rxjs', 'io-ts', 'fp-ts', ...Object.keys(manifest.dependencies)];
  for (const name of required) install(name);
}, TIME_TO_BUILD);

afterEach(() => {
  for (const each of running.splice(0)) each.kill('SIGKILL');
});

afterAll(() => {
  rmSync(installed, { recursive: true });
});

function install(name: string): void {
  const place = join(installed, 'node_modules', name);
  mkdirSync(dirname(place), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules', name), place, 'junction');
}

function start(...args: readonly string[]): Running {
  const env = { PATH: process.env['PATH'] };
  const main = join(installed, manifest.bin['rx-wss']);
  const child = spawn(process.execPath, [main, ...args], { env, stdio: 'pipe' });
  running.push(child);
  return child;
}

/** The exit code, once the process has ended by itself; null when a signal ended it. */
function exitCodeOf(child: Running): Promise<number | null> {
  return new Promise((resolve) => child.once('close', resolve));
}

/** Waits until the process has written `part` to standard error. */
async function told(child: Running, part: string): Promise<void> {
  let seen = '';
  for await (const chunk of child.stderr.iterator({ destroyOnReturn: false })) {
    seen += String(chunk);
    if (seen.includes(part)) return;
  }
}

describe('rx-wss', () => {
  it('should print its version', async () => {
    const child = start('--version');
    const exitCode = exitCodeOf(child);
    expect(await text(child.stdout)).toBe(`${manifest.version}\n`);
    expect(await exitCode).toBe(0);
  });

  it('should exit with 2 for wrong arguments', async () => {
    const child = start('wss://127.0.0.1:1', '--ca', '/no/such/file');
    const exitCode = exitCodeOf(child);
    expect(await text(child.stderr)).toBe(
      "rx-wss: --ca /no/such/file: the file '/no/such/file' cannot be read (ENOENT)\nTry 'rx-wss --help'.\n",
    );
    expect(await exitCode).toBe(2);
  });

  it('should work in a pipe, without colours', async () => {
    await using server = await createWssServer({
      onConnection: (connection) => {
        connection.onMessage((data) => void connection.send(data, { isBinary: false }));
      },
    });
    const child = start(server.url, '--wait', '0.1');
    const exitCode = exitCodeOf(child);
    child.stdin.end('one\ntwo\n');
    const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
    expect(output).toBe('one\ntwo\n');
    expect(errors).not.toContain('\u001b');
    expect(await exitCode).toBe(0);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('should close with 1000 on %s', async (signal) => {
    await using server = await createWssServer();
    const child = start(server.url);
    const exitCode = exitCodeOf(child);
    await told(child, 'Open');
    child.kill(signal);
    expect(await (await server.nextConnection()).closed).toEqual({ code: 1000, reason: '' });
    expect(await exitCode).toBe(0);
  });

  it('should end at once on a second SIGINT', async () => {
    await using server = await createRawServer(async ({ socket }) => {
      acceptUpgrade(socket, await readRequestHead(socket));
    });
    const child = start(server.url, '--close-timeout', '60000');
    const exitCode = exitCodeOf(child);
    await told(child, 'Open');
    child.kill('SIGINT');
    await told(child, 'Closing');
    child.kill('SIGINT');
    expect(await exitCode).toBe(130);
  });

  it('should end quietly when nobody reads any more', async () => {
    await using server = await createWssServer();
    const child = start(server.url, '--quiet');
    const exitCode = exitCodeOf(child);
    const errors = text(child.stderr);
    const connection = await server.nextConnection();
    child.stdout.destroy();
    void connection.send('nobody reads this');
    expect(await connection.closed).toMatchObject({ code: 1000 });
    expect(await exitCode).toBe(0);
    expect(await errors).toBe('');
  });

  it('should say what the demonstration lacks', async () => {
    const child = start();
    const exitCode = exitCodeOf(child);
    expect(await text(child.stderr)).toBe(
      'rx-wss: the demonstration needs two more packages for its certificates: npm i @peculiar/x509 reflect-metadata\n',
    );
    expect(await exitCode).toBe(1);
  });

  it('should show the demonstration', { timeout: 15_000 }, async () => {
    install('@peculiar');
    install('reflect-metadata');
    const child = start();
    const exitCode = exitCodeOf(child);
    const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
    expect(errors).toBe('');
    expect(output).not.toContain('FAILED');
    expect(output).not.toContain('\u001b');
    expect(await exitCode).toBe(0);
  });
});
