import * as O from 'fp-ts/lib/Option.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OptionRangeError } from '../../src/errors/option-error.js';
import { CHANNEL_NAMES, subscribeChannel } from '../../src/streams/channels.js';
import { SessionJournal } from '../../src/streams/session-journal.js';
import type { JournalContext } from '../../src/streams/session-journal.js';
import { SocketCounters } from '../../src/streams/socket-stats.js';
import type { SocketStats } from '../../src/streams/socket-stats.js';
import type { OpenInfo, SocketEvent } from '../../src/streams/socket-state.js';
import type { PeerEvidence } from '../../src/tls/peer-evidence.js';
import { EVIDENCE } from './channel-samples.js';
import { ENDINGS } from './endings.js';

const info: OpenInfo = {
  since: 1_000,
  target: 'feed.example.com:443',
  protocol: 'feed.v1',
  address: '127.0.0.1:443',
};
const ending = ENDINGS.Closed;
const dangerous: PeerEvidence = { ...EVIDENCE, dangerous: true };
const problem = new OptionRangeError('tls.key', 'does not fit the certificate');

const EVENTS: { readonly [Tag in SocketEvent['_tag']]: Extract<SocketEvent, { _tag: Tag }> } = {
  Dialled: { _tag: 'Dialled', attempt: 1 },
  OpeningStarted: { _tag: 'OpeningStarted', info },
  Opened: { _tag: 'Opened', info },
  PongReceived: { _tag: 'PongReceived', rtt: 12 },
  CloseStarted: { _tag: 'CloseStarted', code: 4000, reason: 'done' },
  RetryScheduled: { _tag: 'RetryScheduled', attempt: 2, delay: 100, retryAt: 1_100, ending },
  Ended: { _tag: 'Ended', ending },
};

describe('SessionJournal', () => {
  const stops: (() => void)[] = [];
  let told: (readonly [string, unknown])[] = [];
  let counters = new SocketCounters();
  let context: JournalContext = makeContext();

  beforeEach(() => {
    told = [];
    counters = new SocketCounters();
    context = makeContext();
  });

  afterEach(() => {
    for (const stop of stops.splice(0)) stop();
  });

  function makeContext(): JournalContext {
    return {
      socket: 7,
      counters,
      lifecycle: {
        opened: (each) => told.push(['opened', each]),
        closing: () => told.push(['closing', undefined]),
        closed: (each) => told.push(['closed', each]),
      },
      dangersTold: new Set(),
    };
  }

  /** Listens to every channel. */
  function listen(): void {
    for (const name of CHANNEL_NAMES) {
      stops.push(subscribeChannel(name, (message) => told.push([name, message])));
    }
  }

  const stats = (): SocketStats =>
    counters.snapshot(0, { queuedMessages: 0, queuedBytes: 0, bufferedAmount: 0, since: 0 });

  it('should tell the channels and the observers of a whole life, in order', () => {
    listen();
    const journal = new SessionJournal(context);
    journal.moved(EVENTS.Dialled);
    journal.moved(EVENTS.OpeningStarted);
    journal.moved(EVENTS.Opened);
    journal.pinged();
    journal.moved(EVENTS.PongReceived);
    journal.moved(EVENTS.CloseStarted);
    journal.lost(ending);
    journal.moved(EVENTS.RetryScheduled);
    journal.moved({ _tag: 'Dialled', attempt: 2 });
    journal.lost(ENDINGS.NetworkFailed);
    const error = new Error('the end');
    journal.ended(ENDINGS.NetworkFailed, O.some(error));
    expect(told).toEqual([
      ['rx-wss:connecting', { socket: 7, attempt: 1 }],
      ['rx-wss:opening', { socket: 7, attempt: 1, connection: 1, info }],
      ['rx-wss:open', { socket: 7, attempt: 1, connection: 1, info }],
      ['opened', info],
      ['rx-wss:ping', { socket: 7, connection: 1 }],
      ['rx-wss:pong', { socket: 7, connection: 1, rtt: 12 }],
      ['rx-wss:closing', { socket: 7, connection: 1, code: 4000, reason: 'done' }],
      ['closing', undefined],
      ['rx-wss:close', { socket: 7, attempt: 1, connection: 1, ending }],
      ['closed', ending],
      ['rx-wss:retry', { socket: 7, attempt: 2, delay: 100, retryAt: 1_100, ending }],
      ['rx-wss:connecting', { socket: 7, attempt: 2 }],
      ['rx-wss:close', { socket: 7, attempt: 2, ending: ENDINGS.NetworkFailed }],
      ['closed', ENDINGS.NetworkFailed],
      ['rx-wss:end', { socket: 7, ending: ENDINGS.NetworkFailed, error }],
    ]);
  });

  it('should count the same, whether anybody listens or not', () => {
    const live = (journal: SessionJournal): void => {
      journal.moved(EVENTS.Dialled);
      journal.lost(ENDINGS.NetworkFailed);
      journal.moved(EVENTS.RetryScheduled);
      journal.moved({ _tag: 'Dialled', attempt: 2 });
      journal.moved(EVENTS.OpeningStarted);
      journal.pinged();
      journal.moved(EVENTS.Opened);
      journal.pinged();
      journal.moved(EVENTS.PongReceived);
      journal.moved(EVENTS.CloseStarted);
      journal.lost(ending);
      journal.ended(ending, O.none);
    };
    live(new SessionJournal(context));
    expect(stats()).toMatchObject({
      attempts: 2,
      connections: 1,
      reconnects: 0,
      pings: 2,
      pongs: 1,
      rtt: 12,
    });
    const counted = stats();
    expect(told.map(([what]) => what)).toEqual(['closed', 'opened', 'closing', 'closed']);
    counters = new SocketCounters();
    context = makeContext();
    listen();
    live(new SessionJournal(context));
    expect(stats()).toEqual(counted);
  });

  it('should have counted before it tells', () => {
    const seen: unknown[] = [];
    const look = (what: string) => () => {
      const { attempts, connections, pings, pongs } = stats();
      seen.push([what, attempts, connections, pings, pongs]);
    };
    stops.push(
      subscribeChannel('rx-wss:connecting', look('connecting')),
      subscribeChannel('rx-wss:open', look('open')),
      subscribeChannel('rx-wss:ping', look('ping')),
      subscribeChannel('rx-wss:pong', look('pong')),
    );
    const journal = new SessionJournal(context);
    journal.moved(EVENTS.Dialled);
    journal.moved(EVENTS.Opened);
    journal.pinged();
    journal.moved(EVENTS.PongReceived);
    expect(seen).toEqual([
      ['connecting', 1, 0, 0, 0],
      ['open', 1, 1, 0, 0],
      ['ping', 1, 1, 1, 0],
      ['pong', 1, 1, 1, 1],
    ]);
  });

  describe('the number of the connection', () => {
    it('should be that of the next one until it opens, and its own then', () => {
      listen();
      const journal = new SessionJournal(context);
      expect(journal.connection).toBe(1);
      journal.moved(EVENTS.Dialled);
      journal.moved(EVENTS.OpeningStarted);
      journal.pinged();
      expect(journal.connection).toBe(1);
      journal.moved(EVENTS.Opened);
      expect(journal.connection).toBe(1);
      journal.pinged();
      journal.lost(ending);
      expect(journal.connection).toBe(2);
      const connections = told.flatMap(([name, message]) =>
        name === 'rx-wss:ping' ? [message] : [],
      );
      expect(connections).toEqual([
        { socket: 7, connection: 1 },
        { socket: 7, connection: 1 },
      ]);
    });

    it('should not be given to a connection that onOpen did not have', () => {
      listen();
      const journal = new SessionJournal(context);
      for (const attempt of [1, 2]) {
        journal.moved({ _tag: 'Dialled', attempt });
        journal.moved(EVENTS.OpeningStarted);
        journal.moved(EVENTS.CloseStarted);
        journal.lost(ENDINGS.OpeningRefused);
      }
      const messages = (name: string): unknown[] =>
        told.flatMap(([each, message]) => (each === name ? [message] : []));
      expect(messages('rx-wss:opening')).toMatchObject([{ connection: 1 }, { connection: 1 }]);
      expect(messages('rx-wss:closing')).toMatchObject([{ connection: 1 }, { connection: 1 }]);
      for (const each of messages('rx-wss:close')) expect(each).not.toHaveProperty('connection');
      expect(stats().connections).toBe(0);
    });

    it('should go on over the sessions of a socket', () => {
      listen();
      const first = new SessionJournal(context);
      first.moved(EVENTS.Dialled);
      first.moved(EVENTS.Opened);
      const second = new SessionJournal(context);
      second.moved(EVENTS.Dialled);
      expect(second.connection).toBe(2);
      second.moved(EVENTS.Opened);
      // The first one has its closing handshake to finish.
      first.lost(ending);
      second.lost(ending);
      const closes = told.flatMap(([name, message]) => (name === 'rx-wss:close' ? [message] : []));
      expect(closes).toMatchObject([{ connection: 1 }, { connection: 2 }]);
    });
  });

  describe('the end', () => {
    const ends = (): unknown[] =>
      told.flatMap(([name, message]) => (name === 'rx-wss:end' ? [message] : []));

    it('should be told without an error when there is none', () => {
      listen();
      new SessionJournal(context).ended(ending, O.none);
      expect(ends()).toEqual([{ socket: 7, ending }]);
      expect(ends()[0]).not.toHaveProperty('error');
    });

    it('should be told with an error also when that is undefined', () => {
      listen();
      new SessionJournal(context).ended(ending, O.some(undefined));
      expect(ends()[0]).toHaveProperty('error', undefined);
    });

    it('should be told of a session that was hung up', () => {
      listen();
      const journal = new SessionJournal(context);
      journal.moved(EVENTS.Dialled);
      journal.lost(ENDINGS.Cancelled);
      journal.moved({ _tag: 'Ended', ending: ENDINGS.Cancelled });
      expect(ends()).toEqual([{ socket: 7, ending: ENDINGS.Cancelled }]);
    });

    it('should be told once, the first time', () => {
      listen();
      const journal = new SessionJournal(context);
      const error = new Error('aborted');
      journal.ended(ENDINGS.Cancelled, O.some(error));
      // The closing handshake comes to its end behind it.
      journal.moved(EVENTS.CloseStarted);
      journal.lost(ending);
      journal.moved(EVENTS.Ended);
      journal.ended(ending, O.none);
      expect(ends()).toEqual([{ socket: 7, ending: ENDINGS.Cancelled, error }]);
    });

    it('should not be told later to a listener who comes after it', () => {
      const journal = new SessionJournal(context);
      journal.ended(ending, O.none);
      listen();
      journal.moved(EVENTS.Ended);
      expect(ends()).toEqual([]);
    });

    it('should be told once for each session', () => {
      listen();
      for (const journal of [new SessionJournal(context), new SessionJournal(context)]) {
        journal.ended(ending, O.none);
      }
      expect(ends()).toHaveLength(2);
    });
  });

  describe('what is to be known of TLS', () => {
    const notices = (): unknown[] =>
      told.flatMap(([name, message]) => (name === 'rx-wss:tls' ? [message] : []));

    const opened = (more: Partial<OpenInfo>): void => {
      const journal = new SessionJournal(context);
      journal.moved(EVENTS.Dialled);
      journal.moved({ _tag: 'Opened', info: { ...info, ...more } });
    };

    it('should be nothing where all is well', () => {
      listen();
      opened({});
      opened({ tls: EVIDENCE, proxyTls: EVIDENCE });
      expect(notices()).toEqual([]);
    });

    it('should be told before the connection is told to be open', () => {
      listen();
      opened({ tls: dangerous });
      expect(told.map(([what]) => what)).toEqual([
        'rx-wss:connecting',
        'rx-wss:tls',
        'rx-wss:open',
        'opened',
      ]);
    });

    it('should be told of a danger once for the socket, of server and proxy each', () => {
      listen();
      opened({ tls: dangerous });
      opened({ tls: dangerous, proxyTls: dangerous });
      opened({ tls: dangerous, proxyTls: dangerous });
      const accepted = { _tag: 'DangerAccepted', socket: 7, address: info.address, tls: dangerous };
      expect(notices()).toEqual([
        { ...accepted, role: 'server' },
        { ...accepted, role: 'proxy' },
      ]);
    });

    it('should be kept for a listener who comes later', () => {
      opened({ tls: dangerous });
      listen();
      opened({ tls: dangerous });
      expect(notices()).toHaveLength(1);
    });

    it('should be told of credentials that were kept, every time', () => {
      listen();
      const tls = { ...EVIDENCE, problem };
      opened({ tls });
      opened({ tls, proxyTls: { ...EVIDENCE, problem } });
      const kept = { _tag: 'CredentialsKept', socket: 7, problem };
      expect(notices()).toEqual([kept, kept, kept]);
    });

    it('should be told of both, the credentials first', () => {
      listen();
      opened({ tls: { ...dangerous, problem } });
      expect(notices()).toMatchObject([{ _tag: 'CredentialsKept' }, { _tag: 'DangerAccepted' }]);
    });
  });
});
