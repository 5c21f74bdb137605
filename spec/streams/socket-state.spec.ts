import { describe, expect, it } from 'vitest';
import { IDLE, transition } from '../../src/streams/socket-state.js';
import type { OpenInfo, SocketEvent, SocketState } from '../../src/streams/socket-state.js';
import type { PeerEvidence } from '../../src/tls/peer-evidence.js';
import { ENDINGS } from './endings.js';

const ending = ENDINGS.NetworkFailed;
const laterEnding = ENDINGS.Closed;
const info: OpenInfo = { since: 1_000, protocol: 'feed.v1', address: '127.0.0.1:443' };

const STATES: { readonly [Tag in SocketState['_tag']]: Extract<SocketState, { _tag: Tag }> } = {
  Idle: IDLE,
  Connecting: { _tag: 'Connecting', attempt: 3 },
  Open: { _tag: 'Open', attempt: 3, ...info },
  Waiting: { _tag: 'Waiting', attempt: 4, delay: 200, ending },
  Closing: { _tag: 'Closing', code: 1000, reason: '' },
  Closed: { _tag: 'Closed', ending },
};

const EVENTS: { readonly [Tag in SocketEvent['_tag']]: Extract<SocketEvent, { _tag: Tag }> } = {
  Dialled: { _tag: 'Dialled', attempt: 5 },
  Opened: { _tag: 'Opened', info },
  RetryScheduled: { _tag: 'RetryScheduled', attempt: 4, delay: 400, ending: laterEnding },
  CloseStarted: { _tag: 'CloseStarted', code: 4000, reason: 'done' },
  Ended: { _tag: 'Ended', ending: laterEnding },
};

const connecting: SocketState = { _tag: 'Connecting', attempt: 5 };
const open: SocketState = { _tag: 'Open', attempt: 3, ...info };
const waiting: SocketState = { _tag: 'Waiting', attempt: 4, delay: 400, ending: laterEnding };
const closing: SocketState = { _tag: 'Closing', code: 4000, reason: 'done' };
const closed: SocketState = { _tag: 'Closed', ending: laterEnding };
const same = undefined;

/** What follows, by state and event; `same` for the very state. */
const TABLE: Readonly<
  Record<SocketState['_tag'], Readonly<Record<SocketEvent['_tag'], SocketState | undefined>>>
> = {
  Idle: {
    Dialled: connecting,
    Opened: same,
    RetryScheduled: same,
    CloseStarted: same,
    Ended: same,
  },
  Connecting: {
    Dialled: connecting,
    Opened: open,
    RetryScheduled: waiting,
    CloseStarted: same,
    Ended: closed,
  },
  Open: {
    Dialled: connecting,
    Opened: same,
    RetryScheduled: waiting,
    CloseStarted: closing,
    Ended: closed,
  },
  Waiting: {
    Dialled: connecting,
    Opened: same,
    RetryScheduled: same,
    CloseStarted: same,
    Ended: closed,
  },
  Closing: {
    Dialled: connecting,
    Opened: same,
    RetryScheduled: waiting,
    CloseStarted: same,
    Ended: closed,
  },
  Closed: {
    Dialled: connecting,
    Opened: same,
    RetryScheduled: same,
    CloseStarted: same,
    Ended: same,
  },
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
    expect(PAIRS).toHaveLength(6 * 5);
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
    const event: SocketEvent = { _tag: 'Opened', info: { ...info, tls } };
    expect(transition(STATES.Connecting, event)).toEqual({ ...open, tls });
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
