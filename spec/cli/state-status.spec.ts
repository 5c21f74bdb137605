import { describe, expect, it } from 'vitest';

import { endingText, isCleanEnding, stateStatus } from '../../src/cli/state-status.js';
import type { Ending, OpenState, PeerEvidence } from '../../src/index.js';

const TARGET = 'wss://127.0.0.1:443';

const CLOSED: Ending = {
  _tag: 'Closed',
  by: 'server',
  phase: 'open',
  uptime: 10,
  target: '127.0.0.1:443',
  code: 1000,
  reason: '',
  wasClean: true,
};

const RESTARTED: Ending = { ...CLOSED, code: 1012, reason: 'restart' };

const OPEN: OpenState = {
  _tag: 'Open',
  attempt: 1,
  since: 0,
  target: '127.0.0.1:443',
  protocol: '',
  address: '127.0.0.1:443',
};

const PEER: PeerEvidence = {
  protocol: 'TLSv1.3',
  cipher: 'TLS_AES_256_GCM_SHA384',
  subject: 'CN=local\u001bhost',
  issuer: 'CN=authority',
  altNames: 'DNS:local\nhost',
  validTo: new Date(0),
  pins: [],
  acceptedBy: 'chain',
  dangerous: false,
};

describe('stateStatus', () => {
  it('should have nothing to say before the first attempt', () => {
    expect(stateStatus({ _tag: 'Idle' }, TARGET)).toBeUndefined();
  });

  it.each([
    {
      state: { _tag: 'Connecting', attempt: 2 } as const,
      status: { label: 'Connecting', colour: 'yellow', text: 'wss://127.0.0.1:443, attempt 2' },
    },
    {
      state: {
        _tag: 'Opening',
        attempt: 1,
        target: 'feed.example:443',
        protocol: '',
        address: '127.0.0.1:443',
      } as const,
      status: {
        label: 'Opening',
        colour: 'yellow',
        text: '127.0.0.1:443, the login is under way',
      },
    },
    {
      state: { _tag: 'Waiting', attempt: 3, delay: 250, retryAt: 0, ending: RESTARTED } as const,
      status: {
        label: 'Waiting',
        colour: 'yellow',
        text: 'attempt 3 in 250 ms. The server closed the connection with code 1012 (restart)',
      },
    },
    {
      state: { _tag: 'Closing', code: 1000, reason: '' } as const,
      status: { label: 'Closing', colour: 'cyan', text: 'with code 1000' },
    },
    {
      state: { _tag: 'Closed', ending: CLOSED } as const,
      status: {
        label: 'Closed',
        colour: 'green',
        text: 'The server closed the connection with code 1000',
      },
    },
    {
      state: { _tag: 'Closed', ending: RESTARTED } as const,
      status: {
        label: 'Closed',
        colour: 'red',
        text: 'The server closed the connection with code 1012 (restart)',
      },
    },
  ])('should describe $state._tag', ({ state, status }) => {
    expect(stateStatus(state, TARGET)).toEqual(status);
  });

  it.each([
    { state: OPEN, text: '127.0.0.1:443, without TLS' },
    {
      state: { ...OPEN, protocol: 'feed.v1\u001b', tls: PEER },
      text: '127.0.0.1:443, TLSv1.3, TLS_AES_256_GCM_SHA384, server CN=local\\u001bhost, subprotocol feed.v1\\u001b',
    },
    {
      state: { ...OPEN, tls: { ...PEER, subject: '' } },
      text: '127.0.0.1:443, TLSv1.3, TLS_AES_256_GCM_SHA384, server DNS:local\\u000ahost',
    },
  ])('should describe an open connection: $text', ({ state, text }) => {
    expect(stateStatus(state, TARGET)).toEqual({ label: 'Open', colour: 'green', text });
  });
});

describe('endingText', () => {
  it('should name the options of the command in the advice on TLS', () => {
    const ending: Ending = {
      _tag: 'TlsFailed',
      by: 'policy',
      phase: 'verify',
      uptime: 0,
      target: 'a.example:443',
      reason: 'SELF_SIGNED_CERT_IN_CHAIN',
      policyErrors: ['chain'],
      pins: [],
      advice: 'if it is the right one, give it as tls.ca',
    };
    expect(endingText(ending)).toMatch(/SELF_SIGNED_CERT_IN_CHAIN\. if .* give it as --ca$/);
  });

  it('should name the time limit that ran out, without a target as well', () => {
    const ending: Ending = {
      _tag: 'TimedOut',
      by: 'policy',
      phase: 'tcp',
      uptime: 0,
      option: 'connectTimeout',
      limit: 5,
    };
    expect(endingText(ending)).toBe('--connect-timeout of 5 ms ran out during the TCP connect');
  });

  it("should leave the server's own words alone", () => {
    expect(endingText({ ...CLOSED, reason: 'tls.ca' })).toMatch(/\(tls\.ca\)$/);
  });
});

describe('isCleanEnding', () => {
  it.each([
    { ending: CLOSED, clean: true },
    { ending: { ...CLOSED, code: 1005 }, clean: true },
    { ending: { ...CLOSED, by: 'client' } as const, clean: true },
    { ending: { ...CLOSED, by: 'client', wasClean: false } as const, clean: false },
    { ending: RESTARTED, clean: false },
    {
      ending: { _tag: 'Cancelled', by: 'client', phase: 'dns', uptime: 0 } as const,
      clean: false,
    },
  ])('should be $clean for $ending', ({ ending, clean }) => {
    expect(isCleanEnding(ending)).toBe(clean);
  });
});
