import { describe, expect, it, vi } from 'vitest';

import { constantBackoff } from '../../src/streams/backoff/constant-backoff.js';
import { exponentialBackoff } from '../../src/streams/backoff/exponential-backoff.js';
import { limitRetries } from '../../src/streams/backoff/limit-retries.js';
import { concatPolicies } from '../../src/streams/backoff/retry-policy.js';
import { marbles, tell } from './support/marble-story.js';

vi.mock('../../src/tls/dial.js', async () => {
  const { scriptedDial } = await import('./support/scripted-network.js');
  return { dial: scriptedDial };
});

vi.mock('../../src/streams/connection.js', async () => {
  const { ScriptedConnection } = await import('./support/scripted-connection.js');
  return { Connection: ScriptedConnection };
});

// In the diagrams of servers: a accepts, f fails to be reached, r refuses with 503 and Retry-After: 1, u with 401,
// m and n are messages, p answers pings, k answers our close, c closes with 1000, d with 1012, x breaks the line.
const STATES = {
  c: 'Connecting 1',
  d: 'Connecting 2',
  e: 'Connecting 3',
  g: 'Opening 1',
  o: 'Open 1',
  p: 'Open 2',
  r: 'Open rtt 2',
  w: 'Waiting 10',
  q: 'Closing 1000',
  t: 'Closing 1001',
  z: 'Closed Closed',
  y: 'Closed Cancelled',
  n: 'Closed NetworkFailed',
  x: 'Closed TimedOut',
} as const;

const tenMilliseconds = constantBackoff({ delay: 10, jitter: 'none' });

describe('a connection', () => {
  it('should be lost, waited for and opened again', async () => {
    const { states, streams, timers } = await tell({
      options: { reconnect: tenMilliseconds },
      server: '--a--m-x-------------a-n-c',
      duration: 40,
    });
    expect(states).toEqual(marbles('c-o----w---------d---p---z', STATES));
    expect(streams).toEqual([marbles('-----m-----------------n-|')]);
    expect(timers).toBe(0);
  });

  it('should be shared, and closed when the last subscriber leaves', async () => {
    const { states, streams, timers } = await tell({
      server: '--a--m---m---m---k',
      subscribers: ['^------!', '----^------!'],
      duration: 40,
    });
    expect(states).toEqual(marbles('c-o--------q-----z', STATES));
    expect(streams).toEqual([marbles('-----m'), marbles('-----m---m')]);
    expect(timers).toBe(0);
  });

  it('should be dialled anew by a subscriber who comes while the one before closes', async () => {
    const { states, streams } = await tell({
      options: { closeTimeout: 20 },
      server: '--a------a----m',
      subscribers: ['^----!', '-------^'],
      duration: 50,
    });
    expect(states).toEqual(marbles('c-o--q-c-o', STATES));
    expect(streams).toEqual([[], marbles('--------------m')]);
  });

  it('should be kept for a while after its last subscriber left', async () => {
    const { states, streams, timers } = await tell({
      options: { linger: 10 },
      server: '--a----m----m----------------k',
      subscribers: ['^---!', '---------^----!'],
      duration: 60,
    });
    expect(streams).toEqual([[], marbles('------------m')]);
    expect(states).toEqual(marbles('c-o 21ms q----z', STATES));
    expect(timers).toBe(0);
  });

  it('should complete the stream with our own close', async () => {
    const { states, streams, timers } = await tell({
      server: '--a------k',
      user: '-----c',
      acts: {
        c: (socket) => {
          socket.complete();
        },
      },
      duration: 20,
    });
    expect(states).toEqual(marbles('c-o--q---z', STATES));
    expect(streams).toEqual([marbles('---------|')]);
    expect(timers).toBe(0);
  });

  it('should be torn down, and dialled at once when that is asked for', async () => {
    const { states, streams } = await tell({
      options: { reconnect: tenMilliseconds },
      server: '--a----k--a',
      user: '-----r---------t',
      acts: {
        r: (socket) => {
          socket.reconnect();
        },
        t: (socket) => {
          socket.terminate();
        },
      },
      duration: 30,
    });
    expect(states).toEqual(marbles('c-o--q-c--o----z', STATES));
    expect(streams).toEqual([marbles('---------------|')]);
  });

  it('should be dialled at once in the midst of a wait', async () => {
    const { states } = await tell({
      options: { reconnect: tenMilliseconds },
      server: '-f---a',
      user: '---r',
      acts: {
        r: (socket) => {
          socket.reconnect();
        },
      },
      duration: 30,
    });
    expect(states).toEqual(marbles('cw-c-o', STATES));
  });

  it('should be cancelled by the signal', async () => {
    const controller = new AbortController();
    const { states, streams, timers } = await tell({
      options: { signal: controller.signal, reconnect: tenMilliseconds },
      server: '--a--m--m---k',
      user: '------a',
      acts: {
        a: () => {
          controller.abort();
        },
      },
      duration: 30,
    });
    expect(states).toEqual(marbles('c-o---y', STATES));
    expect(streams).toEqual([marbles('-----m#', undefined, 'AbortError')]);
    expect(timers).toBe(0);
  });
});

describe('a retry', () => {
  it('should be given up when the policy says so', async () => {
    const { states, streams, timers } = await tell({
      options: { reconnect: concatPolicies(tenMilliseconds, limitRetries(2)) },
      server: '-f 10ms f 10ms f',
      duration: 60,
    });
    expect(states).toEqual(marbles('cw 9ms dw 9ms en', STATES));
    expect(streams).toEqual([marbles('-- 10ms - 9ms -#', undefined, 'NetworkError')]);
    expect(timers).toBe(0);
  });

  it('should wait longer each time, up to the cap', async () => {
    const { states } = await tell({
      options: {
        reconnect: exponentialBackoff({ initialDelay: 10, maxDelay: 30, jitter: 'none' }),
        connectTimeout: 5,
      },
      duration: 100,
    });
    expect(states).toEqual(
      marbles('c----w 9ms d----v 19ms e----u 29ms f----u', {
        ...STATES,
        v: 'Waiting 20',
        u: 'Waiting 30',
        f: 'Connecting 4',
      }),
    );
  });

  it('should take half of the delay for a random number of a half', async () => {
    const { states } = await tell({
      options: { reconnect: exponentialBackoff({ initialDelay: 20, maxDelay: 100 }) },
      server: '-f',
      duration: 15,
    });
    expect(states).toEqual(marbles('cw 9ms d', STATES));
  });

  it('should come after the Retry-After of the server, and the delay of the policy', async () => {
    const { states, streams } = await tell({
      options: { reconnect: tenMilliseconds },
      server: '--r 1010ms a',
      duration: 2_000,
    });
    expect(states).toEqual(marbles('c-s 1009ms dp', { ...STATES, s: 'Waiting 1010' }));
    expect(streams).toEqual([[]]);
  });

  it('should begin the count anew after a connection that was stable, and not before', async () => {
    const { states } = await tell({
      options: {
        reconnect: {
          policy: exponentialBackoff({ initialDelay: 10, maxDelay: 100, jitter: 'none' }),
          minUptime: 20,
        },
      },
      // Up for 5 ms, then for 20 ms.
      server: '-a----x 10ms a 19ms x',
      duration: 47,
    });
    expect(states).toEqual(marbles('co----w 9ms dp 19ms w 9ms d', STATES));
    const { states: unstable } = await tell({
      options: {
        reconnect: {
          policy: exponentialBackoff({ initialDelay: 10, maxDelay: 100, jitter: 'none' }),
          minUptime: 20,
        },
      },
      server: '-a----x 10ms a 18ms x',
      duration: 60,
    });
    expect(unstable).toEqual(
      marbles('co----w 9ms dp 18ms v 19ms e', { ...STATES, v: 'Waiting 20' }),
    );
  });

  it('should get fresh credentials once', async () => {
    const refreshCredentials = vi.fn();
    const { states, streams } = await tell({
      options: { reconnect: { policy: tenMilliseconds, refreshCredentials } },
      server: '-u 10ms u',
      duration: 30,
    });
    expect(states).toEqual(marbles('cw 9ms dk', { ...STATES, k: 'Closed UpgradeRefused' }));
    expect(streams).toEqual([marbles('-- 10ms #', undefined, 'UpgradeRefusedError')]);
    expect(refreshCredentials).toHaveBeenCalledOnce();
  });

  it('should go on with them', async () => {
    const { states } = await tell({
      options: { reconnect: { policy: tenMilliseconds, refreshCredentials: () => undefined } },
      server: '-u 10ms a',
      duration: 30,
    });
    expect(states).toEqual(marbles('cw 9ms dp', STATES));
  });

  it('should go to the next server', async () => {
    const { targets, states } = await tell({
      options: { reconnect: tenMilliseconds, url: ['ws://one.example', 'ws://two.example'] },
      server: '-f 10ms a---x 10ms a',
      duration: 40,
    });
    expect(states).toEqual(marbles('cw 9ms dp---w 9ms eo', { ...STATES, o: 'Open 3' }));
    expect(targets).toEqual(['one.example', 'two.example', 'one.example']);
  });
});

describe('a time limit', () => {
  it('should end an attempt', async () => {
    const { states, streams, timers } = await tell({
      options: { connectTimeout: 10 },
      duration: 30,
    });
    expect(states).toEqual(marbles('c 9ms x', STATES));
    expect(streams).toEqual([marbles('- 9ms #', undefined, 'TimeoutError')]);
    expect(timers).toBe(0);
  });

  it('should end onOpen, and tell nothing of what came meanwhile', async () => {
    const onOpen = (): Promise<void> => new Promise(() => undefined);
    const { states, streams, timers } = await tell({
      options: { onOpen, openTimeout: 10 },
      server: '--a-m---------mk',
      duration: 30,
    });
    expect(states).toEqual(marbles('c-g 9ms t--x', STATES));
    expect(streams).toEqual([marbles('--- 9ms ---#', undefined, 'TimeoutError')]);
    expect(timers).toBe(0);
  });

  it('should find that the line is dead', async () => {
    const { states } = await tell({
      options: { heartbeat: { interval: 10, timeout: 4 }, reconnect: tenMilliseconds },
      server: '--a',
      duration: 30,
    });
    expect(states).toEqual(marbles('c-o 13ms w 9ms d', STATES));
  });

  it('should tell how long the server took to answer in time', async () => {
    const { states, socket, timers } = await tell({
      options: { heartbeat: { interval: 10, timeout: 4 } },
      server: '--a 11ms p------k',
      subscribers: ['^-----------------!'],
      duration: 30,
    });
    expect(states).toEqual(marbles('c-o 11ms r---q--z', STATES));
    expect(socket.stats()).toMatchObject({ pings: 1, pongs: 1 });
    expect(timers).toBe(0);
  });

  it('should end a connection that brings nothing', async () => {
    const { states, streams, timers } = await tell({
      options: { idleTimeout: 10 },
      server: '--a-----m 11ms k',
      duration: 40,
    });
    expect(states).toEqual(marbles('c-o 15ms t-x', STATES));
    expect(streams).toEqual([marbles('--------m 11ms #', undefined, 'TimeoutError')]);
    expect(timers).toBe(0);
  });

  it('should end a closing handshake', async () => {
    const { states, streams, timers } = await tell({
      options: { closeTimeout: 10 },
      server: '--a',
      user: '----c',
      acts: {
        c: (socket) => {
          socket.complete();
        },
      },
      duration: 30,
    });
    expect(states).toEqual(marbles('c-o-q 9ms z', STATES));
    expect(streams).toEqual([marbles('----- 9ms |')]);
    expect(timers).toBe(0);
  });
});
