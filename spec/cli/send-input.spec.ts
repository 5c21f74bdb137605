import { setImmediate as turn } from 'node:timers/promises';

import type { Subscription } from 'rxjs';
import { afterEach, describe, expect, it, vi } from 'vitest';

import type { ConnectArguments } from '../../src/cli/connect-arguments.js';
import { createSocket } from '../../src/cli/create-socket.js';
import { parseArguments } from '../../src/cli/parse-arguments.js';
import { sendInput } from '../../src/cli/send-input.js';
import type { Status } from '../../src/cli/status-line.js';
import { UsageError } from '../../src/cli/usage-error.js';
import { createWssServer, type WssServer, type WssServerOptions } from '../../src/testing/index.js';
import { fakeIo } from './fake-io.js';
import type { FakeIo } from './fake-io.js';

const servers: WssServer[] = [];
const subscriptions: Subscription[] = [];

afterEach(async () => {
  for (const each of subscriptions.splice(0)) each.unsubscribe();
  await Promise.all(servers.splice(0).map((each) => each.close()));
});

/** What runs: a server, a socket that connects to it, and the sending. */
interface Sending {
  readonly server: WssServer;
  readonly io: FakeIo;
  readonly reports: readonly Status[];
}

function argumentsOf(url: string, args: readonly string[]): ConnectArguments {
  const command = parseArguments([url, ...args]);
  if (command._tag !== 'Connect') throw new Error('not a command that connects');
  return command;
}

async function start(
  args: readonly string[],
  options: WssServerOptions = {},
  io: FakeIo = fakeIo(),
): Promise<Sending> {
  const server = await createWssServer(options);
  servers.push(server);
  const command = argumentsOf(server.url, args);
  const socket = createSocket(command, {});
  const reports: Status[] = [];
  subscriptions.push(
    sendInput(command, io, socket, (status) => reports.push(status)).subscribe({
      error: (error: unknown) =>
        reports.push({ label: 'threw', text: String(error), colour: 'red' }),
    }),
  );
  // What is sent needs somebody who dials.
  subscriptions.push(socket.subscribe({ error: () => undefined }));
  return { server, io, reports };
}

describe('sendInput', () => {
  it('should send the lines of standard input as text', async () => {
    const { server, io } = await start([]);
    io.stdin.write('one\ntwo\n');
    const connection = await server.nextConnection();
    io.stdin.end('\nlast');
    const texts = ['one', 'two', '', 'last'];
    for (const text of texts) {
      expect(await connection.nextMessage()).toMatchObject({ text, isBinary: false });
    }
  });

  it('should stay connected when standard input ends', async () => {
    const { server, io } = await start([]);
    io.stdin.end('one\n');
    const connection = await server.nextConnection();
    await connection.nextMessage();
    await connection.ping();
    expect(server.connections.size).toBe(1);
  });

  it('should send base64 as binary messages, and report what is not', async () => {
    const { server, io, reports } = await start(['--binary']);
    io.stdin.end('AAE=\nno base64\nbase64:Ag==\n');
    const connection = await server.nextConnection();
    expect(await connection.nextMessage()).toMatchObject({ isBinary: true, data: Buffer.of(0, 1) });
    expect(await connection.nextMessage()).toMatchObject({ isBinary: true, data: Buffer.of(2) });
    expect(reports).toEqual([{ label: 'not sent', colour: 'red', text: 'the line is not base64' }]);
  });

  it('should leave standard input alone when the arguments have messages', async () => {
    const io = fakeIo();
    const { server } = await start(['-x', 'one', '-x', 'two'], {}, io);
    io.stdin.write('line\n');
    const connection = await server.nextConnection();
    expect(await connection.nextMessage()).toMatchObject({ text: 'one' });
    expect(await connection.nextMessage()).toMatchObject({ text: 'two' });
    await connection.ping();
    expect(connection.messages).toHaveLength(2);
    expect(io.stdin.readableLength).toBe(5);
  });

  it('should close after the time to wait', async () => {
    const { server } = await start(['-x', 'one', '--wait', '0']);
    const connection = await server.nextConnection();
    expect(await connection.closed).toEqual({ code: 1000, reason: '' });
    expect(connection.messages.map(({ text }) => text)).toEqual(['one']);
  });

  it('should wait from the end of standard input on', async () => {
    const { server, io } = await start(['--wait', '0']);
    const connection = await server.nextConnection();
    await connection.ping();
    io.stdin.end('late');
    expect(await connection.closed).toEqual({ code: 1000, reason: '' });
    expect(connection.messages.map(({ text }) => text)).toEqual(['late']);
  });

  it('should wait anew when the line was lost', async () => {
    const { server } = await start(['-x', 'one', '--wait', '0.02', '--reconnect'], {
      onConnection: (connection) => {
        connection.onMessage(() => connection.terminate());
      },
    });
    await (
      await server.nextConnection()
    ).closed;
    const second = await server.nextConnection();
    expect(await second.closed).toEqual({ code: 1000, reason: '' });
    // What was sent is not sent again.
    expect(second.messages).toEqual([]);
  });

  it('should not read on while there is no connection', async () => {
    let requests = 0;
    let letIn = (): void => undefined;
    const isBack = new Promise<undefined>((resolve) => {
      letIn = () => resolve(undefined);
    });
    const { server, io } = await start(['--reconnect'], {
      onRequest: () => {
        requests += 1;
        return requests === 1 ? undefined : isBack;
      },
      onConnection: (connection) => {
        connection.onMessage((data) => {
          if (Buffer.from(data).toString() === 'break') connection.terminate();
        });
      },
    });
    io.stdin.write('break\n');
    await (
      await server.nextConnection()
    ).closed;
    await vi.waitFor(() => expect(requests).toBe(2));
    io.stdin.write('kept\n');
    await turn();
    expect(io.stdin.readableLength).toBe(5);
    letIn();
    expect(await (await server.nextConnection()).nextMessage()).toMatchObject({ text: 'kept' });
  });

  it('should go on without standard input when that cannot be read', async () => {
    const { server, io, reports } = await start(['--wait', '0']);
    io.stdin.destroy(new Error('EIO\u001b'));
    const connection = await server.nextConnection();
    expect(await connection.closed).toMatchObject({ code: 1000 });
    const text = 'standard input cannot be read: Error: EIO\\u001b';
    expect(reports).toEqual([{ label: 'not sent', colour: 'red', text }]);
  });

  it('should refuse messages that cannot be sent at once', () => {
    const command = argumentsOf('ws://a', ['-b', '-x', 'AA==', '-x', 'secret!']);
    const socket = createSocket(command, {});
    expect(() => sendInput(command, fakeIo(), socket, () => undefined)).toThrow(
      new UsageError('--execute: the message is not base64'),
    );
  });
});
