import { Writable } from 'node:stream';

import * as E from 'fp-ts/lib/Either.js';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { connect } from '../../src/cli/connect.js';
import { LineWriter } from '../../src/cli/line-writer.js';
import { parseArguments } from '../../src/cli/parse-arguments.js';
import { UsageError } from '../../src/cli/usage-error.js';
import type { DecodeFailure } from '../../src/index.js';
import * as library from '../../src/index.js';
import {
  acceptUpgrade,
  createRawServer,
  createWssServer,
  readRequestHead,
  type WssServer,
  type WssServerOptions,
} from '../../src/testing/index.js';
import { asTerminal, fakeIo } from './fake-io.js';
import type { FakeIo } from './fake-io.js';

vi.mock('../../src/index.js', { spy: true });

const servers: { close(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((each) => each.close()));
});

async function serve(options: WssServerOptions): Promise<WssServer> {
  const server = await createWssServer(options);
  servers.push(server);
  return server;
}

/** A server that opens connections and never says anything more. */
async function mute(): Promise<{ readonly url: string }> {
  const server = await createRawServer(async ({ socket }) => {
    acceptUpgrade(socket, await readRequestHead(socket));
  });
  servers.push(server);
  return server;
}

/** Runs the command; its exit code. */
async function start(io: FakeIo, out: Writable = io.stdout): Promise<number> {
  const command = parseArguments(io.args);
  if (command._tag !== 'Connect') throw new Error('not a command that connects');
  return connect(command, io, new LineWriter(out, io.env), new LineWriter(io.stderr, io.env));
}

/** The labels and texts of the status lines, without their times. */
function statuses(io: FakeIo): readonly string[] {
  return io
    .errors()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.replace(/^\d\d:\d\d:\d\d\.\d{3} {2}/, '').replace(/ +/g, ' '));
}

describe('connect', () => {
  it('should print messages, one on each line, and tell what becomes of the connection', async () => {
    const server = await serve({
      protocols: ['v1'],
      onConnection: (connection) => {
        void connection.send('{"a":\n1}', { fragments: 3 });
        void connection.send('\u001b[2J');
        void connection.send(Uint8Array.of(1, 2));
        void connection.close(1000, 'all\u001b');
      },
    });
    const io = fakeIo([`${server.url}/feed?token=secret`, '-s', 'v1', '-H', 'x-token: secret']);
    expect(await start(io)).toBe(0);
    expect(io.output()).toBe('{"a": 1}\n\\u001b[2J\nbase64:AQI=\n');
    const host = `127.0.0.1:${server.port}`;
    expect(statuses(io)).toEqual([
      `Connecting ws://${host}, attempt 1`,
      `Open ${host}, without TLS, subprotocol v1`,
      'Closed The server closed the connection with code 1000 (all\\u001b)',
    ]);
  });

  it('should tell once that it is open, however many pings are answered', async () => {
    const server = await serve({
      onConnection: (connection) => {
        void connection.ping().then(async () => {
          while (connection.pings < 4) await new Promise((resolve) => setTimeout(resolve, 2));
          await connection.ping();
          await connection.close(1000);
        });
      },
    });
    const { webSocket } = await vi.importActual<typeof library>('../../src/index.js');
    let pongs = 0;
    vi.mocked(library.webSocket).mockImplementation((options) => {
      if (typeof options === 'string' || options instanceof URL) return webSocket(options);
      const socket = webSocket({ ...options, heartbeat: { interval: 5, timeout: 5_000 } });
      socket.rtt.subscribe(() => (pongs += 1));
      return socket;
    });
    const io = fakeIo([server.url]);
    expect(await start(io)).toBe(0);
    expect(pongs).toBeGreaterThan(2);
    expect(statuses(io).map((line) => line.split(' ')[0])).toEqual([
      'Connecting',
      'Open',
      'Closed',
    ]);
  });

  it.each([
    { code: 1000, exitCode: 0 },
    { code: undefined, exitCode: 0 },
    { code: 1001, exitCode: 1 },
    { code: 1012, exitCode: 1 },
    { code: 4000, exitCode: 1 },
  ])('should exit with $exitCode after a close with $code', async ({ code, exitCode }) => {
    const server = await serve({ onConnection: (connection) => void connection.close(code) });
    expect(await start(fakeIo([server.url]))).toBe(exitCode);
  });

  it('should exit with 1 when there is no connection', async () => {
    const server = await serve({ onRequest: () => ({ status: 401 }) });
    const io = fakeIo([server.url, '--reconnect']);
    expect(await start(io)).toBe(1);
    expect(statuses(io).at(-1)).toBe(
      'Closed The server answered the opening handshake with HTTP 401 Unauthorized',
    );
  });

  it('should never print a secret of the URL', async () => {
    const io = fakeIo(['ws://user:secret@127.0.0.1:1/secret?token=secret']);
    expect(await start(io)).toBe(1);
    expect(statuses(io)).toEqual([
      'Connecting ws://127.0.0.1:1, attempt 1',
      'Closed The connection was refused during the TCP connect (ECONNREFUSED)',
    ]);
  });

  it('should reconnect after the delay that it told', async () => {
    let isFirst = true;
    const server = await serve({
      onConnection: (connection) => {
        void connection.close(isFirst ? 1012 : 1000);
        isFirst = false;
      },
    });
    const io = fakeIo([server.url, '--reconnect']);
    expect(await start(io)).toBe(0);
    expect(statuses(io)[2]).toMatch(
      /^Waiting attempt 2 in \d+ ms\. The server closed the connection with code 1012$/,
    );
    expect(statuses(io)[3]).toMatch(/^Connecting .*, attempt 2$/);
  });

  it('should send standard input', async () => {
    const server = await serve({
      onConnection: (connection) => {
        connection.onMessage((data, isBinary) => void connection.send(data, { isBinary }));
      },
    });
    const io = fakeIo([server.url, '--wait', '0.05']);
    io.stdin.end('hello\n');
    expect(await start(io)).toBe(0);
    expect(io.output()).toBe('hello\n');
    expect(statuses(io).slice(2)).toEqual([
      'Closing with code 1000',
      'Closed The client closed the connection with code 1000',
    ]);
  });

  it('should tell only failures when it is quiet', async () => {
    const server = await serve({ onConnection: (connection) => void connection.close(1011) });
    const io = fakeIo([server.url, '--quiet', '--max-retries', '1']);
    expect(await start(io)).toBe(1);
    expect(statuses(io)).toEqual(['Closed The server closed the connection with code 1011']);
  });

  it('should tell nothing when it is quiet and all is well', async () => {
    const server = await serve({ onConnection: (connection) => void connection.close(1000) });
    const io = fakeIo([server.url, '--quiet']);
    expect(await start(io)).toBe(0);
    expect(io.errors()).toBe('');
  });

  it('should report a message that it cannot read', async () => {
    const failure: DecodeFailure = {
      _tag: 'DecodeFailure',
      phase: 'utf-8',
      codec: 'text',
      kind: 'text',
      data: new Uint8Array(),
      issues: [{ path: [], expected: 'UTF-8', actual: 'a message too long for a string' }],
    };
    // Only a message of more than 512 MiB is like that.
    vi.mocked(library.text).mockReturnValueOnce({
      ...library.text(),
      decode: () => E.left(failure),
    });
    const server = await serve({
      onConnection: (connection) => {
        void connection.send('unreadable');
        void connection.send('next');
        void connection.close(1000);
      },
    });
    const io = fakeIo([server.url]);
    expect(await start(io)).toBe(0);
    expect(io.output()).toBe('next\n');
    expect(statuses(io)[2]).toMatch(/^rejected text codec: expected UTF-8, got a message too long/);
  });

  it('should refuse wrong arguments before it dials', async () => {
    const io = fakeIo(['ws://127.0.0.1:1', '-b', '-x', '!']);
    await expect(start(io)).rejects.toThrow(UsageError);
    await expect(start(fakeIo(['http://127.0.0.1:1']))).rejects.toThrow(UsageError);
    expect(io.errors()).toBe('');
  });

  describe('when it is interrupted', () => {
    it('should close an open connection with 1000', async () => {
      const server = await serve({});
      const io = fakeIo([server.url]);
      const exitCode = start(io);
      await io.errorsOf('Open');
      io.interrupts.next();
      expect(await exitCode).toBe(0);
      expect(await (await server.nextConnection()).closed).toEqual({ code: 1000, reason: '' });
      expect(io.interrupts.observed).toBe(false);
    });

    it('should begin a line on a terminal', async () => {
      const server = await serve({});
      const io = fakeIo([server.url]);
      asTerminal(io.stderr);
      const exitCode = start(io);
      await io.errorsOf('Open');
      io.interrupts.next();
      expect(await exitCode).toBe(0);
      expect(io.errors()).toMatch(/\n\n.*Closing/);
    });

    it('should exit with 1 when the server does not answer the close', async () => {
      const { url } = await mute();
      const io = fakeIo([url, '--close-timeout', '10']);
      const exitCode = start(io);
      await io.errorsOf('Open');
      io.interrupts.next();
      expect(await exitCode).toBe(1);
      expect(statuses(io).at(-1)).toMatch(/the closing handshake was not completed$/);
    });

    it('should end at once the second time', async () => {
      const { url } = await mute();
      const io = fakeIo([url]);
      const exitCode = start(io);
      await io.errorsOf('Open');
      io.interrupts.next();
      io.interrupts.next();
      expect(await exitCode).toBe(130);
    });

    it('should go on with a close that was begun already', async () => {
      const { url } = await mute();
      const io = fakeIo([url, '-x', 'a', '--wait', '0', '--close-timeout', '100']);
      const exitCode = start(io);
      await io.errorsOf('Closing');
      io.interrupts.next();
      expect(await exitCode).toBe(1);
    });

    it('should end at once before the connection is open', async () => {
      const server = await serve({ onRequest: () => new Promise(() => undefined) });
      const io = fakeIo([server.url]);
      const exitCode = start(io);
      await vi.waitFor(() => expect(server.requests).toHaveLength(1));
      io.interrupts.next();
      expect(await exitCode).toBe(130);
    });

    it('should end at once while it waits for the next attempt', async () => {
      const server = await serve({
        onRequest: () => ({ status: 503, headers: { 'Retry-After': '60' } }),
      });
      const io = fakeIo([server.url, '--reconnect']);
      const exitCode = start(io);
      await io.errorsOf('Waiting');
      io.interrupts.next();
      expect(await exitCode).toBe(130);
    });
  });

  it('should end quietly, and close, when the reader of its output is gone', async () => {
    const server = await serve({ onConnection: (connection) => void connection.send('a') });
    const gone = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' });
    const out = new Writable({ write: (_chunk, _encoding, done) => done(gone) });
    const io = fakeIo([server.url]);
    expect(await start(io, out)).toBe(0);
    expect(await (await server.nextConnection()).closed).toEqual({ code: 1000, reason: '' });
    expect(statuses(io)).toHaveLength(2);
  });
});
