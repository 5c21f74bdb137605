import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { ConnectionFault, Cut } from '../../src/testing/fault.js';
import { shapeOf } from '../../src/testing/flow-shape.js';
import { Flow } from '../../src/testing/relay-flow.js';
import { until } from '../integration/support/until.js';
import { hasReceived, hasSeen, record, type Recording, useRelays } from './relay-line.js';

const relays = useRelays();

const MiB = 1024 * 1024;

describe('Flow', () => {
  interface Ends {
    readonly sender: Recording;
    readonly receiver: Recording;
    readonly flow: Flow;
    readonly cuts: readonly Cut[];
    readonly shape: (...faults: readonly ConnectionFault[]) => void;
  }

  /** Two connections, the far ends of which are `sender` and `receiver`, with a flow in between. */
  async function create(highWaterMark = MiB): Promise<Ends> {
    const accepted: Recording[] = [];
    const { port } = await relays.server((socket) => accepted.push(record(socket)));
    const [sender, sink] = [relays.dial(port), relays.dial(port)];
    await Promise.all([once(sender.socket, 'connect'), once(sink.socket, 'connect')]);
    await until('both connections', () => accepted.length === 2);
    const other = (end: Recording): Recording => {
      const found = accepted.find(({ socket }) => socket.remotePort === end.socket.localPort);
      if (found === undefined) throw new Error('no such connection');
      return found;
    };
    const cuts: Cut[] = [];
    const flow = new Flow(other(sender).socket, sink.socket, {
      highWaterMark,
      random: () => 0,
      onShaped: () => undefined,
      onCut: (cut) => cuts.push(cut),
    });
    const shape = (...faults: readonly ConnectionFault[]): void => {
      flow.reshape(shapeOf(faults, 'toServer'));
      flow.run();
    };
    return { sender, receiver: other(sink), flow, cuts, shape };
  }

  it('should carry what comes, and then the end', async () => {
    const { sender, receiver, flow } = await create();
    sender.socket.write('one ');
    await hasReceived(receiver, 'one ');
    sender.socket.end('two');
    await hasSeen(receiver, 'end');
    expect(String(receiver.received)).toBe('one two');
    expect(flow.counts).toEqual({ received: 7, delivered: 7, dropped: 0 });
  });

  it('should hold everything until the sink is connected', async () => {
    const { sender } = await create();
    const sink = relays.dial(sender.socket.remotePort ?? 0).socket;
    const options = { highWaterMark: 1, random: () => 0, onShaped: () => {}, onCut: () => {} };
    const flow = new Flow(sender.socket, sink, options);
    sender.socket.unshift('early');
    await new Promise(process.nextTick);
    expect(sink.connecting).toBe(true);
    expect(flow.counts).toEqual({ received: 5, delivered: 0, dropped: 0 });
    await once(sink, 'connect');
    expect(flow.counts).toEqual({ received: 5, delivered: 5, dropped: 0 });
  });

  it('should hold the sender back while nobody reads, and lose nothing', async () => {
    const { sender, receiver, flow } = await create(128 * 1024);
    const sent = Buffer.alloc(64 * MiB);
    for (let at = 0; at < sent.length; at += 4) sent.writeUInt32LE(at, at);
    receiver.socket.pause();
    sender.socket.end(sent);
    let before: number;
    do {
      before = flow.counts.received;
      await pause(20);
    } while (before === 0 || before !== flow.counts.received);
    const { received, delivered } = flow.counts;
    expect(received).toBeGreaterThan(0);
    expect(received).toBeLessThan(sent.length);
    expect(received - delivered).toBeLessThanOrEqual((128 + 64) * 1024);
    receiver.socket.resume();
    await hasSeen(receiver, 'end');
    expect(receiver.received.equals(sent)).toBe(true);
  });

  it('should hold the sender back while a fault does', async () => {
    const { sender, receiver, flow, shape } = await create(128 * 1024);
    shape({ _tag: 'Bandwidth', bytesPerSecond: 0 });
    sender.socket.end(Buffer.alloc(64 * MiB));
    await until('it to be full', () => flow.counts.received >= 128 * 1024);
    await pause(20);
    expect(flow.counts.received).toBeLessThanOrEqual((128 + 64) * 1024);
    expect(flow.counts.delivered).toBe(0);
    shape();
    await hasSeen(receiver, 'end');
    expect(flow.counts).toEqual({ received: 64 * MiB, delivered: 64 * MiB, dropped: 0 });
  });

  it('should hold no more than 1024 chunks, however small', async () => {
    const { sender, flow, shape } = await create();
    shape({ _tag: 'Latency', delay: 100_000 });
    for (let index = 0; index < 3000; index += 1) {
      sender.socket.write('x');
      await new Promise(setImmediate);
    }
    await pause(10);
    const held = flow.counts.received;
    expect(held).toBeGreaterThanOrEqual(1024);
    expect(held).toBeLessThan(3000);
    flow.stop();
    await until('the rest', () => flow.counts.dropped === 3000);
  });

  it('should let a reset overtake what waits', async () => {
    const { sender, receiver, flow, shape } = await create();
    shape({ _tag: 'Bandwidth', bytesPerSecond: 1 });
    sender.socket.write('slow');
    await until('the bytes', () => flow.counts.received === 4);
    sender.socket.resetAndDestroy();
    await hasSeen(receiver, 'close');
    expect(receiver.events).toEqual(['ECONNRESET', 'close']);
    expect(flow.counts).toEqual({ received: 4, delivered: 0, dropped: 4 });
  });

  it('should pass on what it was deaf to once, and no bytes', async () => {
    const { sender, receiver, flow, shape } = await create();
    flow.deafen();
    sender.socket.end('lost');
    await until('the bytes', () => flow.counts.dropped === 4);
    await pause(10);
    shape({ _tag: 'Latency', delay: 100_000 });
    shape();
    shape();
    await hasSeen(receiver, 'end');
    expect(receiver.received.length).toBe(0);
    flow.deafen();
    sender.socket.resetAndDestroy();
    expect(receiver.events).toEqual(['end']);
  });

  it('should end the sink, and still pass on a reset', async () => {
    const { sender, receiver, flow } = await create();
    flow.finish();
    flow.finish();
    await hasSeen(receiver, 'end');
    sender.socket.write('lost');
    await until('the bytes', () => flow.counts.dropped === 4);
    sender.socket.resetAndDestroy();
    await until('the reset', () => {
      receiver.socket.write('x');
      return receiver.events.includes('close');
    });
  });

  it('should read on when the sink is gone, and drop it', async () => {
    const { sender, receiver, flow, shape } = await create();
    shape({ _tag: 'Latency', delay: 100_000 });
    sender.socket.write('waits');
    await until('the bytes', () => flow.counts.received === 5);
    receiver.socket.resetAndDestroy();
    await until('it to be dropped', () => flow.counts.dropped === 5);
    sender.socket.write('lost');
    await until('the bytes', () => flow.counts.dropped === 9);
    expect(sender.events).toEqual([]);
  });

  it('should tell of a cut once, unless another shape came before', async () => {
    const { sender, receiver, flow, cuts, shape } = await create();
    const cut = { _tag: 'Cut', afterBytes: 2, direction: 'toServer', how: 'end' } as const;
    shape(cut);
    sender.socket.write('abcd');
    await until('the cut', () => cuts.length > 0);
    await pause(10);
    expect(cuts).toEqual([cut]);
    expect(flow.counts).toEqual({ received: 4, delivered: 2, dropped: 0 });
    // Both in one turn: the callback of the write finds another shape.
    shape({ ...cut });
    shape();
    sender.socket.end('e');
    await hasSeen(receiver, 'end');
    expect(String(receiver.received)).toBe('abcde');
    expect(cuts).toEqual([cut]);
  });
});
