import * as t from 'io-ts';
import { beforeAll, describe, expect, it } from 'vitest';

import { json, TlsError, UpgradeInvalidError, webSocket } from '../../src/index.js';
import type { SocketOptions, TlsVersion } from '../../src/index.js';
import { record } from './recording.js';
import type { Recording } from './recording.js';
import type { NginxPorts } from './servers/nginx-configuration.js';
import { startStack } from './servers/stack.js';
import type { Stack } from './servers/stack.js';

const Identity = t.type({
  path: t.string,
  subprotocol: t.union([t.string, t.null]),
  extensions: t.array(t.string),
  headers: t.record(t.string, t.string),
});

type Identity = t.TypeOf<typeof Identity>;

describe('a client, as the backend sees it', () => {
  let stack: Stack;

  beforeAll(async () => {
    stack = await startStack();
    return stack.stop;
  });

  function identify(options: Partial<SocketOptions<Identity, unknown>> = {}): Recording<Identity> {
    const codec = json({ incoming: Identity, outgoing: t.unknown });
    return record(webSocket({ url: stack.url('/identify'), tls: stack.tls, ...options, codec }));
  }

  it('should come with its path, query and headers', async () => {
    const recording = identify({
      url: stack.url('/identify?desk=fx%2F1&empty='),
      headers: () => Promise.resolve({ authorization: 'Bearer 7', 'x-desk': 'fx' }),
      origin: 'https://desk.example',
    });

    const { path, headers } = await recording.message(0);

    expect(path).toBe('/identify?desk=fx%2F1&empty=');
    expect(headers).toMatchObject({
      host: `localhost:${stack.nginx.ports.tls}`,
      authorization: 'Bearer 7',
      'x-desk': 'fx',
      origin: 'https://desk.example',
    });
  });

  it('should come with the subject and the serial number of its certificate', async () => {
    const { headers } = await identify().message(0);

    expect(headers).toMatchObject({
      'x-client-verify': 'SUCCESS',
      'x-client-subject': 'CN=trader-7',
      'x-client-serial': stack.credentials.client.serialNumber,
    });
  });

  it('should have the subprotocol that both know', async () => {
    const recording = identify({ protocols: ['feed.v0', 'feed.v1'] });

    const { subprotocol, headers } = await recording.message(0);
    const { protocol } = await recording.state('Open');

    expect(headers).toHaveProperty('sec-websocket-protocol', 'feed.v0,feed.v1');
    expect({ subprotocol, protocol }).toEqual({ subprotocol: 'feed.v1', protocol: 'feed.v1' });
  });

  it('should leave when they know no subprotocol in common', async () => {
    const error = await identify({ protocols: 'feed.v0' }).failed();

    expect(error).toBeInstanceOf(UpgradeInvalidError);
    expect(error.ending).toEqual({
      _tag: 'UpgradeInvalid',
      by: 'server',
      phase: 'upgrade',
      violation: 'Server sent no subprotocol',
      uptime: 0,
      target: `localhost:${stack.nginx.ports.tls}`,
      cause: expect.any(Error) as Error,
    });
  });

  it.each([
    { perMessageDeflate: false, extensions: [] },
    { perMessageDeflate: true, extensions: ['permessage-deflate'] },
  ])(
    'should have extensions $extensions with perMessageDeflate $perMessageDeflate',
    async ({ perMessageDeflate, extensions }) => {
      const identity = await identify({ perMessageDeflate }).message(0);

      expect(identity.extensions).toEqual(extensions);
    },
  );

  it.each<{ port: keyof NginxPorts; minVersion: TlsVersion; protocol: TlsVersion }>([
    { port: 'tls', minVersion: 'TLSv1.2', protocol: 'TLSv1.3' },
    { port: 'tls', minVersion: 'TLSv1.3', protocol: 'TLSv1.3' },
    { port: 'tls12', minVersion: 'TLSv1.2', protocol: 'TLSv1.2' },
    { port: 'tls13', minVersion: 'TLSv1.2', protocol: 'TLSv1.3' },
    { port: 'tls13', minVersion: 'TLSv1.3', protocol: 'TLSv1.3' },
  ])(
    'should speak $protocol on port $port with minVersion $minVersion',
    async ({ port, minVersion, protocol }) => {
      const url = stack.url('/identify', port);
      const recording = identify({ url, tls: { ...stack.tls, minVersion } });

      const { headers } = await recording.message(0);
      const { tls, address } = await recording.state('Open');

      expect(headers).toMatchObject({
        'x-tls-protocol': protocol,
        'x-client-subject': 'CN=trader-7',
      });
      expect(address).toBe(`127.0.0.1:${stack.nginx.ports[port]}`);
      expect(tls).toMatchObject({
        protocol,
        subject: 'CN=localhost',
        altNames: 'DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1',
      });
    },
  );

  it('should not fall back to TLS 1.2 when minVersion is TLSv1.3', async () => {
    const url = stack.url('/identify', 'tls12');
    const error = await identify({ url, tls: { ...stack.tls, minVersion: 'TLSv1.3' } }).failed();

    expect(error).toBeInstanceOf(TlsError);
    expect(error.ending).toMatchObject({
      _tag: 'TlsFailed',
      by: 'server',
      phase: 'tls',
      // protocol_version (RFC 8446 section 6.2).
      alert: 70,
      policyErrors: [],
    });
  });
});
