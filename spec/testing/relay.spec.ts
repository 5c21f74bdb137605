import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OptionRangeError, OptionTypeError } from '../../src/errors/option-error.js';
import {
  type ConnectionFault,
  createRelay,
  type Fault,
  type RelayConnection,
  type RelayOptions,
} from '../../src/testing/index.js';
import { activeResources, nothingLeftSince } from '../integration/support/leaks.js';
import { until } from '../integration/support/until.js';
import { hasReceived, hasSeen, type Recording, useRelays } from './relay-line.js';

const relays = useRelays();

const echo = (): ReturnType<typeof relays.server> => relays.server((socket) => socket.pipe(socket));

/** Sends `text` through the relay at `port`, and waits until it has come back. */
async function roundTrip(port: number, text: string): Promise<Recording> {
  const client = relays.dial(port);
  client.socket.write(text);
  await hasReceived(client, text);
  return client;
}

async function refuses(port: number): Promise<void> {
  const client = relays.dial(port);
  await hasSeen(client, 'close');
  expect(client.events).toEqual(['ECONNREFUSED', 'close']);
}

/** Waits for the connection or for its failure. */
async function isConnected({ socket, events }: Recording): Promise<boolean> {
  await until('an outcome', () => !socket.connecting);
  await new Promise(setImmediate);
  return events.length === 0;
}

describe('createRelay', () => {
  it('should listen where it is told, and relay to where it is told', async () => {
    const { port } = await echo();
    const relay = await relays.relay(port);
    expect(relay).toMatchObject({
      host: '127.0.0.1',
      url: `wss://127.0.0.1:${relay.port}`,
      faults: [],
      connections: [],
    });
    await roundTrip(relay.port, 'hello');
    await relay.close();
    const again = await relays.relay(port, { host: 'localhost', port: relay.port, scheme: 'ws' });
    expect(again.port).toBe(relay.port);
    expect(again.url).toBe(`ws://localhost:${relay.port}`);
    const onIPv6 = await relays.relay(port, { host: '::1' });
    expect(onIPv6.url).toBe(`wss://[::1]:${onIPv6.port}`);
  });

  it('should throw at once for wrong options', () => {
    expect(() => createRelay({} as RelayOptions)).toThrow(OptionTypeError);
    expect(() => createRelay({ target: { port: -1 } })).toThrow(OptionRangeError);
  });

  it('should reject when the port is taken', async () => {
    const { port } = await echo();
    await expect(relays.relay(port, { port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('should relay many connections at once, each for itself', async () => {
    const { port } = await echo();
    const relay = await relays.relay(port);
    await Promise.all(
      Array.from({ length: 50 }, (_, index) => roundTrip(relay.port, `no ${index}`)),
    );
    expect(relay.connections.length).toBe(50);
    const first = await relay.nextConnection();
    const second = await relay.nextConnection();
    expect([first, second]).toEqual(relay.connections.slice(0, 2));
    first.setFaults([{ _tag: 'Reset' }]);
    await first.closed;
    expect(
      relay.connections.every(({ faults }, index) => faults.length === (index === 0 ? 1 : 0)),
    ).toBe(true);
  });

  it('should have faults from the start', async () => {
    const { port } = await echo();
    const faults: readonly Fault[] = [{ _tag: 'Slices', direction: 'toClient' }];
    const relay = await relays.relay(port, { faults });
    expect(relay.faults).toEqual(faults);
    const client = await roundTrip(relay.port, 'hello');
    expect(client.chunks.length).toBeGreaterThan(1);
    const refusing = await relays.relay(port, { faults: [{ _tag: 'Refuse' }] });
    expect(refusing.port).toBeGreaterThan(0);
    await refuses(refusing.port);
  });

  it('should set faults for the connections there are and those to come', async () => {
    const { port } = await echo();
    const relay = await relays.relay(port);
    const before = await roundTrip(relay.port, 'hello');
    await relay.setFaults([{ _tag: 'Latency', delay: 30 }]);
    expect(relay.faults).toEqual([{ _tag: 'Latency', delay: 30 }]);
    const start = performance.now();
    before.socket.write('!');
    await Promise.all([hasReceived(before, 'hello!'), roundTrip(relay.port, 'hi')]);
    expect(performance.now() - start).toBeGreaterThanOrEqual(60);
    expect(relay.connections.map(({ faults }) => faults)).toEqual([relay.faults, relay.faults]);
    await relay.setFaults([{ _tag: 'Reset' }]);
    await hasSeen(before, 'ECONNRESET');
  });

  it('should set faults for the next connections, one after the other', async () => {
    const { port } = await echo();
    const faults = [{ _tag: 'Latency', delay: 1 }] as const;
    const relay = await relays.relay(port, { faults });
    relay.setNextFaults([{ _tag: 'Slices' }]);
    relay.setNextFaults([]);
    for (const text of ['a', 'b', 'c']) await roundTrip(relay.port, text);
    expect(relay.connections.map((each) => each.faults)).toEqual([
      [{ _tag: 'Slices' }],
      [],
      faults,
    ]);
  });

  it('should refuse for a while, and leave the others alone', async () => {
    const { port } = await echo();
    const relay = await relays.relay(port);
    const client = await roundTrip(relay.port, 'hello');
    await relay.setFaults([{ _tag: 'Refuse' }, { _tag: 'Slices' }]);
    await refuses(relay.port);
    client.socket.write('!');
    await hasReceived(client, 'hello!');
    expect(relay.connections[0]?.faults).toEqual([{ _tag: 'Slices' }]);
    await relay.setFaults([]);
    await roundTrip(relay.port, 'back');
    const start = performance.now();
    await relay.setFaults([{ _tag: 'Refuse', duration: 30 }]);
    let next = relays.dial(relay.port);
    while (!(await isConnected(next))) next = relays.dial(relay.port);
    expect(performance.now() - start).toBeGreaterThanOrEqual(30);
  });

  it('should not be used wrongly', async () => {
    const { port } = await echo();
    const relay = await relays.relay(port);
    const wrong = [{ _tag: 'Slices', size: 0 }] as const;
    expect(() => relay.setFaults(wrong)).toThrow(OptionRangeError);
    expect(() => relay.setNextFaults(wrong)).toThrow(/^faults\[0\]\.size: must be/);
    expect(() => relay.setNextFaults([{ _tag: 'Refuse' } as unknown as ConnectionFault])).toThrow(
      OptionTypeError,
    );
    expect(relay.faults).toEqual([]);
    await relay.close();
    expect(() => relay.setFaults([])).toThrow('the relay is closed');
    expect(() => relay.setNextFaults([])).toThrow('the relay is closed');
    await expect(relay.nextConnection()).rejects.toThrow('the relay closed');
  });

  it.each<readonly [string, readonly Fault[]]>([
    ['nothing', []],
    ['what is late', [{ _tag: 'Latency', delay: 50_000 }]],
    ['what is sliced', [{ _tag: 'Slices' }]],
    ['what trickles', [{ _tag: 'Bandwidth', bytesPerSecond: 1 }]],
    [
      'what is to come',
      [
        { _tag: 'Reset', delay: 50_000 },
        { _tag: 'End', delay: 60_000 },
      ],
    ],
    ['a reset', [{ _tag: 'Reset' }]],
    ['an end', [{ _tag: 'End' }]],
    ['a black hole', [{ _tag: 'Blackhole' }]],
    ['an accept', [{ _tag: 'SlowAccept', delay: 50_000 }]],
    ['a refusal', [{ _tag: 'Refuse', duration: 50_000 }]],
  ])('should leave nothing behind at close: %s', async (_, faults) => {
    const server = await echo();
    const before = activeResources();
    const relay = await createRelay({ target: { port: server.port }, faults });
    const client = relays.dial(relay.port);
    client.socket.on('connect', () => client.socket.write('x'.repeat(1000)));
    await new Promise((resolve) => setTimeout(resolve, 5));
    const gone: RelayConnection[] = [];
    for (const each of relay.connections) void each.closed.then(() => gone.push(each));
    const closing = relay[Symbol.asyncDispose]();
    await Promise.all([closing, relay.close()]);
    expect(gone).toEqual(relay.connections);
    expect(activeResources()['Timeout'] ?? 0).toBeLessThanOrEqual(before['Timeout'] ?? 0);
    client.socket.destroy();
    await nothingLeftSince(before);
    await refuses(relay.port);
  });

  const way = fc.constantFrom('toServer' as const, 'toClient' as const);
  const ways = fc.constantFrom('toServer' as const, 'toClient' as const, 'both' as const);
  const delay = fc.integer({ min: 0, max: 15 });
  const anyFault: fc.Arbitrary<ConnectionFault> = fc.oneof(
    fc.record({ _tag: fc.constant('Latency' as const), delay, jitter: delay, direction: ways }),
    fc.record({
      _tag: fc.constant('Slices' as const),
      size: fc.integer({ min: 1, max: 50 }),
      direction: ways,
    }),
    fc.record({
      _tag: fc.constant('Bandwidth' as const),
      bytesPerSecond: fc.integer({ min: 0, max: 100_000 }),
      direction: ways,
    }),
    fc.record({
      _tag: fc.constantFrom('Blackhole' as const, 'Reset' as const),
      delay,
      direction: ways,
    }),
    fc.record({ _tag: fc.constant('End' as const), delay }),
    fc.record({ _tag: fc.constant('HalfClose' as const), delay, direction: way }),
    fc.record({
      _tag: fc.constant('Cut' as const),
      afterBytes: fc.integer({ min: 0, max: 2000 }),
      direction: way,
      how: fc.constantFrom('reset' as const, 'end' as const, 'blackhole' as const),
    }),
    fc.record({ _tag: fc.constant('SlowAccept' as const), delay }),
  );

  it('should keep the order and lose nothing unseen, whatever the faults', async () => {
    const server = await echo();
    const relay = await relays.relay(server.port);
    const sent = Buffer.from(Array.from({ length: 2000 }, (_, index) => index));
    await fc.assert(
      fc.asyncProperty(fc.array(anyFault, { maxLength: 3 }), async (faults) => {
        relay.setNextFaults(faults);
        const known = server.connections.length;
        const client = relays.dial(relay.port);
        const connection = await relay.nextConnection();
        client.socket.write(sent.subarray(0, 700));
        client.socket.end(sent.subarray(700));
        const lasts = new Promise((resolve) => setTimeout(resolve, 40));
        await Promise.race([connection.closed, lasts]);
        client.socket.resetAndDestroy();
        connection.setFaults([{ _tag: 'Reset' }]);
        server.connections[known]?.reset();
        await connection.closed;
        const echoed = server.connections[known]?.received ?? Buffer.alloc(0);
        expect(echoed.equals(sent.subarray(0, echoed.length))).toBe(true);
        expect(client.received.equals(sent.subarray(0, client.received.length))).toBe(true);
        for (const { received, delivered, dropped } of [connection.toServer, connection.toClient]) {
          expect(delivered + dropped).toBe(received);
        }
        expect(echoed.length).toBeLessThanOrEqual(connection.toServer.delivered);
        expect(client.received.length).toBeLessThanOrEqual(connection.toClient.delivered);
      }),
      { numRuns: 60, seed: 1 },
    );
  });
});
