import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { run } from '../../src/cli/run.js';
import { createCertificateAuthority, createRawServer } from '../../src/testing/index.js';
import type { CertificateAuthority, IssuedCertificate } from '../../src/testing/index.js';
import { fakeIo } from './fake-io.js';

let folder: string;
let authority: CertificateAuthority;
let identity: IssuedCertificate;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rx-wss-inspect-'));
  authority = await createCertificateAuthority({ commonName: 'root of the spec' });
  identity = await authority.issue({ commonName: 'leaf of the spec', usage: 'server' });
  writeFileSync(join(folder, 'ca.pem'), authority.certificate);
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

const server = () =>
  createRawServer(() => undefined, { tls: { cert: identity.cert, key: identity.key } });

describe('rx-wss tls', () => {
  it('should report on a server that passes, and say nothing to it', async () => {
    await using raw = await server();
    const io = fakeIo(['tls', raw.url, '--ca', join(folder, 'ca.pem')]);
    expect(await run(io)).toBe(0);
    expect(io.errors()).toBe('');
    expect(io.output()).toContain(`server       ${raw.authority}`);
    expect(io.output()).toContain('0 CN=leaf of the spec');
    expect(io.output()).toContain('1 CN=root of the spec');
    expect(io.output()).toMatch(/ok {6}chain\n {2}ok {6}name/);
    expect(io.output()).toMatch(/'sha256\/.{43}=', \/\/ leaf\n {2}'sha256\/.{43}=', \/\/ root/);
    expect(raw.bytesReceived).toBe(0);
  });

  it('should tell which checks fail and what to do', async () => {
    await using raw = await server();
    const io = fakeIo(['tls', raw.url, '--servername', 'other.example']);
    expect(await run(io)).toBe(1);
    expect(io.output()).toMatch(/FAILED {2}chain +UNABLE_TO_VERIFY_LEAF_SIGNATURE\. /);
    expect(io.output()).toMatch(/FAILED {2}name +ERR_TLS_CERT_ALTNAME_INVALID\. /);
    expect(raw.bytesReceived).toBe(0);
  });

  it('should check the pins that it is given', async () => {
    await using raw = await server();
    const pin = `sha256/${Buffer.alloc(32).toString('base64')}`;
    const io = fakeIo(['tls', raw.url, '--ca', join(folder, 'ca.pem'), '--pin', pin]);
    expect(await run(io)).toBe(1);
    expect(io.output()).toContain('FAILED  pins         PIN_MISMATCH');
  });

  it('should say why there is no report', async () => {
    const io = fakeIo(['tls', 'wss://127.0.0.1:1']);
    expect(await run(io)).toBe(1);
    expect(io.output()).toBe('');
    expect(io.errors()).toBe(
      'rx-wss: 127.0.0.1:1: The connection was refused during the TCP connect (ECONNREFUSED)\n',
    );
  });

  it.each([
    { args: ['tls'], message: 'the URL to connect to is missing' },
    { args: ['tls', 'wss://a', 'b'], message: 'only one URL is taken, and 2 arguments are given' },
    { args: ['tls', 'ws://a'], message: 'URL: must have the scheme wss:' },
    {
      args: ['tls', 'wss://a', '--pin', 'x'],
      message: "--pin: must be sha256/ and the base64 of 32 bytes, got 'x'",
    },
    {
      args: ['tls', 'wss://a', '--proxy', 'socks5://a'],
      message: "--proxy: must have the scheme http: or https:, got 'socks5:'",
    },
  ])('should refuse $args', async ({ args, message }) => {
    const io = fakeIo(args);
    expect(await run(io)).toBe(2);
    expect(io.errors()).toBe(`rx-wss: ${message}\nTry 'rx-wss --help'.\n`);
  });
});
