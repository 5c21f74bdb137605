import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';

import { asyncScheduler } from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';

import { Connection } from '../../src/streams/connection.js';
import type { ConnectionEvents } from '../../src/streams/connection.js';
import type { Ending } from '../../src/streams/ending.js';
import {
  acceptUpgrade,
  closePayload,
  createRawServer,
  frame,
  parseFrames,
  readRequestHead,
} from '../../src/testing/index.js';
import type { RawConnection, RawServer } from '../../src/testing/index.js';
import { until } from '../streams/until.js';
import { LifeClock } from './support/life-clock.js';
import { ScriptedConnection } from './support/scripted-connection.js';
import { ScriptedDial } from './support/scripted-dial.js';
import { ScriptedNetwork } from './support/scripted-network.js';

const CLOSE_TIMEOUT = 60;
const TARGET = 'feed.example:80';
const LIMITS = {
  closeTimeout: CLOSE_TIMEOUT,
  maxPayload: 1_024,
  maxFragments: 4,
  maxBufferedChunks: 1_024,
  perMessageDeflate: false,
};

/** A connection, what it told, and the server at its other end: scripted, or real. */
interface Line {
  readonly connection: Connection | ScriptedConnection;
  readonly told: string[];
  readonly endings: Ending[];
  /** What the server got. */
  readonly heard: () => readonly string[];
  readonly say: (text: string) => void;
  readonly sendClose: (code: number, reason: string) => void;
  readonly answerClose: () => void;
  readonly answerPings: () => void;
  readonly reset: () => void;
  /** Waits until all is done that can be done in a moment. */
  readonly rest: () => Promise<void>;
  /** Waits until all is over that `closeTimeout` bounds. */
  readonly timeOut: () => Promise<void>;
}

function record(told: string[], endings: Ending[]): ConnectionEvents {
  return {
    opened: () => told.push('opened'),
    pong: () => told.push('pong'),
    message: (data, isBinary) => told.push(`${isBinary ? 'binary' : 'text'} ${data.toString()}`),
    ended: (ending) => {
      told.push('ended');
      endings.push(ending);
    },
  };
}

const request = (href: string): ConstructorParameters<typeof Connection>[1] => ({
  href,
  target: TARGET,
  headers: {},
  protocols: [],
  origin: undefined,
});

async function openScripted(): Promise<Line> {
  const clock = new LifeClock();
  const network = new ScriptedNetwork(clock);
  const told: string[] = [];
  const endings: Ending[] = [];
  const { signal } = new AbortController();
  const place = { host: 'feed.example', port: 80, target: TARGET, attempt: 1, signal };
  const dial = new ScriptedDial(network, { ...place, onPhase: () => undefined });
  dial.connect({ _tag: 'Accepted' });
  const events = record(told, endings);
  const connection = new ScriptedConnection(
    dial.socket,
    request('ws://feed.example'),
    LIMITS,
    clock,
    events,
  );
  await clock.settle();
  return {
    connection,
    told,
    endings,
    heard: () => connection.wire,
    say: (text) => {
      connection.say(text);
    },
    sendClose: (code, reason) => {
      connection.sendClose(code, reason);
    },
    answerClose: () => {
      connection.answerClose();
    },
    answerPings: () => {
      connection.answerPings();
    },
    reset: () => {
      connection.reset();
    },
    rest: () => clock.settle(),
    timeOut: () => clock.pass(CLOSE_TIMEOUT),
  };
}

const servers: RawServer[] = [];
const sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await Promise.all(servers.splice(0).map((each) => each.close()));
});

async function openReal(): Promise<Line> {
  const peers: RawConnection[] = [];
  const server = await createRawServer(async (peer) => {
    acceptUpgrade(peer.socket, await readRequestHead(peer.socket));
    peers.push(peer);
  });
  servers.push(server);
  const socket = connect(server.port, '127.0.0.1');
  sockets.push(socket);
  await once(socket, 'connect');
  const told: string[] = [];
  const endings: Ending[] = [];
  const events = record(told, endings);
  const connection = new Connection(socket, request(server.url), LIMITS, asyncScheduler, events);
  const peer = await until(() => {
    expect(told).toEqual(['opened']);
    const [first] = peers;
    if (first === undefined) throw new Error('nobody connected');
    return first;
  });
  const write = (opcode: number, payload: Uint8Array | string): void => {
    peer.socket.write(frame({ opcode, payload }));
  };
  const frames = (): ReturnType<typeof parseFrames>['frames'] => {
    const end = peer.received.indexOf('\r\n\r\n');
    return parseFrames(peer.received.subarray(end + 4)).frames;
  };
  const endWith = (payload: Uint8Array): void => {
    write(0x8, payload);
    peer.socket.end();
  };
  return {
    connection,
    told,
    endings,
    heard: () =>
      frames()
        .filter(({ opcode }) => opcode === 0x1)
        .map(({ payload }) => Buffer.from(payload).toString()),
    say: (text) => {
      write(0x1, text);
    },
    sendClose: (code, reason) => {
      endWith(closePayload(code, reason));
    },
    answerClose: () => {
      const close = frames().find(({ opcode }) => opcode === 0x8);
      if (close !== undefined) endWith(close.payload);
    },
    answerPings: () => {
      for (const { opcode, payload } of frames()) if (opcode === 0x9) write(0xa, payload);
    },
    reset: () => {
      peer.reset();
    },
    rest: () => pass(25),
    timeOut: () => pass(CLOSE_TIMEOUT + 40),
  };
}

// Of a line that is there nothing comes to be waited for when nothing is to come.
function pass(duration: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, duration);
  });
}

const VERDICT: Ending = {
  _tag: 'TimedOut',
  by: 'policy',
  phase: 'open',
  uptime: 0,
  option: 'idleTimeout',
  limit: 1,
};

describe.each([
  ['ScriptedConnection', openScripted],
  ['Connection', openReal],
])('%s', (_name, open) => {
  it('should hand on messages, and send', async () => {
    const line = await open();
    line.say('in');
    expect(line.connection.send('out')).toBe(true);
    await line.rest();
    expect(line.told).toEqual(['opened', 'text in']);
    expect(line.heard()).toEqual(['out']);
  });

  it('should tell of a pong, and count what came', async () => {
    const line = await open();
    const before = line.connection.bytesRead;
    line.connection.ping(Buffer.from('one'));
    await line.rest();
    line.answerPings();
    await line.rest();
    expect(line.told).toEqual(['opened', 'pong']);
    expect(line.connection.bytesRead).toBeGreaterThan(before);
  });

  it('should tell how far it is', async () => {
    const { connection } = await open();
    expect(connection.progress).toEqual({ phase: 'opening', target: TARGET, uptime: 0 });
    connection.ready();
    expect(connection.progress).toMatchObject({ phase: 'open' });
    expect(connection.isClosing).toBe(false);
    connection.close({ code: 1000, reason: '' });
    expect(connection.progress).toMatchObject({ phase: 'closing' });
    expect(connection.isClosing).toBe(true);
  });

  it("should end with the server's close", async () => {
    const line = await open();
    line.connection.ready();
    line.sendClose(1012, 'restart');
    await line.rest();
    expect(line.told).toEqual(['opened', 'ended']);
    expect(line.endings).toMatchObject([
      {
        _tag: 'Closed',
        by: 'server',
        phase: 'open',
        code: 1012,
        reason: 'restart',
        wasClean: true,
      },
    ]);
    expect(line.connection.send('late')).toBe(false);
  });

  it('should tell that it was closed before it was open for users', async () => {
    const line = await open();
    line.sendClose(4401, '');
    await line.rest();
    expect(line.endings).toMatchObject([{ by: 'server', phase: 'opening', code: 4401 }]);
  });

  it('should close, and hand on what comes before the answer', async () => {
    const line = await open();
    line.connection.ready();
    line.connection.close({ code: 4000, reason: 'done' });
    line.connection.close({ code: 4001, reason: 'too late' });
    expect(line.connection.send('late')).toBe(false);
    line.say('on its way');
    await line.rest();
    line.answerClose();
    await line.rest();
    expect(line.told).toEqual(['opened', 'text on its way', 'ended']);
    expect(line.heard()).toEqual([]);
    expect(line.endings).toMatchObject([
      {
        _tag: 'Closed',
        by: 'client',
        phase: 'closing',
        code: 4000,
        reason: 'done',
        wasClean: true,
      },
    ]);
  });

  it('should give up on an answer to its close', async () => {
    const line = await open();
    line.connection.close({ code: 1000, reason: '' });
    await line.timeOut();
    expect(line.endings).toMatchObject([
      { _tag: 'Closed', by: 'client', phase: 'closing', code: 1000, wasClean: false },
    ]);
  });

  it('should close for a verdict, and hand nothing on from there', async () => {
    const line = await open();
    line.connection.closeFor(VERDICT, { code: 1001, reason: '' });
    line.say('on its way');
    await line.rest();
    line.answerClose();
    await line.rest();
    expect(line.told).toEqual(['opened', 'ended']);
    expect(line.endings).toEqual([VERDICT]);
  });

  it('should not close for a verdict once it is closing', async () => {
    const line = await open();
    line.connection.close({ code: 1000, reason: '' });
    line.connection.closeFor(VERDICT, { code: 1001, reason: '' });
    await line.rest();
    line.answerClose();
    await line.rest();
    expect(line.endings).toMatchObject([{ _tag: 'Closed', by: 'client', code: 1000 }]);
  });

  it('should fail with a verdict, not from within the call', async () => {
    const line = await open();
    line.connection.fail(VERDICT);
    expect(line.told).toEqual(['opened']);
    await line.rest();
    expect(line.told).toEqual(['opened', 'ended']);
    expect(line.endings).toEqual([VERDICT]);
  });

  it('should fail while it is closing', async () => {
    const line = await open();
    line.connection.close({ code: 1000, reason: '' });
    line.connection.fail(VERDICT);
    await line.rest();
    expect(line.endings).toEqual([VERDICT]);
  });

  it('should tell nothing once it was destroyed', async () => {
    const line = await open();
    line.connection.destroy();
    line.say('late');
    line.connection.fail(VERDICT);
    await line.timeOut();
    expect(line.told).toEqual(['opened']);
    expect(line.connection.isClosing).toBe(true);
  });

  it('should end with a line that was reset', async () => {
    const line = await open();
    line.connection.ready();
    line.reset();
    await line.rest();
    expect(line.endings).toMatchObject([
      { _tag: 'NetworkFailed', by: 'network', phase: 'open', kind: 'reset', target: TARGET },
    ]);
  });

  it('should end as closed by us with a line that was reset while it closes', async () => {
    const line = await open();
    line.connection.close({ code: 1000, reason: '' });
    line.reset();
    await line.rest();
    expect(line.endings).toMatchObject([{ _tag: 'Closed', by: 'client', wasClean: false }]);
  });

  it('should read nothing while it is paused', async () => {
    const line = await open();
    line.connection.pause();
    line.say('one');
    line.say('two');
    await line.rest();
    expect(line.connection.isPaused).toBe(true);
    expect(line.told).toEqual(['opened']);
    line.connection.resume();
    await line.rest();
    expect(line.connection.isPaused).toBe(false);
    expect(line.told).toEqual(['opened', 'text one', 'text two']);
  });

  it('should read again once it closes', async () => {
    const line = await open();
    line.connection.pause();
    line.say('one');
    line.connection.close({ code: 1000, reason: '' });
    await line.rest();
    line.answerClose();
    await line.rest();
    expect(line.told).toEqual(['opened', 'text one', 'ended']);
    expect(line.endings).toMatchObject([{ by: 'client', code: 1000, wasClean: true }]);
  });

  it('should not close what has failed', async () => {
    const line = await open();
    line.connection.fail(VERDICT);
    expect(line.connection.isClosing).toBe(true);
    line.connection.close({ code: 1000, reason: '' });
    await line.rest();
    expect(line.endings).toEqual([VERDICT]);
  });

  it('should tell what was handed to the system, and what was not counted it does not', async () => {
    const line = await open();
    let flushed = 0;
    line.connection.onFlushed(() => {
      flushed += 1;
    });
    expect(line.connection.sendCounted(Buffer.from('one'), false)).toBe(true);
    line.connection.send('two');
    line.connection.sendCounted(Buffer.from('three'), false);
    expect(flushed).toBe(0);
    await line.rest();
    expect(flushed).toBe(2);
    expect(line.heard()).toEqual(['one', 'two', 'three']);
    expect(line.connection.bufferedAmount).toBe(0);
  });

  it('should not tell of what a line took with it that was torn down', async () => {
    const line = await open();
    let flushed = 0;
    line.connection.onFlushed(() => {
      flushed += 1;
    });
    line.connection.sendCounted(Buffer.from('one'), false);
    line.connection.fail(VERDICT);
    await line.rest();
    expect(flushed).toBe(0);
  });
});
