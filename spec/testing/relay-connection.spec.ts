import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { OptionTypeError } from '../../src/errors/option-error.js';
import type { ConnectionFault, RelayConnection } from '../../src/testing/index.js';
import { activeResources, nothingLeftSince } from '../integration/support/leaks.js';
import { until, within } from '../integration/support/until.js';
import { hasReceived, hasSeen, type Recording, useRelays } from './relay-line.js';

const relays = useRelays();

/** A port that nobody listens on. */
async function freePort(): Promise<number> {
  const { port, close } = await relays.server();
  await close();
  return port;
}

describe('relayConnection', () => {
  /** A client of a relay with `faults` to `port`. */
  async function dial(
    port: number,
    faults: readonly ConnectionFault[] = [],
  ): Promise<{ client: Recording; connection: RelayConnection }> {
    const relay = await relays.relay(port, { faults });
    const client = relays.dial(relay.port);
    return { client, connection: await relay.nextConnection() };
  }

  it('should count, and keep its counts when it is over', async () => {
    const { client, server, connection } = await relays.line([], 'echo');
    expect(connection.toServer).toEqual({ received: 0, delivered: 0, dropped: 0 });
    client.socket.end('hello');
    await hasSeen(client, 'close');
    await hasSeen(server, 'close');
    expect(await connection.closed).toEqual({ clientError: undefined, serverError: undefined });
    expect(connection.toServer).toEqual({ received: 5, delivered: 5, dropped: 0 });
    expect(connection.toClient).toEqual({ received: 5, delivered: 5, dropped: 0 });
  });

  it('should reset the client when there is no server, and say why', async () => {
    const { client, connection } = await dial(await freePort());
    client.socket.write('anybody there?');
    await hasSeen(client, 'close');
    expect(client.events).toEqual(['ECONNRESET', 'close']);
    expect(await connection.closed).toEqual({
      clientError: undefined,
      serverError: expect.objectContaining({ code: 'ECONNREFUSED' }),
    });
    expect(connection.toServer.delivered).toBe(0);
  });

  describe('SlowAccept', () => {
    it('should neither read nor dial before its time', async () => {
      const fault = { _tag: 'SlowAccept', delay: 50_000 } as const;
      const server = await relays.server((socket) => socket.pipe(socket));
      const { client, connection } = await dial(server.port, [fault]);
      client.socket.write('hello');
      expect(connection.applied).toEqual([fault]);
      await pause(20);
      expect(server.connections).toEqual([]);
      expect(connection.toServer.received).toBe(0);
      const start = performance.now();
      connection.setFaults([{ _tag: 'SlowAccept', delay: 40 }]);
      await hasReceived(client, 'hello');
      expect(performance.now() - start).toBeGreaterThanOrEqual(40);
    });

    it('should go on at once when it is taken away, with the other faults', async () => {
      const server = await relays.server((socket) => socket.pipe(socket));
      const { client, connection } = await dial(server.port, [
        { _tag: 'SlowAccept', delay: Infinity },
      ]);
      client.socket.write('hello');
      connection.setFaults([{ _tag: 'SlowAccept', delay: 50_000 }]);
      connection.setFaults([{ _tag: 'SlowAccept', delay: 0 }, { _tag: 'Slices' }]);
      await hasReceived(client, 'hello');
      expect(server.connections.length).toBe(1);
      expect(client.chunks.length).toBeGreaterThan(1);
      // It stands by now.
      connection.setFaults([{ _tag: 'SlowAccept', delay: 50_000 }]);
      client.socket.write('!');
      await hasReceived(client, 'hello!');
    });

    it('should not dial twice', async () => {
      const server = await relays.server();
      const { connection } = await dial(server.port, [{ _tag: 'SlowAccept', delay: 50_000 }]);
      connection.setFaults([{ _tag: 'SlowAccept', delay: 20 }]);
      connection.setFaults([]);
      await until('the server to be reached', () => server.connections.length > 0);
      await pause(40);
      expect(server.connections.length).toBe(1);
    });

    it('should come before the other faults', async () => {
      const server = await relays.server();
      const start = performance.now();
      const { client } = await dial(server.port, [
        { _tag: 'SlowAccept', delay: 40 },
        { _tag: 'Reset', delay: 20 },
      ]);
      await hasSeen(client, 'close');
      expect(performance.now() - start).toBeGreaterThanOrEqual(60);
      expect(client.events).toEqual(['ECONNRESET', 'close']);
    });

    it('should not dial for a relay that was closed', async () => {
      const server = await relays.server();
      const relay = await relays.relay(server.port, {
        faults: [{ _tag: 'SlowAccept', delay: 50_000 }],
      });
      const client = relays.dial(relay.port);
      const connection = await relay.nextConnection();
      const closing = relay.close();
      connection.setFaults([]);
      await closing;
      await connection.closed;
      await hasSeen(client, 'end');
      await pause(10);
      expect(server.connections).toEqual([]);
    });
  });

  it('should tell its faults, and keep them when new ones are wrong', async () => {
    const { connection } = await relays.line([{ _tag: 'Slices' }]);
    expect(connection.faults).toEqual([{ _tag: 'Slices' }]);
    const set = (faults: unknown) => (): void =>
      connection.setFaults(faults as readonly ConnectionFault[]);
    expect(set([{ _tag: 'Latency' }])).toThrow(OptionTypeError);
    expect(set([{ _tag: 'Latency' }])).toThrow(/^faults\[0\]\.delay: must be given/);
    expect(set([{ _tag: 'Refuse' }])).toThrow(/^faults\[0\]\._tag: must be one of/);
    expect(connection.faults).toEqual([{ _tag: 'Slices' }]);
  });

  it('should tell each fault that did something once, in order', async () => {
    const { client, server, connection } = await relays.line([], 'echo');
    connection.setFaults([
      { _tag: 'Slices', direction: 'toClient' },
      { _tag: 'Latency', delay: 1, direction: 'toServer' },
      { _tag: 'Bandwidth', bytesPerSecond: 1, direction: 'toClient' },
      { _tag: 'Bandwidth', bytesPerSecond: 1e6, direction: 'toClient' },
      { _tag: 'End', delay: 60_000 },
    ]);
    expect(connection.applied).toEqual([]);
    client.socket.write('hello');
    await hasReceived(client, 'hello');
    connection.setFaults([{ _tag: 'End' }]);
    expect(connection.applied.map(({ _tag }) => _tag)).toEqual([
      'Latency',
      'Slices',
      'Bandwidth',
      'End',
    ]);
    expect(connection.applied[2]).toMatchObject({ bytesPerSecond: 1e6 });
    client.socket.end();
    await hasSeen(server, 'close');
  });

  it('should not take faults when it is over', async () => {
    const { client, connection } = await relays.line([], 'echo');
    client.socket.end();
    await connection.closed;
    connection.setFaults([{ _tag: 'Reset' }]);
    expect(connection.faults).toEqual([]);
    expect(connection.applied).toEqual([]);
  });

  it('should go with a client that is gone, and call off what was to come', async () => {
    const { client, server, connection } = await relays.line();
    const before = activeResources();
    connection.setFaults([
      // So many that their timers stand out among those of others.
      ...Array.from({ length: 20 }, () => ({ _tag: 'Reset', delay: 50_000 }) as const),
      { _tag: 'Latency', delay: 10 },
    ]);
    client.socket.resetAndDestroy();
    await within('the end', connection.closed);
    await hasSeen(server, 'close');
    expect(server.events).toEqual(['ECONNRESET', 'close']);
    await nothingLeftSince(before);
  });
});
