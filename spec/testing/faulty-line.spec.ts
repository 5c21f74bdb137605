import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { ConnectionFault, FlowDirection } from '../../src/testing/index.js';
import { until } from '../integration/support/until.js';
import { hasReceived, hasSeen, type Line, type Recording, useRelays } from './relay-line.js';

const relays = useRelays();
const { line } = relays;

const WAYS: readonly FlowDirection[] = ['toServer', 'toClient'];

/** Who sends and who receives on a way. */
function endsOf({ client, server }: Line, direction: FlowDirection): [Recording, Recording] {
  return direction === 'toServer' ? [client, server] : [server, client];
}

function other(direction: FlowDirection): FlowDirection {
  return direction === 'toServer' ? 'toClient' : 'toServer';
}

/** Sends `text` one way, and waits until it has arrived. */
async function carries(on: Line, direction: FlowDirection, text: string): Promise<void> {
  const [sender, receiver] = endsOf(on, direction);
  const before = String(receiver.received);
  sender.socket.write(text);
  await hasReceived(receiver, before + text);
}

/** Sends `text` one way, and waits until the relay has thrown it away. */
async function swallows(on: Line, direction: FlowDirection, text: string): Promise<void> {
  const [sender, receiver] = endsOf(on, direction);
  const { length } = receiver.received;
  const { dropped } = on.connection[direction];
  sender.socket.write(text);
  await until(
    'bytes to be dropped',
    () => on.connection[direction].dropped === dropped + text.length,
  );
  expect(receiver.received.length).toBe(length);
}

/** Waits until both ends are gone, and says what each of them saw. */
async function endings({ client, server }: Line): Promise<{ client: string; server: string }> {
  await Promise.all([hasSeen(client, 'close'), hasSeen(server, 'close')]);
  return { client: client.events.join(' '), server: server.events.join(' ') };
}

/** Ends what the peers have not ended yet. */
function endBoth({ client, server }: Line): void {
  client.socket.end();
  server.socket.end();
}

describe('no fault', () => {
  it.each(WAYS)('should carry bytes both ways, and one way after an end: %s', async (direction) => {
    const on = await line();
    const [sender, receiver] = endsOf(on, direction);
    await carries(on, 'toServer', 'ping');
    await carries(on, 'toClient', 'pong');
    sender.socket.end('bye');
    await hasSeen(receiver, 'end');
    await carries(on, other(direction), ' and on');
    receiver.socket.end();
    expect(await endings(on)).toEqual({ client: 'end close', server: 'end close' });
    expect(await on.connection.closed).toEqual({});
    expect(on.connection[direction]).toEqual({ received: 7, delivered: 7, dropped: 0 });
    expect(on.connection.applied).toEqual([]);
  });

  it.each(WAYS)('should pass a reset on: %s', async (direction) => {
    const on = await line();
    const [sender] = endsOf(on, direction);
    sender.socket.resetAndDestroy();
    const reset = { client: 'ECONNRESET close', server: 'ECONNRESET close' };
    expect(await endings(on)).toEqual({
      ...reset,
      [direction === 'toServer' ? 'client' : 'server']: 'close',
    });
    expect(await on.connection.closed).toEqual({
      [direction === 'toServer' ? 'clientError' : 'serverError']: expect.objectContaining({
        code: 'ECONNRESET',
      }),
    });
  });
});

describe('Latency', () => {
  it.each(WAYS)('should be on one way: %s', async (direction) => {
    const fault = { _tag: 'Latency', delay: 40, jitter: 5, direction } as const;
    const on = await line([fault]);
    await carries(on, other(direction), 'soon');
    expect(on.connection.applied).toEqual([]);
    const start = performance.now();
    await carries(on, direction, 'late');
    expect(performance.now() - start).toBeGreaterThanOrEqual(40);
    expect(on.connection.applied).toEqual([fault]);
    const [sender, receiver] = endsOf(on, direction);
    const ended = performance.now();
    sender.socket.end();
    await hasSeen(receiver, 'end');
    expect(performance.now() - ended).toBeGreaterThanOrEqual(40);
  });

  it('should add up there and back, and keep the order', async () => {
    const on = await line([{ _tag: 'Latency', delay: 15, jitter: 30 }], 'echo');
    const start = performance.now();
    const sent = Array.from({ length: 20 }, (_, index) => `${index};`);
    for (const text of sent) {
      on.client.socket.write(text);
      await new Promise(setImmediate);
    }
    await hasReceived(on.client, sent.join(''));
    expect(performance.now() - start).toBeGreaterThanOrEqual(30);
  });
});

describe('Slices', () => {
  it.each([undefined, 3])('should arrive in pieces: %s', async (size) => {
    const fault = { _tag: 'Slices', size, direction: 'toClient' } as const;
    const on = await line([fault]);
    await carries(on, 'toServer', 'one piece');
    expect(on.server.chunks).toEqual([9]);
    await carries(on, 'toClient', 'many pieces');
    // The system may put some together again when it is busy.
    expect(on.client.chunks.length).toBeGreaterThan(size === 3 ? 2 : 6);
    expect(on.connection.applied).toEqual([fault]);
  });
});

describe('Bandwidth', () => {
  it('should take its time', async () => {
    const on = await line([{ _tag: 'Bandwidth', bytesPerSecond: 2000, direction: 'toServer' }]);
    const start = performance.now();
    await carries(on, 'toServer', 'x'.repeat(200));
    expect(performance.now() - start).toBeGreaterThanOrEqual(100);
    expect(Math.max(...on.server.chunks)).toBeLessThan(200);
  });

  it('should hold everything at 0, and lose nothing', async () => {
    const on = await line([{ _tag: 'Bandwidth', bytesPerSecond: 0 }]);
    on.client.socket.end('held');
    await until('the bytes', () => on.connection.toServer.received === 4);
    await pause(20);
    expect(on.server.events).toEqual([]);
    expect(on.connection.toServer).toEqual({ received: 4, delivered: 0, dropped: 0 });
    on.connection.setFaults([]);
    await hasReceived(on.server, 'held');
    await hasSeen(on.server, 'end');
  });
});

describe('Blackhole', () => {
  it.each(WAYS)('should be on one way: %s', async (direction) => {
    const fault = { _tag: 'Blackhole', direction } as const;
    const on = await line([fault]);
    expect(on.connection.applied).toEqual([fault]);
    await swallows(on, direction, 'lost');
    await carries(on, other(direction), 'not lost');
    const [sender, receiver] = endsOf(on, direction);
    sender.socket.end();
    await pause(20);
    expect(receiver.events).toEqual([]);
  });

  it('should begin later, drop what is under way, and end with what it swallowed', async () => {
    const on = await line();
    await carries(on, 'toServer', 'still');
    const start = performance.now();
    on.connection.setFaults([{ _tag: 'Blackhole', delay: 40 }]);
    expect(on.connection.applied).toEqual([]);
    await until('the fault', () => on.connection.applied.length > 0);
    expect(performance.now() - start).toBeGreaterThanOrEqual(40);
    await swallows(on, 'toServer', 'lost');
    on.connection.setFaults([{ _tag: 'Latency', delay: 100_000 }]);
    on.client.socket.write('under way');
    await until('the bytes', () => on.connection.toServer.received === 18);
    on.connection.setFaults([{ _tag: 'Blackhole' }]);
    expect(on.connection.toServer).toEqual({ received: 18, delivered: 5, dropped: 13 });
    on.client.socket.end();
    await pause(20);
    expect(on.server.events).toEqual([]);
    on.connection.setFaults([]);
    await hasSeen(on.server, 'end');
    expect(String(on.server.received)).toBe('still');
  });

  it('should swallow a reset, and pass it on at the end', async () => {
    const on = await line([{ _tag: 'Blackhole' }]);
    on.client.socket.resetAndDestroy();
    await hasSeen(on.client, 'close');
    await pause(20);
    expect(on.server.events).toEqual([]);
    on.connection.setFaults([]);
    expect((await endings(on)).server).toBe('ECONNRESET close');
  });
});

describe('Reset', () => {
  it('should reset both ends, from the start', async () => {
    const fault: ConnectionFault = { _tag: 'Reset' };
    const on = await line([fault]);
    expect(await endings(on)).toEqual({ client: 'ECONNRESET close', server: 'ECONNRESET close' });
    expect(await on.connection.closed).toEqual({});
    expect(on.connection.applied).toEqual([fault]);
  });

  it.each(WAYS)('should carry nothing more: %s', async (direction) => {
    const on = await line();
    const [sender, receiver] = endsOf(on, direction);
    on.connection.setFaults([{ _tag: 'Reset' }]);
    sender.socket.write('too late');
    await endings(on);
    expect(receiver.received.length).toBe(0);
    expect(on.connection[direction]).toEqual({ received: 8, delivered: 0, dropped: 8 });
  });

  it.each(WAYS)('should reset one end and end the other: %s', async (direction) => {
    const on = await line();
    const [left, reset] = endsOf(on, direction);
    await carries(on, direction, 'before');
    on.connection.setFaults([{ _tag: 'Reset', direction }]);
    await hasSeen(reset, 'close');
    expect(reset.events).toEqual(['ECONNRESET', 'close']);
    await hasSeen(left, 'end');
    left.socket.end('into the void');
    await hasSeen(left, 'close');
    expect(left.events).toEqual(['end', 'close']);
    expect(on.connection[direction]).toEqual({ received: 19, delivered: 6, dropped: 13 });
  });

  it('should come in time', async () => {
    const on = await line();
    const start = performance.now();
    on.connection.setFaults([{ _tag: 'Reset', delay: 40 }]);
    await endings(on);
    expect(performance.now() - start).toBeGreaterThanOrEqual(40);
  });

  it('should not come when other faults were set in time, and not be undone later', async () => {
    const on = await line();
    on.connection.setFaults([{ _tag: 'Reset', delay: 20 }]);
    on.connection.setFaults([]);
    await pause(40);
    await carries(on, 'toServer', 'fine');
    on.connection.setFaults([{ _tag: 'Reset' }]);
    on.connection.setFaults([]);
    expect(await endings(on)).toEqual({ client: 'ECONNRESET close', server: 'ECONNRESET close' });
  });

  it('should come whether the client reads or not', async () => {
    const on = await line();
    on.client.socket.pause();
    on.server.socket.write(Buffer.alloc(32 * 1024 * 1024));
    await until('the relay to be full', () => on.connection.toClient.received > 262_144);
    on.connection.setFaults([{ _tag: 'Reset' }]);
    await hasSeen(on.server, 'close');
    expect(await on.connection.closed).toEqual({});
  });
});

describe('End', () => {
  it('should end both ends, and carry no more', async () => {
    const fault: ConnectionFault = { _tag: 'End' };
    const on = await line();
    await carries(on, 'toServer', 'before');
    on.connection.setFaults([fault]);
    await Promise.all([hasSeen(on.client, 'end'), hasSeen(on.server, 'end')]);
    await swallows(on, 'toServer', 'after');
    await swallows(on, 'toClient', 'after');
    expect(on.connection.applied).toEqual([fault]);
    endBoth(on);
    expect(await endings(on)).toEqual({ client: 'end close', server: 'end close' });
  });

  it('should come in time, and once', async () => {
    const on = await line();
    const start = performance.now();
    on.connection.setFaults([
      { _tag: 'End', delay: 30 },
      { _tag: 'Reset', delay: 50 },
    ]);
    await hasSeen(on.client, 'end');
    expect(performance.now() - start).toBeGreaterThanOrEqual(30);
    await pause(40);
    endBoth(on);
    expect(await endings(on)).toEqual({ client: 'end close', server: 'end close' });
    expect(on.connection.applied.map(({ _tag }) => _tag)).toEqual(['End']);
  });
});

describe('HalfClose', () => {
  it.each(WAYS)('should end one way, and carry the other: %s', async (direction) => {
    const fault = { _tag: 'HalfClose', direction, delay: 10 } as const;
    const on = await line();
    await carries(on, direction, 'before');
    const start = performance.now();
    on.connection.setFaults([fault]);
    const [sender, receiver] = endsOf(on, direction);
    await hasSeen(receiver, 'end');
    expect(performance.now() - start).toBeGreaterThanOrEqual(10);
    expect(on.connection.applied).toEqual([fault]);
    await swallows(on, direction, 'after');
    on.connection.setFaults([{ _tag: 'Blackhole', direction }]);
    on.connection.setFaults([]);
    await swallows(on, direction, 'still after');
    await carries(on, other(direction), 'on and on');
    expect(sender.events).toEqual([]);
    endBoth(on);
    expect(await endings(on)).toEqual({ client: 'end close', server: 'end close' });
  });

  it('should still pass a reset on', async () => {
    const on = await line([{ _tag: 'HalfClose', direction: 'toServer' }]);
    await hasSeen(on.server, 'end');
    on.client.socket.resetAndDestroy();
    await hasSeen(on.client, 'close');
    await until('the reset', () => {
      on.server.socket.write('x');
      return on.server.events.includes('close');
    });
    expect(on.server.events.join()).toMatch(/^end,(ECONNRESET|EPIPE),close$/);
  });
});

describe('Cut', () => {
  const cut = (how: 'reset' | 'end' | 'blackhole', direction: FlowDirection): ConnectionFault => ({
    _tag: 'Cut',
    afterBytes: 5,
    direction,
    how,
  });

  it.each(WAYS)('should reset after exactly so many bytes: %s', async (direction) => {
    const on = await line([cut('reset', direction)]);
    const [sender, receiver] = endsOf(on, direction);
    await carries(on, other(direction), 'not counted');
    sender.socket.write('abcdefgh');
    expect(await endings(on)).toEqual({ client: 'ECONNRESET close', server: 'ECONNRESET close' });
    expect(String(receiver.received)).toBe('abcde');
    expect(on.connection[direction]).toEqual({ received: 8, delivered: 5, dropped: 3 });
    expect(on.connection.applied).toEqual([cut('reset', direction)]);
  });

  it.each(WAYS)('should end after exactly so many bytes: %s', async (direction) => {
    const on = await line([cut('end', direction)]);
    const [sender, receiver] = endsOf(on, direction);
    sender.socket.write('abc');
    await hasReceived(receiver, 'abc');
    expect(on.connection.applied).toEqual([]);
    sender.socket.write('de');
    await Promise.all([hasSeen(on.client, 'end'), hasSeen(on.server, 'end')]);
    expect(String(receiver.received)).toBe('abcde');
    await swallows(on, other(direction), 'after');
  });

  it.each(WAYS)('should be a black hole after exactly so many bytes: %s', async (direction) => {
    const on = await line([cut('blackhole', direction)]);
    const [sender, receiver] = endsOf(on, direction);
    sender.socket.write('abcdefgh');
    await hasReceived(receiver, 'abcde');
    await until('the cut', () => on.connection.applied.length > 0);
    await swallows(on, 'toServer', 'after');
    await swallows(on, 'toClient', 'after');
    expect([on.client.events, on.server.events]).toEqual([[], []]);
  });

  it('should count from when it was set, and cut at once at 0', async () => {
    const on = await line();
    await carries(on, 'toServer', 'not counted');
    on.connection.setFaults([cut('blackhole', 'toServer')]);
    await carries(on, 'toServer', 'abcd');
    on.connection.setFaults([cut('blackhole', 'toServer')]);
    await carries(on, 'toServer', 'abcde');
    await until('the cut', () => on.connection.applied.length > 0);
    on.connection.setFaults([]);
    await carries(on, 'toServer', 'fine');
    on.connection.setFaults([{ _tag: 'Cut', afterBytes: 0, direction: 'toServer', how: 'end' }]);
    await hasSeen(on.server, 'end');
    await hasSeen(on.client, 'end');
  });
});
