import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OptionTypeError } from '../../src/errors/option-error.js';
import { describeEnding } from '../../src/streams/describe-ending.js';
import type { Ending, NetworkFailed, Phase } from '../../src/streams/ending.js';
import { ENDINGS } from './endings.js';

const { Closed, UpgradeRefused, NetworkFailed: Network, Cancelled, OptionsInvalid } = ENDINGS;

describe('describeEnding', () => {
  it.each<[Ending, string]>([
    [Closed, 'The server closed the connection with code 1012 (restart)'],
    [{ ...Closed, reason: '' }, 'The server closed the connection with code 1012'],
    [
      { ...Closed, by: 'client', code: 1000, reason: '', wasClean: false },
      'The client closed the connection with code 1000; the closing handshake was not completed',
    ],
    [UpgradeRefused, 'The server answered the opening handshake with HTTP 401 Unauthorized'],
    [
      { ...UpgradeRefused, status: 599, statusText: '' },
      'The server answered the opening handshake with HTTP 599',
    ],
    [
      ENDINGS.UpgradeInvalid,
      "The server's answer to the opening handshake is invalid: Invalid Upgrade header",
    ],
    [Network, 'The connection was refused during the TCP connect (ECONNREFUSED)'],
    [
      ENDINGS.TlsFailed,
      "TLS failed while the server's certificate was verified: CERT_HAS_EXPIRED. Renew it",
    ],
    [
      ENDINGS.ProxyRefused,
      'The proxy proxy.example:3128 answered with HTTP 407 Proxy Authentication Required',
    ],
    [
      { ...ENDINGS.ProxyRefused, status: 502, statusText: '' },
      'The proxy proxy.example:3128 answered with HTTP 502',
    ],
    [
      { ...ENDINGS.TlsFailed, phase: 'proxy' },
      'TLS failed on the way through the proxy: CERT_HAS_EXPIRED. Renew it',
    ],
    [ENDINGS.TimedOut, 'connectTimeout of 250 ms ran out during the opening handshake'],
    [
      { ...ENDINGS.TimedOut, phase: 'opening', option: 'openTimeout' },
      'openTimeout of 250 ms ran out while onOpen was under way',
    ],
    [
      { ...ENDINGS.TimedOut, phase: 'open', option: 'heartbeat.timeout' },
      'heartbeat.timeout of 250 ms ran out while the connection was open',
    ],
    [
      { ...ENDINGS.TimedOut, phase: 'open', option: 'idleTimeout' },
      'idleTimeout of 250 ms ran out while the connection was open',
    ],
    [
      ENDINGS.OpeningRefused,
      'onOpen refused the connection; it was closed with code 1008; see cause',
    ],
    [
      { ...ENDINGS.OpeningRefused, code: 4001, reason: 'a\nb' },
      'onOpen refused the connection; it was closed with code 4001 (a\\u000ab); see cause',
    ],
    [
      ENDINGS.ProtocolViolated,
      'The server broke the protocol: INVALID_UTF8; answered with close code 1007',
    ],
    [
      ENDINGS.MessageRejected,
      'A message was rejected by the json codec (schema); the connection was closed with code 1008',
    ],
    [
      { ...ENDINGS.MessageRejected, code: 4000, reason: 'enough' },
      'A message was rejected by the json codec (schema); the connection was closed with code 4000 (enough)',
    ],
    [
      ENDINGS.Overrun,
      'A consumer could not keep up: 2000 bytes waited for it, more than its maxBytes of 1000; the connection was closed with code 1008',
    ],
    [OptionsInvalid, 'An option of the attempt is invalid: url'],
    [
      { ...OptionsInvalid, cause: new OptionTypeError('url', 'must be a string') },
      'An option of the attempt is invalid: url: must be a string',
    ],
    [ENDINGS.ProviderFailed, 'The function given as headers failed; see cause'],
    [Cancelled, 'The connection was cancelled while the host name was looked up'],
  ])('should describe $_tag', (ending, expected) => {
    expect(describeEnding(ending)).toBe(expected);
  });

  it.each<[NetworkFailed['kind'], string]>([
    ['dns', 'The host name could not be resolved during the TCP connect'],
    ['refused', 'The connection was refused during the TCP connect'],
    ['reset', 'The connection was reset during the TCP connect'],
    ['ended', 'The connection ended without a WebSocket close during the TCP connect'],
    ['unreachable', 'The server could not be reached during the TCP connect'],
    ['other', 'The network failed during the TCP connect'],
  ])('should describe a network that failed: %s', (kind, expected) => {
    const ending: NetworkFailed = {
      _tag: 'NetworkFailed',
      by: 'network',
      phase: 'tcp',
      uptime: 0,
      kind,
    };
    expect(describeEnding(ending)).toBe(expected);
  });

  it.each<[Phase, string]>([
    ['options', 'while the options of the attempt were gathered'],
    ['proxy', 'on the way through the proxy'],
    ['dns', 'while the host name was looked up'],
    ['tcp', 'during the TCP connect'],
    ['tls', 'during the TLS handshake'],
    ['verify', "while the server's certificate was verified"],
    ['upgrade', 'during the opening handshake'],
    ['opening', 'while onOpen was under way'],
    ['open', 'while the connection was open'],
    ['closing', 'during the closing handshake'],
  ])('should say when: %s', (phase, expected) => {
    expect(describeEnding({ ...Cancelled, phase })).toBe(
      `The connection was cancelled ${expected}`,
    );
  });

  it('should begin with the target where it is known', () => {
    expect(describeEnding({ ...Cancelled, target: 'feed.example.com:443' })).toBe(
      'feed.example.com:443: The connection was cancelled while the host name was looked up',
    );
  });

  it('should escape whatever text the peer wrote, and cut it', () => {
    const reason = `a\nb\u001b[31m\u202e${'x'.repeat(300)}`;
    const sentences = [
      describeEnding({ ...Closed, reason }),
      describeEnding({ ...UpgradeRefused, statusText: reason }),
      describeEnding({ ...ENDINGS.UpgradeInvalid, violation: reason }),
      describeEnding({ ...ENDINGS.TlsFailed, reason }),
      describeEnding({ ...ENDINGS.ProxyRefused, statusText: reason }),
    ];
    for (const sentence of sentences) {
      expect(sentence).toContain('a\\u000ab\\u001b[31m\\u202ex');
      expect(sentence.length).toBeLessThan(350);
    }
  });

  it('should be one line, whatever the peer wrote', () => {
    const units = fc.array(fc.integer({ min: 0, max: 0xffff }));
    fc.assert(
      fc.property(units, (codes) => {
        const text = String.fromCharCode(...codes);
        for (const ending of [
          { ...Closed, reason: text },
          { ...UpgradeRefused, statusText: text, body: text },
          { ...ENDINGS.UpgradeInvalid, violation: text },
          { ...ENDINGS.ProxyRefused, statusText: text },
        ]) {
          expect(describeEnding(ending)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
        }
      }),
    );
  });

  it('should escape the name of a codec and the reason of our own close', () => {
    const { MessageRejected } = ENDINGS;
    const failure = { ...MessageRejected.failure, codec: 'a\nb' };
    expect(describeEnding({ ...MessageRejected, failure, reason: 'c\u001bd' })).toBe(
      'A message was rejected by the a\\u000ab codec (schema); the connection was closed with code 1008 (c\\u001bd)',
    );
  });

  it('should show no header, no body, no payload and no cause', () => {
    const cause = new Error('secret');
    for (const ending of Object.values(ENDINGS)) {
      if (ending._tag === 'OptionsInvalid') continue;
      expect(describeEnding({ ...ending, cause })).not.toContain('secret');
    }
  });

  it('should end without a full stop and fit on a line', () => {
    for (const ending of Object.values(ENDINGS)) {
      expect(describeEnding(ending)).toMatch(/^[A-Zco][^\n]{10,200}[^.\s]$/);
    }
  });
});
