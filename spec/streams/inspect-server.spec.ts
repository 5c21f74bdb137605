import { X509Certificate } from 'node:crypto';
import * as E from 'fp-ts/lib/Either.js';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { OptionTypeError } from '../../src/errors/option-error.js';
import { inspectServer } from '../../src/streams/inspect-server.js';
import type { InspectOptions, PeerCheck } from '../../src/streams/inspect-server.js';
import {
  NetworkError,
  OptionsError,
  ProviderError,
  ProxyError,
  SocketError,
  TimeoutError,
  TlsError,
} from '../../src/streams/socket-error.js';
import { createCertificateAuthority, createRawServer } from '../../src/testing/index.js';
import type {
  CertificateAuthority,
  IssuedCertificate,
  RawConnection,
  RawServer,
  RawServerOptions,
} from '../../src/testing/index.js';
import { pinOf } from '../../src/tls/pins.js';
import type { TlsOptions } from '../../src/tls/tls-options.js';
import type { Verifier } from '../../src/tls/verify-peer.js';
import { createConnectProxy } from '../tls/connect-proxy.js';
import { until } from './until.js';

const never: Verifier = () => new Promise<never>(() => undefined);

let ca: CertificateAuthority;
let intermediate: CertificateAuthority;
let issued: IssuedCertificate;

beforeAll(async () => {
  ca = await createCertificateAuthority();
  intermediate = await ca.issueIntermediate();
  issued = await intermediate.issue({ commonName: 'feed', usage: 'server' });
});

describe('inspectServer', () => {
  const closables: { close(): Promise<void> }[] = [];

  afterEach(async () => {
    await Promise.all(closables.splice(0).map((each) => each.close()));
  });

  async function kept<S extends { close(): Promise<void> }>(starting: Promise<S>): Promise<S> {
    const server = await starting;
    closables.push(server);
    return server;
  }

  const start = (
    tls: RawServerOptions['tls'] | undefined = {},
    listener: (connection: RawConnection) => unknown = () => undefined,
  ): Promise<RawServer> =>
    kept(createRawServer(listener, { tls: { cert: issued.chain, key: issued.key, ...tls } }));

  const checksOf = async (
    server: RawServer,
    tls: TlsOptions | undefined,
  ): Promise<readonly PeerCheck[]> => (await inspectServer({ url: server.url, tls })).checks;

  const failureOf = async (options: InspectOptions): Promise<SocketError> => {
    const reason: unknown = await inspectServer(options).catch((error: unknown) => error);
    if (reason instanceof SocketError) return reason;
    throw new Error('it is no SocketError', { cause: reason });
  };

  /** Waits until all connections of `server` are over, and makes sure that it was told nothing. */
  async function toldNothing(server: RawServer): Promise<void> {
    await until(() => {
      expect(server.connections.length + server.handshakeErrors.length).toBeGreaterThan(0);
    });
    await Promise.all(server.connections.map((each) => each.closed));
    expect(server.bytesReceived).toBe(0);
  }

  const passed = (check: PeerCheck['check']): PeerCheck => ({ check, passed: true });

  it('should report on a server that passes, and send it nothing', async () => {
    const server = await start();
    const url = server.url.replace('127.0.0.1', 'localhost');
    const report = await inspectServer({ url: `${url}/v1?token=x`, tls: { ca: ca.certificate } });
    const { chain, ...rest } = report;
    const expected = [issued.cert, intermediate.certificate, ca.certificate].map(
      (pem) => new X509Certificate(pem),
    );
    expect(chain.map(({ raw }) => raw)).toEqual(expected.map(({ raw }) => raw));
    expect(rest).toStrictEqual({
      target: `localhost:${server.port}`,
      servername: 'localhost',
      protocol: 'TLSv1.3',
      cipher: 'TLS_AES_256_GCM_SHA384',
      pins: expected.map(pinOf),
      checks: [passed('chain'), passed('name')],
    });
    await toldNothing(server);
  });

  it('should give pins that can be pasted', async () => {
    const server = await start();
    const { pins } = await inspectServer({ url: server.url, tls: { ca: ca.certificate } });
    for (const pin of pins) {
      const options = { ca: ca.certificate, pins: [pin] };
      expect(await checksOf(server, options)).toContainEqual(passed('pins'));
    }
  });

  it('should report on what the checks refuse, each with its reason and advice', async () => {
    const server = await start();
    expect(await checksOf(server, undefined)).toEqual([
      {
        check: 'chain',
        passed: false,
        reason: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
        advice: expect.stringMatching(/tls\.ca/) as unknown,
      },
      passed('name'),
    ]);
    const name = {
      check: 'name',
      passed: false,
      reason: 'ERR_TLS_CERT_ALTNAME_INVALID',
      advice: expect.stringMatching(/tls\.servername/) as unknown,
    };
    const servername = 'b.example';
    expect(await checksOf(server, { ca: ca.certificate, servername })).toEqual([
      passed('chain'),
      name,
    ]);
    expect(await checksOf(server, { servername })).toMatchObject([
      { check: 'chain', passed: false },
      name,
    ]);
    await toldNothing(server);
  });

  it('should say of a server that shows no certificate just that', async () => {
    const ciphers = 'aNULL:@SECLEVEL=0';
    const server = await start({ ciphers, maxVersion: 'TLSv1.2' });
    const report = await inspectServer({
      url: server.url,
      tls: { ciphers, maxVersion: 'TLSv1.2', pins: [`sha256/${'A'.repeat(43)}=`] },
    });
    expect(report).toMatchObject({ chain: [], pins: [], protocol: 'TLSv1.2' });
    expect(report.checks).toEqual([
      {
        check: 'certificate',
        passed: false,
        reason: 'NO_CERTIFICATE',
        advice: 'The server showed no certificate',
      },
    ]);
  });

  it('should list the pins of a server that matches none', async () => {
    const server = await start();
    const pins = [`sha256/${'A'.repeat(43)}=`];
    const report = await inspectServer({ url: server.url, tls: { ca: ca.certificate, pins } });
    expect(report.checks).toEqual([
      passed('chain'),
      passed('name'),
      {
        check: 'pins',
        passed: false,
        reason: 'PIN_MISMATCH',
        advice: expect.stringContaining(report.pins.join(' ')) as unknown,
      },
    ]);
  });

  it('should match the leaf alone where the chain is not proven', async () => {
    const server = await start();
    const {
      pins: [leaf = '', above = ''],
    } = await inspectServer({ url: server.url });
    expect((await checksOf(server, { pins: [leaf] })).at(-1)).toEqual(passed('pins'));
    expect((await checksOf(server, { pins: [above] })).at(-1)).toMatchObject({
      check: 'pins',
      passed: false,
    });
  });

  it('should ask the verifier last, once, about a server that passes everything else', async () => {
    const server = await start();
    const verify = vi.fn<Verifier>(() => E.right(undefined));
    const tls = { ca: ca.certificate, verify };
    expect(await checksOf(server, tls)).toEqual([
      passed('chain'),
      passed('name'),
      passed('verify'),
    ]);
    expect(verify).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ attempt: 1, policyErrors: [] }),
    );
    verify.mockClear();
    for (const each of [
      { verify },
      { ...tls, servername: 'b.example' },
      { ...tls, pins: [`sha256/${'A'.repeat(43)}=`] },
    ]) {
      const checks = await checksOf(server, each);
      expect(checks.map(({ check }) => check)).not.toContain('verify');
    }
    expect(verify).not.toHaveBeenCalled();
  });

  it.each<[string, Verifier, string, RegExp]>([
    ['refuses', () => E.left('no'), 'VERIFIER_REFUSED', /tls\.verify refuses it/],
    ['gives no Either', () => true as never, 'VERIFIER_FAILED', /must give an Either/],
    ['rejects', () => Promise.reject(new Error('x')), 'VERIFIER_FAILED', /must give an Either/],
  ])('should report a verifier that %s', async (_name, verify, reason, advice) => {
    const server = await start();
    const checks = await checksOf(server, { ca: ca.certificate, verify });
    expect(checks.at(-1)).toEqual({
      check: 'verify',
      passed: false,
      reason,
      advice: expect.stringMatching(advice) as unknown,
    });
  });

  it('should not let the dangerous override hide what the checks refuse', async () => {
    const server = await start();
    const dangerouslyAcceptCertificate = vi.fn<Verifier>(() => E.right(undefined));
    expect(await checksOf(server, { dangerouslyAcceptCertificate })).toMatchObject([
      { check: 'chain', passed: false },
      { check: 'name', passed: true },
    ]);
    expect(dangerouslyAcceptCertificate).not.toHaveBeenCalled();
  });

  it('should ask for the options as an attempt does', async () => {
    const server = await start();
    const url = vi.fn(() => Promise.resolve(server.url));
    const tls = vi.fn(() => ({ ca: ca.certificate }));
    const { checks } = await inspectServer({ url, tls, connectTimeout: Infinity });
    expect(checks).toEqual([passed('chain'), passed('name')]);
    expect(url).toHaveBeenCalledExactlyOnceWith(1, expect.any(AbortSignal), undefined);
    expect(tls).toHaveBeenCalledExactlyOnceWith(1, expect.any(AbortSignal), undefined);
  });

  it('should look the name up by the given function', async () => {
    const server = await start();
    const url = `wss://feed.example:${server.port}`;
    const { target, checks } = await inspectServer({
      url,
      tls: { ca: ca.certificate, servername: 'localhost' },
      lookup: (_hostname, _options, callback) => {
        callback(null, [{ address: '127.0.0.1', family: 4 }]);
      },
    });
    expect(target).toBe(`feed.example:${server.port}`);
    expect(checks).toEqual([passed('chain'), passed('name')]);
  });

  it('should look through a proxy', async () => {
    const server = await start();
    const proxy = await kept(createConnectProxy({ tls: { cert: issued.chain, key: issued.key } }));
    const { target } = await inspectServer({
      url: server.url,
      proxy: { url: `https://127.0.0.1:${proxy.port}`, tls: { ca: ca.certificate } },
    });
    expect(target).toBe(`127.0.0.1:${server.port}`);
    expect(proxy.requests).toMatchObject([{ target }]);
    await toldNothing(server);
  });

  it('should hold the proxy itself to its checks', async () => {
    const proxy = await kept(createConnectProxy({ tls: { cert: issued.chain, key: issued.key } }));
    const url = 'wss://feed.example';
    const error = await failureOf({ url, proxy: `https://127.0.0.1:${proxy.port}` });
    expect(error).toBeInstanceOf(TlsError);
    expect(error.ending).toMatchObject({ phase: 'proxy', target: 'feed.example:443' });
    expect(proxy.requests).toEqual([]);
  });

  it('should tell which proxy refuses, without its password', async () => {
    const proxy = await kept(createConnectProxy({ authorization: 'Basic eDp5' }));
    const error = await failureOf({
      url: 'wss://feed.example',
      proxy: `http://x:secret@127.0.0.1:${proxy.port}`,
    });
    expect(error).toBeInstanceOf(ProxyError);
    expect(error.ending).toMatchObject({ status: 407, proxy: `127.0.0.1:${proxy.port}` });
    expect(`${error.message} ${JSON.stringify(error)}`).not.toContain('secret');
  });

  it.each<[unknown, string]>([
    [{}, 'url: must be a string, a URL, a list of them or an object, got undefined'],
    [{ url: 'wss://h', pins: [] }, 'pins: is not an option'],
    [{ url: 'ws://h', tls: {} }, 'tls: is given, but the URL has the scheme ws:'],
  ])('should reject at once for %j', async (options, message) => {
    const reason: unknown = await inspectServer(options as InspectOptions).catch(
      (error: unknown) => error,
    );
    expect(reason).toBeInstanceOf(OptionTypeError);
    expect(String(reason)).toContain(message);
  });

  it('should refuse ws:, which has no certificate to look at', async () => {
    const error = await failureOf({ url: 'ws://h' });
    expect(error).toBeInstanceOf(OptionsError);
    expect(error.ending).toMatchObject({ _tag: 'OptionsInvalid', option: 'url' });
    expect(error.message).toContain('must have the scheme wss:');
  });

  it('should tell of a function that fails', async () => {
    const error = await failureOf({ url: () => Promise.reject(new Error('no token')) });
    expect(error).toBeInstanceOf(ProviderError);
    expect(error.ending).toMatchObject({ option: 'url', phase: 'options' });
    expect(error.ending).not.toHaveProperty('target');
  });

  it('should tell that nobody listens', async () => {
    const { url, port, close } = await start();
    await close();
    const error = await failureOf({ url });
    expect(error).toBeInstanceOf(NetworkError);
    expect(error).toMatchObject({
      code: 'ERR_WSS_REFUSED',
      ending: { phase: 'tcp', target: `127.0.0.1:${port}` },
    });
  });

  it('should tell that TLS is not spoken', async () => {
    const server = await kept(
      createRawServer(({ socket }) => socket.once('data', () => socket.end('HTTP/1.1 400 No\r\n'))),
    );
    const error = await failureOf({ url: server.url.replace('ws:', 'wss:') });
    expect(error).toBeInstanceOf(TlsError);
    expect(error.ending).toMatchObject({ phase: 'tls', uptime: 0 });
    expect(error.message).toContain('does not speak TLS on this port');
  });

  describe('a connectTimeout', () => {
    const limited = async (options: Omit<InspectOptions, 'connectTimeout'>): Promise<unknown> => {
      const error = await failureOf({ ...options, connectTimeout: 30 });
      expect(error).toBeInstanceOf(TimeoutError);
      return error.ending;
    };
    const expected = { _tag: 'TimedOut', by: 'policy', option: 'connectTimeout', limit: 30 };

    it('should cover a silent server', async () => {
      const server = await kept(createRawServer(() => undefined));
      const target = `127.0.0.1:${server.port}`;
      const ending = await limited({ url: `wss://${target}` });
      expect(ending).toEqual({ ...expected, phase: 'tls', uptime: 0, target });
      await Promise.all(server.connections.map((each) => each.closed));
    });

    it('should cover a look-up', async () => {
      const ending = await limited({ url: 'wss://feed.example', lookup: () => undefined });
      expect(ending).toMatchObject({ ...expected, phase: 'dns' });
    });

    it('should cover a silent proxy', async () => {
      const silent = await kept(createRawServer(() => undefined));
      const proxy = `http://127.0.0.1:${silent.port}`;
      expect(await limited({ url: 'wss://feed.example', proxy })).toMatchObject({
        ...expected,
        phase: 'proxy',
      });
    });

    it('should cover the verifier', async () => {
      const server = await start();
      const tls = { ca: ca.certificate, verify: never };
      expect(await limited({ url: server.url, tls })).toMatchObject({
        ...expected,
        phase: 'verify',
      });
      await toldNothing(server);
    });

    it('should cover the functions that give the options', async () => {
      const endless = (): Promise<never> => new Promise<never>(() => undefined);
      const url = 'wss://feed.example';
      for (const options of [{ url: endless }, { url, tls: endless }, { url, proxy: endless }]) {
        const ending = await limited(options);
        expect(ending).toMatchObject({ ...expected, phase: 'options' });
        expect(ending).not.toHaveProperty('target');
      }
    });

    it('should abort the signal of the functions and of the verifier', async () => {
      const signals: AbortSignal[] = [];
      const server = await start();
      const verify: Verifier = (peer) => {
        signals.push(peer.signal);
        return never(peer);
      };
      const url = (_attempt: number, signal: AbortSignal): string => {
        signals.push(signal);
        return server.url;
      };
      await limited({ url, tls: { ca: ca.certificate, verify } });
      expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
    });
  });
});
