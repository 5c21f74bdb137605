import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Closed, Ending } from '../../src/streams/ending.js';
import { isTransient } from '../../src/streams/is-transient.js';
import { ENDINGS } from './endings.js';

const closed = (by: Closed['by'], code: number): Ending => ({
  _tag: 'Closed',
  by,
  phase: 'open',
  uptime: 10,
  code,
  reason: '',
  wasClean: true,
});

const refused = (status: number): Ending => ({
  _tag: 'UpgradeRefused',
  by: 'server',
  phase: 'upgrade',
  uptime: 0,
  status,
  statusText: '',
  headers: {},
  body: '',
});

const refusedByProxy = (status: number): Ending => ({
  _tag: 'ProxyRefused',
  by: 'network',
  phase: 'proxy',
  uptime: 0,
  proxy: 'proxy.example:3128',
  status,
  statusText: '',
  headers: {},
});

describe('isTransient', () => {
  it.each(['dns', 'refused', 'reset', 'ended', 'unreachable', 'other'] as const)(
    'should call NetworkFailed of kind %s transient',
    (kind) => {
      for (const phase of ['proxy', 'tcp', 'open'] as const) {
        const ending: Ending = { _tag: 'NetworkFailed', by: 'network', phase, uptime: 0, kind };
        expect(isTransient(ending)).toBe(true);
      }
    },
  );

  it.each<[string, boolean, Ending]>([
    [
      'TimedOut',
      true,
      {
        _tag: 'TimedOut',
        by: 'policy',
        phase: 'tls',
        uptime: 0,
        option: 'connectTimeout',
        limit: 10,
      },
    ],
    [
      'TimedOut of onOpen',
      true,
      { ...ENDINGS.TimedOut, phase: 'opening', option: 'openTimeout', limit: 10 },
    ],
    [
      'TimedOut of the heartbeat',
      true,
      { ...ENDINGS.TimedOut, phase: 'open', option: 'heartbeat.timeout', limit: 10 },
    ],
    [
      'TimedOut of a connection that brings nothing',
      true,
      { ...ENDINGS.TimedOut, phase: 'open', option: 'idleTimeout', limit: 10 },
    ],
    ['OpeningRefused', false, ENDINGS.OpeningRefused],
    ['Overrun', false, ENDINGS.Overrun],
    ['OpeningRefused with a code of its own', false, { ...ENDINGS.OpeningRefused, code: 1012 }],
    [
      'ProviderFailed',
      true,
      { _tag: 'ProviderFailed', by: 'client', phase: 'options', uptime: 0, option: 'headers' },
    ],
    [
      'OptionsInvalid',
      false,
      { _tag: 'OptionsInvalid', by: 'client', phase: 'options', uptime: 0, option: 'url' },
    ],
    ['Cancelled', false, { _tag: 'Cancelled', by: 'client', phase: 'open', uptime: 5 }],
    [
      'UpgradeInvalid',
      false,
      { _tag: 'UpgradeInvalid', by: 'server', phase: 'upgrade', uptime: 0, violation: 'accept' },
    ],
    [
      'TlsFailed in the handshake',
      false,
      {
        _tag: 'TlsFailed',
        by: 'server',
        phase: 'tls',
        uptime: 0,
        reason: 'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA',
        alert: 48,
        policyErrors: [],
        pins: [],
        advice: '',
      },
    ],
    [
      'TlsFailed in the verification',
      false,
      {
        _tag: 'TlsFailed',
        by: 'policy',
        phase: 'verify',
        uptime: 0,
        reason: 'CERT_HAS_EXPIRED',
        policyErrors: ['chain'],
        pins: [],
        advice: '',
      },
    ],
    [
      'TlsFailed with the proxy',
      false,
      {
        _tag: 'TlsFailed',
        by: 'policy',
        phase: 'proxy',
        uptime: 0,
        reason: 'CERT_HAS_EXPIRED',
        policyErrors: ['chain'],
        pins: [],
        advice: '',
      },
    ],
    [
      'ProtocolViolated',
      false,
      {
        _tag: 'ProtocolViolated',
        by: 'server',
        phase: 'open',
        uptime: 5,
        code: 1007,
        violation: 'INVALID_UTF8',
      },
    ],
    ['MessageRejected', false, ENDINGS.MessageRejected],
    ['MessageRejected with a code of its own', false, { ...ENDINGS.MessageRejected, code: 1012 }],
  ])('should judge %s: transient is %s', (_name, expected, ending) => {
    expect(isTransient(ending)).toBe(expected);
  });

  it.each([400, 401, 403, 404, 407, 410])('should call HTTP status %i fatal', (status) => {
    expect(isTransient(refused(status))).toBe(false);
    expect(isTransient(refusedByProxy(status))).toBe(false);
  });

  it.each([200, 301, 402, 405, 408, 409, 425, 426, 429, 499, 500, 502, 503, 504])(
    'should call HTTP status %i transient',
    (status) => {
      expect(isTransient(refused(status))).toBe(true);
      expect(isTransient(refusedByProxy(status))).toBe(true);
    },
  );

  it.each([1000, 1002, 1003, 1005, 1007, 1008, 1009, 1010, 4400, 4401, 4499])(
    "should call the server's close code %i fatal",
    (code) => {
      expect(isTransient(closed('server', code))).toBe(false);
    },
  );

  it.each([1001, 1006, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4399, 4500, 4999])(
    "should call the server's close code %i transient",
    (code) => {
      expect(isTransient(closed('server', code))).toBe(true);
    },
  );

  it('should call a close by the client fatal, whatever its code', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1000, max: 4999 }), (code) => {
        expect(isTransient(closed('client', code))).toBe(false);
      }),
    );
  });
});
