import { once } from 'node:events';
import { type ClientRequest, get as httpGet, type IncomingMessage } from 'node:http';
import type { ConnectionOptions } from 'node:tls';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type ClientOptions, WebSocket } from 'ws';
import {
  type CertificateAuthority,
  createCertificateAuthority,
  createWssServer,
  type IssuedCertificate,
  type WssServer,
  type WssServerOptions,
} from '../../src/testing/index.js';

/** The types of ws leave out what it passes on to node:tls. */
type DialOptions = ClientOptions & Pick<ConnectionOptions, 'servername'>;

let ca: CertificateAuthority;
let issued: IssuedCertificate;

beforeAll(async () => {
  ca = await createCertificateAuthority();
  issued = await ca.issue({ commonName: 'localhost', usage: 'server' });
});

describe('createWssServer', () => {
  const servers: WssServer[] = [];

  async function start(options?: WssServerOptions): Promise<WssServer> {
    const server = await createWssServer(options);
    servers.push(server);
    return server;
  }

  /** A bare client; its errors are for `refusal` and the like. */
  function dial(server: WssServer, options: DialOptions = {}, path = ''): WebSocket {
    const client = new WebSocket(server.url + path, { ca: ca.certificate, ...options });
    return client.on('error', () => undefined);
  }

  /** Status, `Retry-After` and body of a refused handshake. */
  async function refusal(client: WebSocket): Promise<readonly unknown[]> {
    const response = (await once(client, 'unexpected-response'))[1] as IncomingMessage;
    let body = '';
    for await (const chunk of response) body += String(chunk);
    return [response.statusCode, response.headers['retry-after'], body];
  }

  async function status(request: ClientRequest): Promise<number | undefined> {
    const response = (await once(request, 'response'))[0] as IncomingMessage;
    return response.resume().statusCode;
  }

  const withTls = (): WssServerOptions => ({ tls: { cert: issued.chain, key: issued.key } });

  afterEach(async () => {
    await Promise.all(servers.splice(0).map((each) => each.close()));
  });

  it.each([
    { name: 'ws on IPv4', options: () => ({}), url: /^ws:\/\/127\.0\.0\.1:\d+$/ },
    { name: 'ws on IPv6', options: () => ({ host: '::1' }), url: /^ws:\/\/\[::1\]:\d+$/ },
    { name: 'wss on IPv4', options: withTls, url: /^wss:\/\/127\.0\.0\.1:\d+$/ },
    {
      name: 'wss on IPv6',
      options: () => ({ host: '::1', ...withTls() }),
      url: /^wss:\/\/\[::1\]:\d+$/,
    },
  ])('should open connections: $name', async ({ options, url }) => {
    const server = await start(options());
    expect(server.url).toMatch(url);
    // By name, since Node 22.23 refuses the address ::1 in a URL (nodejs/node#64144).
    await once(dial(server, { servername: 'localhost' }), 'open');
    const connection = await server.nextConnection();
    expect([...server.connections]).toEqual([connection]);
    expect(server.accepted).toBe(1);
  });

  it('should not be trusted without the authority', async () => {
    const server = await start(withTls());
    const error: unknown = (await once(new WebSocket(server.url), 'error'))[0];
    expect(error).toMatchObject({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
    expect(server.requests).toEqual([]);
  });

  it('should speak only the TLS versions it was told', async () => {
    const server = await start({ tls: { ...withTls().tls, minVersion: 'TLSv1.3' } });
    const error: unknown = (await once(dial(server, { maxVersion: 'TLSv1.2' }), 'error'))[0];
    expect(error).toMatchObject({ code: 'EPROTO' });
    expect(server.handshakeErrors).toMatchObject([{ code: 'ERR_SSL_UNSUPPORTED_PROTOCOL' }]);
  });

  it('should show the path, the fields and the subprotocols of a handshake', async () => {
    const server = await start();
    const headers = { 'X-Token': 'abc' };
    await once(dial(server, { headers }, '/v1?since=3'), 'open');
    const { request } = await server.nextConnection();
    expect(request).toMatchObject({ method: 'GET', url: '/v1?since=3', protocols: [] });
    expect(request.headers['x-token']).toBe('abc');
    expect(server.requests).toEqual([request]);
  });

  it('should ask for a client certificate', async () => {
    const me = await ca.issue({ commonName: 'trader-7', usage: 'client' });
    const tls = { ...withTls().tls, ca: ca.certificate, requestCert: true };
    const server = await start({ tls });
    await once(dial(server, { cert: me.chain, key: me.key }), 'open');
    const { request } = await server.nextConnection();
    expect(request.client).toMatchObject({
      commonName: 'trader-7',
      serialNumber: me.serialNumber,
      isAuthorized: true,
    });
    const error: unknown = (await once(dial(server), 'error'))[0];
    expect(error).toMatchObject({ code: 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED' });
  });

  it.each([
    { name: 'a status', answer: { status: 401 }, expected: [401, undefined, ''] },
    {
      name: 'fields and a body',
      answer: { status: 503, headers: { 'Retry-After': '2' }, body: 'büsy' },
      expected: [503, '2', 'büsy'],
    },
    { name: 'an unknown status', answer: { status: 599 }, expected: [599, undefined, ''] },
  ])('should refuse with $name', async ({ answer, expected }) => {
    const server = await start({ onRequest: () => answer });
    expect(await refusal(dial(server))).toEqual(expected);
    expect(server.accepted).toBe(0);
    expect(server.requests).toHaveLength(1);
  });

  it('should wait for the verdict of the hook', async () => {
    let accept: () => void = () => undefined;
    const verdict = new Promise<undefined>((resolve) => (accept = () => resolve(undefined)));
    const server = await start({ onRequest: () => verdict });
    const client = dial(server);
    const opened = once(client, 'open');
    await expect.poll(() => server.requests.length).toBe(1);
    expect(server.accepted).toBe(0);
    accept();
    await opened;
    expect(server.accepted).toBe(1);
  });

  it('should forget a client that left before the verdict', async () => {
    let accept: () => void = () => undefined;
    const verdict = new Promise<undefined>((resolve) => (accept = () => resolve(undefined)));
    const server = await start({ onRequest: () => verdict });
    dial(server);
    await expect.poll(() => server.requests.length).toBe(1);
    await server.close();
    accept();
    await verdict;
    expect(server.accepted).toBe(0);
  });

  it('should answer 500 when the hook throws', async () => {
    const server = await start({
      onRequest: () => {
        throw new Error('broken script');
      },
    });
    expect(await refusal(dial(server))).toEqual([500, undefined, 'Error: broken script']);
  });

  it('should answer 426 to a plain HTTP request, and 400 to a broken handshake', async () => {
    const server = await start();
    const address = server.url.replace('ws:', 'http:');
    expect(await status(httpGet(address, { agent: false }))).toBe(426);
    const headers = { Connection: 'Upgrade', Upgrade: 'websocket' };
    expect(await status(httpGet(address, { agent: false, headers }))).toBe(400);
  });

  it('should hand each connection to the hook before its first message', async () => {
    const server = await start({
      onConnection: (connection) => {
        connection.onMessage((data, isBinary) => void connection.send(data, { isBinary }));
      },
    });
    const client = dial(server);
    await once(client, 'open');
    client.send('echo');
    expect((await once(client, 'message')).map(String)).toEqual(['echo', 'false']);
  });

  it('should forget connections that closed', async () => {
    const server = await start();
    const client = dial(server);
    const connection = await server.nextConnection();
    client.close();
    await connection.closed;
    expect(server.connections.size).toBe(0);
    expect(server.accepted).toBe(1);
  });

  it.each([
    { name: 'ws', options: () => ({}) },
    { name: 'wss', options: withTls },
  ])('should end everything at close and come back on its port: $name', async ({ options }) => {
    const before = process.getActiveResourcesInfo().length;
    const first = await createWssServer(options());
    const clients = [dial(first), dial(first)];
    const gone = clients.map((each) => once(each, 'close'));
    const paused = await first.nextConnection();
    paused.pause();
    await first.nextConnection();
    const waiting = first.nextConnection();
    await Promise.all([first.close(), first[Symbol.asyncDispose]()]);
    await expect(waiting).rejects.toThrow('the server closed');
    expect(first.connections.size).toBe(0);
    await Promise.all(gone);
    await new Promise(setImmediate);
    expect(process.getActiveResourcesInfo().length).toBeLessThanOrEqual(before);

    const second = await start({ ...options(), port: first.port });
    expect(second.url).toBe(first.url);
    await once(dial(second), 'open');
  });

  it('should reject when it cannot listen or cannot speak TLS', async () => {
    const { port } = await start();
    await expect(createWssServer({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await expect(createWssServer({ tls: { cert: 'no certificate' } })).rejects.toThrow();
  });
});
