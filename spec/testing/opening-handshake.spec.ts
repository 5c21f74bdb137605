import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { acceptKey, acceptUpgrade, readRequestHead } from '../../src/testing/opening-handshake.js';

describe('acceptKey', () => {
  it('should give the answer of RFC 6455, 1.3', () => {
    expect(acceptKey('dGhlIHNhbXBsZSBub25jZQ==')).toBe('s3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
  });
});

describe('readRequestHead', () => {
  it('should read a head that comes byte by byte, and what follows it', async () => {
    const socket = new PassThrough();
    const head = readRequestHead(socket);
    const text = 'GET /a?b=1 HTTP/1.1\r\nHost: x:80\r\nX-Two: 1\r\nx-two:2 \r\n\r\n';
    for (const character of text.slice(0, -1)) socket.write(character);
    socket.write('\nrest');
    expect(await head).toEqual({
      method: 'GET',
      url: '/a?b=1',
      headers: { host: 'x:80', 'x-two': '1, 2' },
      rest: Buffer.from('rest'),
    });
    expect(socket.listenerCount('data') + socket.listenerCount('close')).toBe(0);
  });

  it('should read a head without fields, however odd', async () => {
    const socket = new PassThrough();
    const head = readRequestHead(socket);
    socket.write('\r\n\r\n');
    expect(await head).toEqual({ method: '', url: '', headers: {}, rest: Buffer.alloc(0) });
  });

  it.each([
    // A socket whose other half stays open has an end and no close.
    { how: 'end', socket: new PassThrough({ autoDestroy: false }) },
    { how: 'destroy', socket: new PassThrough() },
  ] as const)('should reject when the socket is gone by $how', async ({ how, socket }) => {
    const head = readRequestHead(socket);
    socket.write('GET /');
    socket[how]();
    await expect(head).rejects.toThrow(/closed after \d bytes of a request head/);
  });
});

describe('acceptUpgrade', () => {
  it('should write the answer that the key asks for', () => {
    const socket = new PassThrough();
    acceptUpgrade(socket, { headers: { 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==' } });
    expect(String(socket.read())).toBe(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
        'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n',
    );
  });

  it('should let the spec add and replace fields, and answer a request without a key', () => {
    const socket = new PassThrough();
    acceptUpgrade(socket, { headers: {} }, { 'Sec-WebSocket-Accept': 'wrong', 'X-More': '1' });
    expect(String(socket.read())).toMatch(/Sec-WebSocket-Accept: wrong\r\nX-More: 1\r\n\r\n$/);
    acceptUpgrade(socket, { headers: {} });
    expect(String(socket.read())).toContain(`Sec-WebSocket-Accept: ${acceptKey('')}\r\n`);
  });
});
