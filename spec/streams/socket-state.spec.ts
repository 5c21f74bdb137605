import { describe, expect, it } from 'vitest';
import { IDLE, transition } from '../../src/streams/socket-state.js';
import type {
  ConnectionInfo,
  OpenInfo,
  SocketEvent,
  SocketState,
} from '../../src/streams/socket-state.js';
import type { PeerEvidence } from '../../src/tls/peer-evidence.js';
import { ENDINGS } from './endings.js';

const ending = ENDINGS.NetworkFailed;
const laterEnding = ENDINGS.Closed;
const info: ConnectionInfo = {
  target: 'feed.example.com:443',
  protocol: 'feed.v1',
  address: '127.0.0.1:443',
};
const openInfo: OpenInfo = { ...info, since: 1_000 };
const times = { attempt: 4, delay: 400, retryAt: 1_700, retryAfter: 300 };

const STATES: { readonly [Tag in SocketState['_tag']]: Extract<SocketState, { _tag: Tag }> } = {
  Idle: IDLE,
  Connecting: { _tag: 'Connecting', attempt: 3 },
  Opening: { _tag: 'Opening', attempt: 3, ...info },
  Open: { _tag: 'Open', attempt: 3, ...openInfo, rtt: 70 },
  Waiting: { _tag: 'Waiting', attempt: 4, delay: 200, retryAt: 1_200, ending },
  Closing: { _tag: 'Closing', code: 1000, reason: '' },
  Closed: { _tag: 'Closed', ending },
};

const EVENTS: { readonly [Tag in SocketEvent['_tag']]: Extract<SocketEvent, { _tag: Tag }> } = {
  Dialled: { _tag: 'Dialled', attempt: 5 },
  OpeningStarted: { _tag: 'OpeningStarted', info },
  Opened: { _tag: 'Opened', info: openInfo },
  PongReceived: { _tag: 'PongReceived', rtt: 40 },
  RetryScheduled: { _tag: 'RetryScheduled', ...times, ending: laterEnding },
  CloseStarted: { _tag: 'CloseStarted', code: 4000, reason: 'done' },
  Ended: { _tag: 'Ended', ending: laterEnding },
};

const connecting: SocketState = { _tag: 'Connecting', attempt: 5 };
const opening: SocketState = { _tag: 'Opening', attempt: 3, ...info };
const open: SocketState = { _tag: 'Open', attempt: 3, ...openInfo };
const waiting: SocketState = { _tag: 'Waiting', ...times, ending: laterEnding };
const closing: SocketState = { _tag: 'Closing', code: 4000, reason: 'done' };
const closed: SocketState = { _tag: 'Closed', ending: laterEnding };
const same = undefined;

const NOTHING_BUT_DIALLED = {
  Dialled: connecting,
  OpeningStarted: same,
  Opened: same,
  PongReceived: same,
  RetryScheduled: same,
  CloseStarted: same,
  Ended: same,
};

/** What follows, by state and event; `same` for the very state. */
const TABLE: Readonly<
  Record<SocketState['_tag'], Readonly<Record<SocketEvent['_tag'], SocketState | undefined>>>
> = {
  Idle: NOTHING_BUT_DIALLED,
  Connecting: {
    Dialled: connecting,
    OpeningStarted: opening,
    Opened: open,
    PongReceived: same,
    RetryScheduled: waiting,
    CloseStarted: same,
    Ended: closed,
  },
  Opening: {
    Dialled: connecting,
    OpeningStarted: same,
    Opened: open,
    PongReceived: same,
    RetryScheduled: waiting,
    CloseStarted: closing,
    Ended: closed,
  },
  Open: {
    Dialled: connecting,
    OpeningStarted: same,
    Opened: same,
    PongReceived: { ...open, rtt: 40 },
    RetryScheduled: waiting,
    CloseStarted: closing,
    Ended: closed,
  },
  Waiting: { ...NOTHING_BUT_DIALLED, Ended: closed },
  Closing: { ...NOTHING_BUT_DIALLED, RetryScheduled: waiting, Ended: closed },
  Closed: NOTHING_BUT_DIALLED,
};

const PAIRS = Object.values(STATES).flatMap((state) =>
  Object.values(EVENTS).map((event) => ({
    state,
    event,
    expected: TABLE[state._tag][event._tag],
    name: TABLE[state._tag][event._tag]?._tag ?? 'the same state',
  })),
);

describe('transition', () => {
  it('should be walked over every pair', () => {
    expect(PAIRS).toHaveLength(7 * 7);
  });

  it.each(PAIRS)(
    'should give in $state._tag on $event._tag: $name',
    ({ state, event, expected }) => {
      const next = transition(state, event);
      if (expected === undefined) expect(next).toBe(state);
      else expect(next).toEqual(expected);
    },
  );

  it('should carry the evidence of TLS into the open state', () => {
    const tls: PeerEvidence = {
      protocol: 'TLSv1.3',
      cipher: 'TLS_AES_256_GCM_SHA384',
      subject: 'CN=x',
      issuer: 'CN=y',
      altNames: 'DNS:x',
      validTo: new Date(0),
      pins: [],
      acceptedBy: 'chain',
      dangerous: false,
    };
    const evidence = { tls, proxyTls: { ...tls, subject: 'CN=proxy' } };
    const started: SocketEvent = { _tag: 'OpeningStarted', info: { ...info, ...evidence } };
    expect(transition(STATES.Connecting, started)).toEqual({ ...opening, ...evidence });
    const event: SocketEvent = { _tag: 'Opened', info: { ...openInfo, ...evidence } };
    expect(transition(STATES.Connecting, event)).toEqual({ ...open, ...evidence });
    expect(transition(STATES.Opening, event)).toEqual({ ...open, ...evidence });
  });

  it('should not tell of the round trip before the first answer', () => {
    expect(transition(STATES.Connecting, EVENTS.Opened)).not.toHaveProperty('rtt');
  });

  it('should tell the state anew with every answer to a ping, also after the same time', () => {
    const first = transition(STATES.Connecting, EVENTS.Opened);
    const second = transition(first, EVENTS.PongReceived);
    const third = transition(second, EVENTS.PongReceived);
    expect(second).toEqual({ ...first, rtt: 40 });
    expect(third).toEqual(second);
    expect(third).not.toBe(second);
  });

  it('should say what the server asked for only where it asked', () => {
    const event: SocketEvent = { _tag: 'RetryScheduled', attempt: 2, delay: 1, retryAt: 2, ending };
    expect(transition(STATES.Open, event)).not.toHaveProperty('retryAfter');
    expect(transition(STATES.Open, EVENTS.RetryScheduled)).toHaveProperty('retryAfter', 300);
  });

  it('should change neither the state nor the event', () => {
    for (const { state, event } of PAIRS) {
      const before = JSON.stringify([state, event]);
      transition(Object.freeze({ ...state }), Object.freeze({ ...event }));
      expect(JSON.stringify([state, event])).toBe(before);
    }
  });
});

describe('IDLE', () => {
  it('should hold nothing, for good', () => {
    expect(IDLE).toEqual({ _tag: 'Idle' });
    expect(Object.isFrozen(IDLE)).toBe(true);
  });
});
