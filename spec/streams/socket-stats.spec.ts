import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SocketCounters } from '../../src/streams/socket-stats.js';
import type { LiveStats, SocketStats } from '../../src/streams/socket-stats.js';

const IDLE: LiveStats = {
  queuedMessages: 0,
  queuedBytes: 0,
  bufferedAmount: 0,
  since: undefined,
};

const NOTHING: SocketStats = {
  messagesReceived: 0,
  bytesReceived: 0,
  messagesSent: 0,
  bytesSent: 0,
  rejected: 0,
  attempts: 0,
  connections: 0,
  reconnects: 0,
  queuedMessages: 0,
  queuedBytes: 0,
  bufferedAmount: 0,
  rtt: undefined,
  since: undefined,
  uptime: 0,
  pings: 0,
  pongs: 0,
};

describe('SocketCounters', () => {
  it('should begin with nothing', () => {
    expect(new SocketCounters().snapshot(5, IDLE)).toStrictEqual(NOTHING);
  });

  it('should count each thing by itself', () => {
    const counters = new SocketCounters();
    const changed = (act: () => void): Partial<SocketStats> => {
      const before = counters.snapshot(0, { ...IDLE, since: 0 });
      act();
      const after = counters.snapshot(0, { ...IDLE, since: 0 });
      return Object.fromEntries(
        Object.entries(after).filter(([key, value]) => before[key as keyof SocketStats] !== value),
      );
    };
    expect(changed(() => counters.received(7))).toEqual({ messagesReceived: 1, bytesReceived: 7 });
    expect(changed(() => counters.sent(9))).toEqual({ messagesSent: 1, bytesSent: 9 });
    expect(changed(() => counters.received(0))).toEqual({ messagesReceived: 2 });
    expect(changed(() => counters.rejected())).toEqual({ rejected: 1 });
    expect(changed(() => counters.dialled())).toEqual({ attempts: 1 });
    expect(changed(() => counters.pinged())).toEqual({ pings: 1 });
    expect(changed(() => counters.ponged(12))).toEqual({ pongs: 1, rtt: 12 });
    expect(changed(() => counters.ponged(11))).toEqual({ pongs: 2, rtt: 11 });
  });

  it('should count the connections after the first one as reconnects', () => {
    const counters = new SocketCounters();
    const counts = [0, 1, 2].map(() => {
      counters.opened();
      const { connections, reconnects } = counters.snapshot(0, IDLE);
      return [connections, reconnects, counters.connections];
    });
    expect(counts).toEqual([
      [1, 0, 1],
      [2, 1, 2],
      [3, 2, 3],
    ]);
  });

  it('should tell the round trip time of the open connection only', () => {
    const counters = new SocketCounters();
    const rtt = (since: number | undefined): number | undefined =>
      counters.snapshot(9, { ...IDLE, since }).rtt;
    counters.opened();
    expect(rtt(1)).toBeUndefined();
    counters.ponged(0);
    expect(rtt(1)).toBe(0);
    expect(rtt(undefined)).toBeUndefined();
    counters.opened();
    expect(rtt(2)).toBeUndefined();
  });

  it('should give what is looked up as it is, and nothing else', () => {
    const live = { queuedMessages: 2, queuedBytes: 30, bufferedAmount: 4, since: 100, more: 1 };
    expect(new SocketCounters().snapshot(350, live)).toStrictEqual({
      ...NOTHING,
      queuedMessages: 2,
      queuedBytes: 30,
      bufferedAmount: 4,
      since: 100,
      uptime: 250,
    });
  });

  it('should take a connection that opened at the epoch for open', () => {
    expect(new SocketCounters().snapshot(3, { ...IDLE, since: 0 })).toMatchObject({
      since: 0,
      uptime: 3,
    });
  });

  it('should not let the uptime be negative when the clock was set back', () => {
    expect(new SocketCounters().snapshot(50, { ...IDLE, since: 100 }).uptime).toBe(0);
  });

  it('should give a snapshot that later counts do not change', () => {
    const counters = new SocketCounters();
    const before = counters.snapshot(0, IDLE);
    counters.received(1);
    expect(before).toStrictEqual(NOTHING);
  });

  it('should add up exactly, also beyond 32 bits', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 2 ** 31 - 1 }), { maxLength: 50 }), (sizes) => {
        const counters = new SocketCounters();
        for (const size of sizes) {
          counters.received(size);
          counters.sent(2 * size);
        }
        const total = sizes.reduce((sum, size) => sum + size, 0);
        expect(counters.snapshot(0, IDLE)).toMatchObject({
          messagesReceived: sizes.length,
          bytesReceived: total,
          messagesSent: sizes.length,
          bytesSent: 2 * total,
        });
      }),
    );
  });
});
