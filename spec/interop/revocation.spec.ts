import { beforeAll, beforeEach, describe, expect, it } from 'vitest';

import {
  exponentialBackoff,
  text,
  TlsError,
  UpgradeRefusedError,
  webSocket,
} from '../../src/index.js';
import type { TlsOptions } from '../../src/index.js';
import { record } from './recording.js';
import type { Recording } from './recording.js';
import type { NginxPorts } from './servers/nginx-configuration.js';
import { startStack } from './servers/stack.js';
import type { Stack } from './servers/stack.js';
import { waitFor } from './servers/wait-for.js';

const backoff = exponentialBackoff({ initialDelay: 10, maxDelay: 40, jitter: 'none' });

describe.each<{ port: keyof NginxPorts; protocol: string }>([
  { port: 'tls12', protocol: 'TLSv1.2' },
  { port: 'tls13', protocol: 'TLSv1.3' },
])('revocation, on port $port', ({ port, protocol }) => {
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

  function dial(tls: Partial<TlsOptions> = {}): Recording<string> {
    return record(
      webSocket({
        url: stack.url('/echo', port),
        tls: { ...stack.tls, ...tls },
        headers: { authorization: 'Bearer 7' },
        codec: text(),
        reconnect: backoff,
      }),
    );
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

  /** The lists of both authorities above the server. */
  async function lists(
    byRoot: readonly string[],
    byIntermediate: readonly string[],
  ): Promise<readonly string[]> {
    const { authority, intermediate } = stack.credentials;
    return [
      await authority.issueRevocationList({ serialNumbers: byRoot }),
      await intermediate.issueRevocationList({ serialNumbers: byIntermediate }),
    ];
  }

  describe('of a client', () => {
    it('should fail with HTTP 400 at once', async () => {
      const { chain, key } = stack.credentials.revoked;
      const recording = dial({ cert: chain, key });
      const error = await recording.failed();

      expect(error).toBeInstanceOf(UpgradeRefusedError);
      expect(error.ending).toMatchObject({
        _tag: 'UpgradeRefused',
        by: 'server',
        phase: 'upgrade',
        status: 400,
        body: expect.stringContaining('<title>400 The SSL certificate error</title>') as string,
      });
      expect(recording.tags()).toEqual(['Idle', 'Connecting', 'Closed']);
      expect(await answered()).toEqual([`${protocol} FAILED:certificate revoked 400 /echo`]);
    });

    it('should not keep out another one', async () => {
      const recording = dial();
      await recording.state('Open');
      recording.leave();

      expect(await answered()).toEqual([`${protocol} SUCCESS 101 /echo`]);
    });
  });

  describe('of the server', () => {
    it.each<{ name: string; crl: () => Promise<readonly string[]>; reason: string }>([
      {
        name: 'its certificate is revoked',
        crl: () => lists([], [stack.credentials.server.serialNumber]),
        reason: 'CERT_REVOKED',
      },
      {
        name: 'the certificate of its issuer is revoked',
        crl: () => lists([stack.credentials.intermediate.serialNumber], []),
        reason: 'CERT_REVOKED',
      },
      {
        name: 'the list of its issuer is missing',
        crl: async () => (await lists([], [])).slice(0, 1),
        reason: 'UNABLE_TO_GET_CRL',
      },
      {
        name: 'the list of its issuer is too old',
        crl: async () => {
          const past = { thisUpdate: new Date(0), nextUpdate: new Date(1_000) };
          const old = { serialNumbers: [], ...past };
          return [
            ...(await lists([], [])).slice(0, 1),
            await stack.credentials.intermediate.issueRevocationList(old),
          ];
        },
        reason: 'CRL_HAS_EXPIRED',
      },
    ])('should come before the request when $name', async ({ crl, reason }) => {
      const recording = dial({ crl: await crl() });
      const error = await recording.failed();

      expect(error).toBeInstanceOf(TlsError);
      expect(error.code).toBe('ERR_WSS_CERTIFICATE');
      expect(error.ending).toMatchObject({
        _tag: 'TlsFailed',
        by: 'policy',
        phase: 'verify',
        reason,
        policyErrors: ['chain'],
      });
      expect(recording.tags()).toEqual(['Idle', 'Connecting', 'Closed']);
      await waitFor('line in the log of nginx', async () =>
        /(client|peer) closed connection (while waiting for request|in SSL handshake)/.test(
          (await stack.nginx.errorLog()).slice(linesBefore),
        ),
      );
      expect(await requests()).toEqual([]);
    });

    it('should let in one that is on no list', async () => {
      const { client, revoked } = stack.credentials;
      const crl = await lists([client.serialNumber], [revoked.serialNumber]);
      const { tls } = await dial({ crl }).state('Open');

      expect(tls).toMatchObject({ protocol, acceptedBy: 'chain', dangerous: false });
    });
  });
});
