import * as E from 'fp-ts/lib/Either.js';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import {
  exponentialBackoff,
  isTransient,
  ProxyError,
  text,
  TlsError,
  webSocket,
} from '../../src/index.js';
import type { ProxyOptions, SocketOptions, TlsOptions } from '../../src/index.js';
import { createCertificateAuthority } from '../../src/testing/index.js';
import { createCredentialFiles } from './credential-files.js';
import { record as recordOne } from './recording.js';
import type { Recording } from './recording.js';
import { secretsIn } from './secrets.js';
import type { NginxPorts } from './servers/nginx-configuration.js';
import { startProxies } from './servers/proxies.js';
import type { Proxies } from './servers/proxies.js';
import { FORGETFUL_USER, USER } from './servers/squid.js';
import { startStack } from './servers/stack.js';
import type { Stack } from './servers/stack.js';
import { collectTlsNotices } from './tls-notices.js';

const backoff = exponentialBackoff({ initialDelay: 20, maxDelay: 200, jitter: 'none' });

describe('by way of stunnel and squid', () => {
  let stack: Stack;
  let proxies: Proxies;
  let recordings: Recording<string>[];

  beforeAll(async () => {
    stack = await startStack();
    return stack.stop;
  });

  beforeAll(async () => {
    proxies = await startProxies(stack);
  });

  beforeEach(() => {
    recordings = [];
  });

  afterEach(() => {
    const logged = recordings.map((recording) => recording.asLogged()).join('\n');
    expect(secretsIn(logged, [USER, FORGETFUL_USER])).toEqual([]);
  });

  function dial(
    proxy: Partial<ProxyOptions>,
    options: Partial<SocketOptions<string, string>> = {},
  ): Recording<string> {
    const recording = recordOne(
      webSocket({
        url: stack.url('/identify'),
        tls: stack.tls,
        reconnect: backoff,
        ...options,
        proxy: { url: proxies.secureUrl(), ...proxy },
        codec: text(),
      }),
    );
    recordings.push(recording);
    return recording;
  }

  /** What a client that stunnel lets in gives as `proxy.tls`. */
  function trusting(): TlsOptions {
    return { ca: proxies.authority.certificate };
  }

  async function withCertificate(authority = proxies.authority): Promise<TlsOptions> {
    const { chain, key } = await authority.issue({ commonName: 'desk', usage: 'client' });
    return { ...trusting(), cert: chain, key };
  }

  /** A server that squid answers at once that it cannot connect to. */
  function deadEnd(): string {
    return `wss://localhost:${proxies.deadPort}/`;
  }

  /** Checks that squid was never asked for the dead end. */
  async function expectNoTunnel(): Promise<void> {
    const log = await proxies.squid.accessLog();
    expect(log.filter((line) => line.includes(`:${proxies.deadPort} `))).toEqual([]);
  }

  it.each<{ port: keyof NginxPorts; protocol: string }>([
    { port: 'tls12', protocol: 'TLSv1.2' },
    { port: 'tls13', protocol: 'TLSv1.3' },
  ])('should speak $protocol inside TLS, each with its own authority', async (target) => {
    const recording = dial({ tls: trusting() }, { url: stack.url('/identify', target.port) });
    const { headers } = JSON.parse(await recording.message(0)) as { headers: object };
    const { tls } = await recording.state('Open');
    recording.leave();
    await proxies.squid.logged(
      `CONNECT localhost:${stack.nginx.ports[target.port]} 200 ${USER.name}`,
    );

    expect(headers).toMatchObject({
      'x-tls-protocol': target.protocol,
      'x-client-serial': stack.credentials.client.serialNumber,
    });
    expect(headers).not.toHaveProperty('proxy-authorization');
    expect(tls).toMatchObject({ protocol: target.protocol, subject: 'CN=localhost' });
  });

  it('should carry messages both ways', async () => {
    const socket = webSocket({
      url: stack.url('/echo'),
      tls: stack.tls,
      proxy: { url: proxies.secureUrl(), tls: trusting() },
      codec: text(),
    });
    const recording = recordOne(socket);
    const large = '€'.repeat(400_000);
    socket.next(large);
    expect(await recording.message(0)).toBe(large);
    socket.complete();
    await recording.completed();

    expect(recording.tags()).toEqual(['Idle', 'Connecting', 'Open', 'Closing', 'Closed']);
  });

  it.each<{ name: string; tls: () => Promise<TlsOptions>; reason: string }>([
    {
      name: 'its authority is not trusted',
      tls: async () => ({ ca: (await createCertificateAuthority()).certificate }),
      reason: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    },
    {
      name: 'only the authority of the server is trusted',
      tls: () => Promise.resolve({ ca: stack.credentials.authority.certificate }),
      reason: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    },
    {
      name: 'nothing is said of its authority',
      tls: () => Promise.resolve({}),
      reason: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    },
    {
      name: 'its certificate is for another name',
      tls: () => Promise.resolve({ ...trusting(), servername: 'proxy.example' }),
      reason: 'ERR_TLS_CERT_ALTNAME_INVALID',
    },
    {
      name: 'its certificate is revoked',
      tls: async () => {
        const serialNumbers = [proxies.serverSerialNumber];
        return {
          ...trusting(),
          crl: await proxies.authority.issueRevocationList({ serialNumbers }),
        };
      },
      reason: 'CERT_REVOKED',
    },
    {
      name: 'no pin matches',
      tls: () => Promise.resolve({ ...trusting(), pins: [`sha256/${'A'.repeat(43)}=`] }),
      reason: 'PIN_MISMATCH',
    },
    {
      name: 'its verifier refuses it',
      tls: () => Promise.resolve({ ...trusting(), verify: () => E.left('not this one') }),
      reason: 'VERIFIER_REFUSED',
    },
  ])('should say nothing to the proxy when $name', async ({ tls, reason }) => {
    const recording = dial({ tls: await tls() }, { url: deadEnd() });
    const error = await recording.failed();

    expect(error).toBeInstanceOf(TlsError);
    expect(error.ending).toMatchObject({
      _tag: 'TlsFailed',
      by: 'policy',
      phase: 'proxy',
      reason,
      target: `localhost:${proxies.deadPort}`,
    });
    expect(recording.tags()).toEqual(['Idle', 'Connecting', 'Closed']);
    await expectNoTunnel();
  });

  it('should advise on proxy.tls, not on tls', async () => {
    const { message } = await dial({ tls: {} }, { url: deadEnd() }).failed();

    expect(message).toMatch(/proxy\.tls\.ca/);
  });

  it('should tell a failure inside the tunnel from one of the proxy', async () => {
    const tls = { ...stack.tls, ca: proxies.authority.certificate };
    const recording = dial({ tls: trusting() }, { tls });
    const error = await recording.failed();

    expect(error).toBeInstanceOf(TlsError);
    expect(error.ending).toMatchObject({
      phase: 'verify',
      reason: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    });
  });

  it('should come with HTTP 407 from squid with a wrong password', async () => {
    const url = proxies.secureUrl('open', FORGETFUL_USER);
    const error = await dial({ url, tls: trusting() }).failed();

    expect(error).toBeInstanceOf(ProxyError);
    expect(error.ending).toMatchObject({ _tag: 'ProxyRefused', phase: 'proxy', status: 407 });
  });

  it('should show the proxy a certificate of its own', async () => {
    const url = proxies.secureUrl('mutual');
    const recording = dial({ url, tls: await withCertificate() });
    const { headers } = JSON.parse(await recording.message(0)) as { headers: object };

    expect(headers).toMatchObject({
      'x-client-subject': 'CN=trader-7',
      'x-client-serial': stack.credentials.client.serialNumber,
    });
  });

  it.each<{ name: string; tls: () => Promise<TlsOptions>; alerts: Record<string, number> }>([
    {
      name: 'no certificate',
      tls: () => Promise.resolve(trusting()),
      // handshake_failure, certificate_required (RFC 8446 section 6.2).
      alerts: { 'TLSv1.2': 40, 'TLSv1.3': 116 },
    },
    {
      name: 'a certificate that the proxy does not know',
      tls: async () => withCertificate(await createCertificateAuthority()),
      // unknown_ca.
      alerts: { 'TLSv1.2': 48, 'TLSv1.3': 48 },
    },
  ])('should fail at once with $name', async ({ tls, alerts }) => {
    const options = await tls();
    const url = proxies.secureUrl('mutual');
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      const proxy = { url, tls: { ...options, maxVersion: version } };
      const recording = dial(proxy, { url: deadEnd() });
      const error = await recording.failed();

      expect(error).toBeInstanceOf(TlsError);
      expect(error.code).toBe('ERR_WSS_TLS');
      expect(error.ending).toMatchObject({
        _tag: 'TlsFailed',
        by: 'server',
        phase: 'proxy',
        alert: alerts[version],
      });
      expect(recording.tags()).toEqual(['Idle', 'Connecting', 'Closed']);
    }
    await expectNoTunnel();
  });

  describe('accepted although the checks refuse it', () => {
    const dangerously: TlsOptions = { dangerouslyAcceptCertificate: () => E.right(undefined) };

    it('should be announced, and told in the state', async () => {
      const notices = collectTlsNotices();
      const { tls, proxyTls } = await dial({ tls: dangerously }).state('Open');

      expect(tls).toMatchObject({ subject: 'CN=localhost', dangerous: false });
      expect(proxyTls).toMatchObject({ subject: 'CN=proxy', dangerous: true });
      expect(notices).toMatchObject([{ _tag: 'DangerAccepted', tls: { subject: 'CN=proxy' } }]);
    });

    it('should not hide that the server is accepted so as well', async () => {
      const notices = collectTlsNotices();
      const tls = { ...stack.tls, ca: undefined, ...dangerously };
      await dial({ tls: dangerously }, { tls }).state('Open');

      expect(notices).toMatchObject([
        { _tag: 'DangerAccepted', tls: { subject: 'CN=proxy' } },
        { _tag: 'DangerAccepted', tls: { subject: 'CN=localhost' } },
      ]);
    });
  });

  it('should keep the last good certificate for the proxy while its key is half-written', async () => {
    const notices = collectTlsNotices();
    const client = await proxies.authority.issue({ commonName: 'desk', usage: 'client' });
    const files = await createCredentialFiles(client);
    const url = proxies.secureUrl('mutual');
    const recording = dial({ url, tls: { ...trusting(), ...files.tls } });
    await recording.state('Open');
    await files.writeKey(client.key.slice(0, client.key.length / 2));
    await proxies.stunnel.stop();
    await proxies.stunnel.start();
    const { proxyTls } = await recording.state('Open', 1);

    expect(proxyTls?.problem?.message).toContain('proxy.tls.key: holds no private key');
    expect(notices).toEqual([
      { _tag: 'CredentialsKept', socket: expect.any(Number), problem: proxyTls?.problem },
    ]);
  });

  it('should dial until stunnel and squid are there', async () => {
    await Promise.all([proxies.stunnel.stop(), proxies.squid.stop()]);
    const recording = dial({ tls: trusting() });
    const withoutStunnel = await recording.state('Waiting');
    await proxies.stunnel.start();
    const seen = recording.statesOf('Waiting').length;
    const withoutSquid = await recording.state('Waiting', seen + 1);
    await proxies.squid.start();
    await recording.state('Open');

    expect(withoutStunnel.ending).toMatchObject({
      _tag: 'NetworkFailed',
      phase: 'proxy',
      kind: 'refused',
    });
    expect(withoutSquid.ending).toMatchObject({
      _tag: 'NetworkFailed',
      phase: 'proxy',
      kind: expect.stringMatching(/^(ended|reset)$/) as string,
    });
    expect(isTransient(withoutSquid.ending)).toBe(true);
  });
});
