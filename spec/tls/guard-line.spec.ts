import { getEventListeners, once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createRawServer } from '../../src/testing/index.js';
import type { RawConnection, RawServer } from '../../src/testing/index.js';
import { guardLine, LineEnded } from '../../src/tls/guard-line.js';
import { until } from '../streams/until.js';

const NEVER = new Promise<never>(() => undefined);

describe('guardLine', () => {
  const servers: RawServer[] = [];
  const sockets: Socket[] = [];

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await Promise.all(servers.splice(0).map((each) => each.close()));
  });

  /** A connected socket, and what it is connected to. */
  async function line(): Promise<readonly [Socket, RawConnection]> {
    const server = await createRawServer(() => undefined);
    servers.push(server);
    const socket = connect(server.port, '127.0.0.1').resume();
    socket.on('error', () => undefined);
    sockets.push(socket);
    await once(socket, 'connect');
    const connection = await until(() => {
      const [found] = server.connections;
      if (found === undefined) throw new Error('not yet');
      return found;
    });
    return [socket, connection];
  }

  const reasonOf = (promise: Promise<unknown>): Promise<unknown> =>
    promise.then(
      () => Promise.reject(new Error('it did not fail')),
      (reason: unknown) => reason,
    );

  /** The listeners on the socket and the signal that a guard adds. */
  const listeners = (socket: Socket, signal: AbortSignal): readonly number[] => [
    socket.listenerCount('error'),
    socket.listenerCount('close'),
    getEventListeners(signal, 'abort').length,
  ];

  it('should give what the work gives, and leave the socket alone', async () => {
    const [socket] = await line();
    const { signal } = new AbortController();
    const before = listeners(socket, signal);
    const result = guardLine(socket, signal, Promise.resolve('done'));
    expect(listeners(socket, signal)).toEqual(before.map((count) => count + 1));
    await expect(result).resolves.toBe('done');
    expect(listeners(socket, signal)).toEqual(before);
    expect(socket.destroyed).toBe(false);
  });

  it('should reject with what the work rejects with', async () => {
    const [socket] = await line();
    const { signal } = new AbortController();
    const before = listeners(socket, signal);
    const failure = new Error('broken');
    expect(await reasonOf(guardLine(socket, signal, Promise.reject(failure)))).toBe(failure);
    expect(socket.destroyed).toBe(true);
    expect(listeners(socket, signal)).toEqual(before);
  });

  it('should reject with the error of the socket', async () => {
    const [socket, connection] = await line();
    const { signal } = new AbortController();
    const result = reasonOf(guardLine(socket, signal, NEVER));
    connection.reset();
    expect(await result).toMatchObject({ code: 'ECONNRESET' });
    expect(socket.destroyed).toBe(true);
  });

  it('should reject with a LineEnded when the peer ends the line', async () => {
    const [socket, connection] = await line();
    const { signal } = new AbortController();
    const before = listeners(socket, signal);
    const result = reasonOf(guardLine(socket, signal, NEVER));
    connection.socket.end();
    const error = await result;
    expect(error).toBeInstanceOf(LineEnded);
    expect(error).toMatchObject({ name: 'LineEnded', message: 'The line was closed by the peer' });
    expect(listeners(socket, signal)).toEqual(before);
  });

  it('should reject with the reason of the signal, and destroy the socket at once', async () => {
    const [socket, connection] = await line();
    const controller = new AbortController();
    const { signal } = controller;
    const before = listeners(socket, signal);
    const result = reasonOf(guardLine(socket, signal, NEVER));
    const reason = new Error('enough');
    controller.abort(reason);
    expect(socket.destroyed).toBe(true);
    expect(listeners(socket, signal)).toEqual(before);
    expect(await result).toBe(reason);
    await connection.closed;
  });

  it.each([
    ['never ends', () => NEVER],
    ['is done', () => Promise.resolve('done')],
    ['failed', () => Promise.reject(new Error('broken'))],
  ])(
    'should reject at once when the signal has aborted, while the work %s',
    async (_name, work) => {
      const [socket] = await line();
      const reason = new Error('too late');
      const signal = AbortSignal.abort(reason);
      const before = listeners(socket, signal);
      const result = reasonOf(guardLine(socket, signal, work()));
      expect(socket.destroyed).toBe(true);
      expect(await result).toBe(reason);
      expect(listeners(socket, signal)).toEqual(before);
    },
  );

  it('should let what comes first decide', async () => {
    const [socket, connection] = await line();
    const controller = new AbortController();
    const result = guardLine(socket, controller.signal, Promise.resolve('done'));
    await result;
    controller.abort();
    expect(socket.destroyed).toBe(false);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    connection.reset();
    await closed;
    await expect(result).resolves.toBe('done');
  });

  it('should swallow a failure of the work that comes too late', async () => {
    const [socket] = await line();
    const controller = new AbortController();
    const reason = new Error('enough');
    let fail: (error: Error) => void = () => undefined;
    const work = new Promise<never>((_resolve, reject) => {
      fail = reject;
    });
    const result = reasonOf(guardLine(socket, controller.signal, work));
    controller.abort(reason);
    fail(new Error('later'));
    // An unhandled rejection would fail the whole run.
    expect(await result).toBe(reason);
    await new Promise(setImmediate);
  });
});
