import { setTimeout as pause } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { text, webSocket } from '../../src/index.js';
import type { SocketOptions, SocketSubject } from '../../src/index.js';
import {
  createCertificateAuthority,
  createRelay,
  createWssServer,
  type Fault,
  type Relay,
} from '../../src/testing/index.js';
import { brief } from '../integration/support/brief.js';
import { endingOf, inState, watch, type Watch } from '../integration/support/watch.js';

/** Short, for what never comes about; what does has the time it needs. */
const CONNECT_TIMEOUT = 300;

/** What becomes of a connection: the telling fields of its ending. */
type Expected = Readonly<Record<string, unknown>>;

const closed = (wasClean: boolean): Expected => ({
  _tag: 'Closed',
  by: 'client',
  phase: 'closing',
  code: 1000,
  reason: '',
  wasClean,
});
const failed = (phase: string, kind: string, errno?: string): Expected => ({
  _tag: 'NetworkFailed',
  by: 'network',
  phase,
  kind,
  ...(errno === undefined ? {} : { errno }),
});
const reset = (phase: string): Expected => failed(phase, 'reset', 'ECONNRESET');
const ended = (phase: string): Expected => failed(phase, 'ended');
const timedOut: Expected = {
  _tag: 'TimedOut',
  by: 'policy',
  phase: 'tls',
  option: 'connectTimeout',
  limit: CONNECT_TIMEOUT,
};

const cut = (
  afterBytes: number,
  direction: 'toServer' | 'toClient',
  how: 'reset' | 'end' | 'blackhole',
): Fault => ({ _tag: 'Cut', afterBytes, direction, how });

let tls: { readonly cert: string; readonly key: string };
let ca: string;

beforeAll(async () => {
  const authority = await createCertificateAuthority();
  const issued = await authority.issue({ commonName: 'localhost', usage: 'server' });
  tls = { cert: issued.chain, key: issued.key };
  ca = authority.certificate;
});

describe('webSocket through a relay', () => {
  interface Through {
    readonly relay: Relay;
    readonly socket: SocketSubject<string, string>;
    readonly watched: Watch<string>;
  }

  /** Dials an echo over TLS through a relay with `faults`, and does `act` with it. */
  async function through(
    faults: readonly Fault[],
    limits: Pick<SocketOptions<string, string>, 'connectTimeout' | 'closeTimeout'>,
    act: (through: Through) => Promise<void>,
  ): Promise<void> {
    await using server = await createWssServer({
      tls,
      onConnection: (connection) => {
        connection.onMessage((data, isBinary) => void connection.send(data, { isBinary }));
      },
    });
    await using relay = await createRelay({ target: { port: server.port }, faults });
    const socket = webSocket({
      url: relay.url,
      codec: text(),
      tls: { ca },
      ...limits,
    });
    await act({ relay, socket, watched: watch(socket) });
  }

  it.each<{ fault: Fault; ending: Expected }>([
    { fault: { _tag: 'SlowAccept', delay: Infinity }, ending: timedOut },
    { fault: { _tag: 'Latency', delay: 50_000 }, ending: timedOut },
    { fault: { _tag: 'Bandwidth', bytesPerSecond: 0 }, ending: timedOut },
    { fault: { _tag: 'Blackhole' }, ending: timedOut },
    { fault: { _tag: 'Blackhole', direction: 'toServer' }, ending: timedOut },
    { fault: { _tag: 'Blackhole', direction: 'toClient' }, ending: timedOut },
    { fault: { _tag: 'Reset' }, ending: reset('tls') },
    { fault: { _tag: 'Reset', direction: 'toClient' }, ending: reset('tls') },
    { fault: { _tag: 'Reset', direction: 'toServer' }, ending: ended('tls') },
    { fault: { _tag: 'End' }, ending: ended('tls') },
    { fault: { _tag: 'HalfClose', direction: 'toServer' }, ending: ended('tls') },
    { fault: { _tag: 'HalfClose', direction: 'toClient' }, ending: ended('tls') },
    { fault: cut(500, 'toClient', 'reset'), ending: reset('tls') },
    { fault: cut(500, 'toClient', 'end'), ending: ended('tls') },
    { fault: cut(500, 'toClient', 'blackhole'), ending: timedOut },
    { fault: cut(50, 'toServer', 'reset'), ending: reset('tls') },
    { fault: { _tag: 'Refuse' }, ending: failed('tcp', 'refused', 'ECONNREFUSED') },
  ])('should end with $ending._tag while it connects: $fault', async ({ fault, ending }) => {
    const limits = ending === timedOut ? { connectTimeout: CONNECT_TIMEOUT } : {};
    await through([fault], limits, async ({ socket }) => {
      expect(brief(await endingOf(socket))).toEqual(ending);
    });
  });

  it.each<{ fault: Fault }>([
    { fault: { _tag: 'SlowAccept', delay: 50 } },
    { fault: { _tag: 'Latency', delay: 5, jitter: 5 } },
    { fault: { _tag: 'Slices' } },
    { fault: { _tag: 'Bandwidth', bytesPerSecond: 100_000 } },
    { fault: { _tag: 'HalfClose', direction: 'toServer', delay: 50_000 } },
    { fault: cut(1_000_000, 'toClient', 'reset') },
  ])('should carry messages and a clean close: $fault', async ({ fault }) => {
    await through([fault], {}, async ({ socket, watched }) => {
      const sent = Array.from({ length: 20 }, (_, index) => `message ${index}`);
      for (const message of sent) socket.next(message);
      expect(await watched.received(20)).toEqual(sent);
      socket.complete();
      expect(brief(await endingOf(socket))).toEqual(closed(true));
    });
  });

  it.each<{ fault: Fault; ending: Expected }>([
    { fault: { _tag: 'Reset' }, ending: reset('open') },
    { fault: { _tag: 'Reset', direction: 'toClient' }, ending: reset('open') },
    { fault: { _tag: 'Reset', direction: 'toServer' }, ending: failed('open', 'ended') },
    { fault: { _tag: 'End' }, ending: failed('open', 'ended') },
    { fault: { _tag: 'HalfClose', direction: 'toServer' }, ending: failed('open', 'ended') },
    { fault: { _tag: 'HalfClose', direction: 'toClient' }, ending: failed('open', 'ended') },
    { fault: cut(10, 'toServer', 'reset'), ending: reset('open') },
    { fault: cut(10, 'toClient', 'reset'), ending: reset('open') },
    { fault: cut(10, 'toClient', 'end'), ending: failed('open', 'ended') },
  ])('should end with $ending.kind once it is open: $fault', async ({ fault, ending }) => {
    await through([], {}, async ({ socket, relay, watched }) => {
      socket.next('before');
      await watched.received(1);
      await relay.setFaults([fault]);
      if (fault._tag === 'Cut') socket.next('after');
      expect(brief(await endingOf(socket))).toEqual(ending);
      expect(watched.values).toEqual(['before']);
    });
  });

  it.each<{ fault: Fault }>([
    { fault: { _tag: 'Blackhole' } },
    { fault: { _tag: 'Blackhole', direction: 'toServer' } },
    { fault: { _tag: 'Blackhole', direction: 'toClient' } },
    { fault: { _tag: 'Bandwidth', bytesPerSecond: 0 } },
    { fault: { _tag: 'Latency', delay: 50_000 } },
    { fault: cut(10, 'toClient', 'blackhole') },
  ])('should notice nothing until it closes, and close in vain: $fault', async ({ fault }) => {
    await through([], { closeTimeout: 50 }, async ({ socket, relay, watched }) => {
      socket.next('before');
      await watched.received(1);
      await relay.setFaults([fault]);
      socket.next('after');
      await pause(20);
      await inState(socket, 'Open');
      socket.complete();
      expect(brief(await endingOf(socket))).toEqual(closed(false));
      expect(watched.values).toEqual(['before']);
    });
  });

  it('should not notice that connections are refused while it has one', async () => {
    await through([], {}, async ({ socket, relay, watched }) => {
      socket.next('before');
      await watched.received(1);
      await relay.setFaults([{ _tag: 'Refuse' }]);
      socket.next('after');
      await watched.received(2);
    });
  });
});
