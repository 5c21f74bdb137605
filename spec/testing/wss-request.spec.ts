import { once } from 'node:events';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import {
  type CertificateAuthority,
  createCertificateAuthority,
  createWssServer,
  type WssRequest,
  type WssServer,
} from '../../src/testing/index.js';
import { toWssRequest } from '../../src/testing/wss-request.js';

let ca: CertificateAuthority;

beforeAll(async () => {
  ca = await createCertificateAuthority();
});

describe('toWssRequest', () => {
  let server: WssServer | undefined;

  afterEach(async () => {
    await server?.close();
  });

  /** What a server that takes any client certificate sees of a client with `identity`. */
  async function see(
    identity: { readonly cert?: string; readonly key?: string },
    host = '127.0.0.1',
  ): Promise<WssRequest> {
    const { chain, key } = await ca.issue({ commonName: 'localhost', usage: 'server' });
    server = await createWssServer({
      tls: { cert: chain, key, ca: ca.certificate, requestCert: true, rejectUnauthorized: false },
    });
    const url = server.url.replace('127.0.0.1', host);
    const client = new WebSocket(url, ['b', 'a'], { ca: ca.certificate, ...identity });
    await once(client, 'open');
    return (await server.nextConnection()).request;
  }

  it('should show a client with a certificate', async () => {
    const { cert, key, serialNumber } = await ca.issue({ commonName: 'me', usage: 'client' });
    expect(await see({ cert, key }, 'localhost')).toMatchObject({
      protocols: ['b', 'a'],
      tlsVersion: 'TLSv1.3',
      serverName: 'localhost',
      client: { commonName: 'me', subject: 'CN=me', serialNumber, isAuthorized: true },
    });
  });

  it('should show a client without one, and no server name for an IP address', async () => {
    const { client, serverName } = await see({});
    expect(client).toBeUndefined();
    expect(serverName).toBeUndefined();
  });

  it('should show a client that is not trusted, and one without a common name', async () => {
    const other = await createCertificateAuthority();
    const { cert, key } = await other.issue({ commonName: '', usage: 'client', dns: ['me.test'] });
    expect((await see({ cert, key })).client).toMatchObject({
      commonName: '',
      isAuthorized: false,
    });
  });

  it('should list the subprotocols that are offered in one field', () => {
    const message = new IncomingMessage(new Socket());
    message.headers['sec-websocket-protocol'] = 'a, b ,c';
    expect(toWssRequest(message).protocols).toEqual(['a', 'b', 'c']);
  });

  it.each([
    { name: 'TCP', socket: () => new Socket() },
    { name: 'TLS', socket: () => new TLSSocket(new Socket()).destroy() },
  ])('should show nothing of a $name connection that is not there', ({ socket }) => {
    expect(toWssRequest(new IncomingMessage(socket()))).toEqual({
      method: '',
      url: '',
      headers: {},
      protocols: [],
      tlsVersion: undefined,
      serverName: undefined,
      client: undefined,
    });
  });
});
