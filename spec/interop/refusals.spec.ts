import { X509Certificate } from 'node:crypto';

import { beforeAll, beforeEach, describe, expect, it } from 'vitest';

import {
  exponentialBackoff,
  isTransient,
  pinOf,
  text,
  TlsError,
  UpgradeRefusedError,
  webSocket,
} from '../../src/index.js';
import type { SocketOptions, TlsOptions } from '../../src/index.js';
import { createCertificateAuthority } from '../../src/testing/index.js';
import type { CertificateAuthority, LeafOptions } from '../../src/testing/index.js';
import { record } from './recording.js';
import type { Recording } from './recording.js';
import { FORBIDDEN_BODY } from './servers/nginx-configuration.js';
import type { NginxPorts } from './servers/nginx-configuration.js';
import { startStack } from './servers/stack.js';
import type { Stack } from './servers/stack.js';
import { waitFor } from './servers/wait-for.js';

const HOUR = 3_600_000;

const backoff = exponentialBackoff({ initialDelay: 10, maxDelay: 40, jitter: 'none' });

describe('refusals', () => {
  let stack: Stack;
  let requestsBefore: readonly string[];
  let linesBefore: number;

  beforeAll(async () => {
    stack = await startStack();
    return stack.stop;
  });

  beforeEach(async () => {
    requestsBefore = await stack.nginx.accessLog();
    linesBefore = (await stack.nginx.errorLog()).length;
  });

  /** Dials under a policy, so that it shows which refusals are for good. */
  function dial(
    path: string,
    options: Partial<SocketOptions<string, string>> = {},
  ): Recording<string> {
    const common = { url: stack.url(path), tls: stack.tls, reconnect: backoff };
    return record(webSocket({ ...common, ...options, codec: text() }));
  }

  /** The requests that nginx has answered in this test. */
  async function requests(): Promise<readonly string[]> {
    return (await stack.nginx.accessLog()).slice(requestsBefore.length);
  }

  /** Waits for the log of the request that was answered: nginx writes it after the answer. */
  async function answered(): Promise<readonly string[]> {
    return waitFor('request in the log of nginx', async () => {
      const all = await requests();
      return all.length > 0 && all;
    });
  }

  async function withCertificate(
    authority: CertificateAuthority,
    options: Partial<LeafOptions> = {},
  ): Promise<TlsOptions> {
    const client = await authority.issue({ commonName: 'trader-8', usage: 'client', ...options });
    const ca = stack.credentials.authority.certificate;
    return { ca, cert: client.chain, key: client.key };
  }

  it.each<{
    name: string;
    tls: () => Promise<TlsOptions>;
    line: string;
    body: string;
  }>([
    {
      name: 'without a client certificate',
      tls: () => Promise.resolve({ ca: stack.credentials.authority.certificate }),
      line: 'NONE',
      body: 'No required SSL certificate was sent',
    },
    {
      name: 'with a client certificate from another authority',
      tls: async () => withCertificate(await createCertificateAuthority()),
      line: 'FAILED:unable to verify the first certificate',
      body: 'The SSL certificate error',
    },
  ])('should fail with HTTP 400 at once $name', async ({ tls, line, body }) => {
    const recording = dial('/echo', { tls: await tls() });
    const error = await recording.failed();

    expect(error).toBeInstanceOf(UpgradeRefusedError);
    expect(error.code).toBe('ERR_WSS_UPGRADE_REFUSED');
    expect(error.ending).toEqual({
      _tag: 'UpgradeRefused',
      by: 'server',
      phase: 'upgrade',
      status: 400,
      statusText: 'Bad Request',
      headers: expect.objectContaining({ 'content-type': 'text/html' }) as unknown,
      body: expect.stringContaining(`<title>400 ${body}</title>`) as string,
      uptime: 0,
      target: `localhost:${stack.nginx.ports.tls}`,
    });
    expect(isTransient(error.ending)).toBe(false);
    expect(recording.tags()).toEqual(['Idle', 'Connecting', 'Closed']);
    // The TLS handshake was good, then.
    expect(await answered()).toEqual([`TLSv1.3 ${line} 400 /echo`]);
  });

  it.each<{ name: string; options: () => Partial<LeafOptions>; message: string }>([
    {
      name: 'has expired',
      options: () => ({
        notBefore: new Date(Date.now() - 2 * HOUR),
        notAfter: new Date(Date.now() - HOUR),
      }),
      message: 'tls.cert: has expired',
    },
    {
      name: 'is that of a server',
      options: () => ({ usage: 'server' }),
      message: 'tls.cert: is not meant for clients',
    },
  ])('should come at the entry when the client certificate $name', async ({ options, message }) => {
    const tls = await withCertificate(stack.credentials.authority, options());

    expect(() => dial('/echo', { tls })).toThrow(message);
  });

  it('should fail with HTTP 400 when the port speaks TLS and the URL does not', async () => {
    const url = `ws://localhost:${stack.nginx.ports.tls}/echo`;
    const recording = record(webSocket({ url, codec: text(), reconnect: backoff }));
    const error = await recording.failed();

    expect(error.ending).toMatchObject({
      _tag: 'UpgradeRefused',
      status: 400,
      body: expect.stringContaining('plain HTTP request was sent to HTTPS port') as string,
    });
    expect(recording.tags()).toEqual(['Idle', 'Connecting', 'Closed']);
    expect(await answered()).toEqual(['- - 400 /echo']);
  });

  it('should fail with HTTP 403 at once and keep the first KiB of the body', async () => {
    const recording = dial('/forbidden');
    const error = await recording.failed();

    expect(error.ending).toMatchObject({
      _tag: 'UpgradeRefused',
      status: 403,
      statusText: 'Forbidden',
      body: FORBIDDEN_BODY.slice(0, 1024),
    });
    expect(recording.tags()).toEqual(['Idle', 'Connecting', 'Closed']);
    expect(await answered()).toEqual(['TLSv1.3 SUCCESS 403 /forbidden']);
  });

  it('should wait for as long as HTTP 503 asks for, and then the policy', async () => {
    const { delay, retryAfter, ending } = await dial('/overloaded').state('Waiting');

    expect(ending).toMatchObject({
      _tag: 'UpgradeRefused',
      status: 503,
      headers: { 'retry-after': '7' },
    });
    expect(isTransient(ending)).toBe(true);
    // The policy's own delay comes on top.
    expect([retryAfter, delay]).toEqual([7_000, 7_010]);
    expect(await answered()).toEqual(['TLSv1.3 SUCCESS 503 /overloaded']);
  });

  describe.each<{ port: keyof NginxPorts }>([{ port: 'tls12' }, { port: 'tls13' }])(
    'of the server itself, on port $port',
    ({ port }) => {
      it.each<{
        name: string;
        tls: () => Promise<TlsOptions>;
        reason: string;
        policyErrors: readonly string[];
      }>([
        {
          name: 'another authority is trusted',
          tls: async () => {
            const { certificate } = await createCertificateAuthority();
            return { ...stack.tls, ca: certificate };
          },
          reason: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
          policyErrors: ['chain'],
        },
        {
          name: 'no authority but those of Node is trusted',
          tls: () => Promise.resolve({ ...stack.tls, ca: undefined }),
          reason: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
          policyErrors: ['chain'],
        },
        {
          name: 'the certificate is for another name',
          tls: () => Promise.resolve({ ...stack.tls, servername: 'feed.example' }),
          reason: 'ERR_TLS_CERT_ALTNAME_INVALID',
          policyErrors: ['name-mismatch'],
        },
      ])('should come before the request when $name', async ({ tls, reason, policyErrors }) => {
        const url = stack.url('/echo', port);
        const recording = dial('', {
          url,
          tls: await tls(),
          headers: { authorization: 'Bearer 7' },
        });
        const error = await recording.failed();

        expect(error).toBeInstanceOf(TlsError);
        expect(error.code).toBe('ERR_WSS_CERTIFICATE');
        expect(error.ending).toEqual({
          _tag: 'TlsFailed',
          by: 'policy',
          phase: 'verify',
          reason,
          policyErrors,
          pins: expect.arrayContaining([
            pinOf(new X509Certificate(stack.credentials.server.cert)),
          ]) as unknown,
          advice: expect.any(String) as string,
          uptime: 0,
          target: `localhost:${stack.nginx.ports[port]}`,
          cause: expect.any(Error) as Error,
        });
        expect(recording.tags()).toEqual(['Idle', 'Connecting', 'Closed']);
        // Nginx saw the line come and go, and no request in between.
        await waitFor('line in the log of nginx', async () =>
          /(client|peer) closed connection (while waiting for request|in SSL handshake)/.test(
            (await stack.nginx.errorLog()).slice(linesBefore),
          ),
        );
        expect(await requests()).toEqual([]);
      });
    },
  );
});
