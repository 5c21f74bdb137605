import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChannelMessages, ChannelName } from '../../src/streams/channel-messages.js';
import { CHANNEL_NAMES } from '../../src/streams/channels.js';
import { describeChannelMessage } from '../../src/streams/describe-channel-message.js';
import type { Ending } from '../../src/streams/ending.js';
import { toSocketError } from '../../src/streams/socket-error.js';
import { EVIDENCE, SAMPLES } from './channel-samples.js';
import { ENDINGS } from './endings.js';

const LINES: Readonly<Record<ChannelName, string>> = {
  'rx-wss:connecting': 'socket 3: connecting: attempt 4',
  'rx-wss:opening':
    'socket 3: opening: connection 2 by attempt 4 to feed.example.com:443 (127.0.0.1:443), TLSv1.3, TLS_AES_256_GCM_SHA384, CN=feed.example.com, subprotocol feed.v1',
  'rx-wss:open':
    'socket 3: open: connection 2 by attempt 4 to localhost:80 (127.0.0.1:80), without TLS',
  'rx-wss:closing': 'socket 3: closing: connection 2 with code 4000 (done)',
  'rx-wss:close':
    'socket 3: close: connection 2 after 10 ms: The server closed the connection with code 1012 (restart)',
  'rx-wss:retry':
    'socket 3: retry: attempt 5 in 812 ms: feed.example.com:443: The connection was refused during the TCP connect (ECONNREFUSED)',
  'rx-wss:end':
    'socket 3: end: failed (ERR_WSS_UPGRADE_REFUSED): The server answered the opening handshake with HTTP 401 Unauthorized',
  'rx-wss:reject':
    'socket 3: reject: connection 2: a text message of 8 bytes did not decode (json codec, schema)',
  'rx-wss:undelivered': 'socket 3: undelivered: a message was dropped (overflow)',
  'rx-wss:ping': 'socket 3: ping: connection 2',
  'rx-wss:pong': 'socket 3: pong: connection 2 in 12 ms',
  'rx-wss:tls':
    'socket 3: tls: the credential files cannot be used as they are, the last good ones are: tls.key: does not fit the certificate',
};

// Colours, line breaks of all kinds, text that is shown backwards, half a character, a tag.
const HOSTILE =
  '\u001b[2J\u001b]0;x\u0007\r\nrx-wss\u2028\u2029\u202e\u2066\u200b\ud800\u{e0041}\0';
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

/** Every message that has text of the peer in it, made of `text`. */
function messagesWith(
  text: string,
): readonly { readonly [Name in ChannelName]: [Name, ChannelMessages[Name]] }[ChannelName][] {
  const peer = { ...EVIDENCE, subject: text, altNames: text, issuer: text };
  const info = {
    since: 0,
    target: text,
    protocol: text,
    address: '[::1]:443',
    tls: peer,
    proxyTls: peer,
  };
  const place = { socket: 1, attempt: 1, connection: 1 };
  const endings: readonly Ending[] = [
    { ...ENDINGS.Closed, reason: text },
    { ...ENDINGS.UpgradeRefused, statusText: text, headers: { [text]: text }, body: text },
    { ...ENDINGS.UpgradeInvalid, violation: text },
    { ...ENDINGS.TlsFailed, reason: text, advice: text },
    { ...ENDINGS.ProxyRefused, proxy: text, statusText: text, headers: { [text]: text } },
    { ...ENDINGS.MessageRejected, reason: text },
    { ...ENDINGS.NetworkFailed, target: text, errno: text },
    { ...ENDINGS.ProviderFailed, cause: new Error(text) },
  ];
  const failure = {
    ...ENDINGS.MessageRejected.failure,
    codec: text,
    data: Buffer.from(text),
    issues: [{ path: [text], expected: text, actual: text, message: text }],
  };
  return [
    ['rx-wss:opening', { ...place, info }],
    ['rx-wss:open', { ...place, info }],
    ['rx-wss:open', { ...place, info: { ...info, tls: { ...peer, subject: '' } } }],
    ['rx-wss:closing', { ...place, code: 4000, reason: text }],
    ['rx-wss:reject', { ...place, failure }],
    ['rx-wss:tls', { _tag: 'DangerAccepted', socket: 1, role: 'proxy', address: text, tls: peer }],
    ...endings.flatMap((ending): ReturnType<typeof messagesWith> => [
      ['rx-wss:close', { ...place, ending }],
      ['rx-wss:retry', { ...place, delay: 1, retryAt: 1, ending }],
      ['rx-wss:end', { socket: 1, ending, error: new Error(text) }],
    ]),
  ];
}

const line = ([name, message]: ReturnType<typeof messagesWith>[number]): string =>
  // TypeScript does not see that the two belong together.
  describeChannelMessage<ChannelName>(name, message);

describe('describeChannelMessage', () => {
  it.each(CHANNEL_NAMES)('should describe a message of %s', (name) => {
    expect(describeChannelMessage(name, SAMPLES[name])).toBe(LINES[name]);
  });

  it('should name an attempt that did not come to a connection by its number', () => {
    const message = { socket: 1, attempt: 7, ending: ENDINGS.UpgradeRefused };
    const rest = 'The server answered the opening handshake with HTTP 401 Unauthorized';
    expect(describeChannelMessage('rx-wss:close', message)).toBe(
      `socket 1: close: attempt 7: ${rest}`,
    );
  });

  it('should say how a stream ended that did not fail', () => {
    const ending: Ending = { ...ENDINGS.Closed, by: 'client', code: 1000, reason: '' };
    expect(describeChannelMessage('rx-wss:end', { socket: 1, ending })).toBe(
      'socket 1: end: The client closed the connection with code 1000',
    );
  });

  it("should not repeat the text of an error of the program's own", () => {
    const ending = ENDINGS.Closed;
    const error = new Error('secret');
    expect(describeChannelMessage('rx-wss:end', { socket: 1, ending, error })).toBe(
      'socket 1: end: failed (the fault of a function of the program): The server closed the connection with code 1012 (restart)',
    );
  });

  it.each(Object.values(ENDINGS))('should say how a stream failed with $_tag', (ending) => {
    const error = toSocketError(ending);
    expect(describeChannelMessage('rx-wss:end', { socket: 1, ending, error })).toMatch(
      /^socket 1: end: failed \(ERR_WSS_[A-Z_]+\): \w/,
    );
  });

  it('should say whose dangerous certificate was accepted', () => {
    const address = '127.0.0.1:443';
    const message = { socket: 1, address, tls: EVIDENCE } as const;
    expect(
      describeChannelMessage('rx-wss:tls', { _tag: 'DangerAccepted', role: 'server', ...message }),
    ).toBe(
      'socket 1: tls: the certificate of the server 127.0.0.1:443 was accepted although the checks refuse it: TLSv1.3, TLS_AES_256_GCM_SHA384, CN=feed.example.com',
    );
  });

  it('should name a server without a subject by its alternative names, and its proxy', () => {
    const tls = { ...EVIDENCE, subject: '' };
    const where = { target: 'feed.example.com:443', address: '127.0.0.1:443' };
    const info = { since: 1, protocol: '', ...where, tls, proxyTls: EVIDENCE };
    const message = { socket: 1, attempt: 1, connection: 1, info };
    expect(describeChannelMessage('rx-wss:open', message)).toBe(
      'socket 1: open: connection 1 by attempt 1 to feed.example.com:443 (127.0.0.1:443), TLSv1.3, TLS_AES_256_GCM_SHA384, DNS:feed.example.com, proxy TLSv1.3, TLS_AES_256_GCM_SHA384, CN=feed.example.com',
    );
  });

  it('should say no secret', () => {
    for (const [name, message] of Object.entries(SAMPLES)) {
      expect(describeChannelMessage(name as ChannelName, message)).not.toContain('secret');
    }
    for (const ending of Object.values(ENDINGS)) {
      const message = { socket: 1, attempt: 1, ending };
      expect(describeChannelMessage('rx-wss:close', message)).not.toContain('secret');
    }
  });

  it('should escape what a hostile peer writes, wherever it does', () => {
    for (const each of messagesWith(HOSTILE)) expect(line(each)).not.toMatch(UNSAFE);
  });

  it('should cut what a long-winded peer writes, wherever it does', () => {
    for (const each of messagesWith('x'.repeat(100_000))) {
      expect(line(each).length).toBeLessThanOrEqual(2_001);
    }
  });

  it.each(['subject', 'altNames'])('should not let a long %s push the rest out', (name) => {
    const tls = { ...EVIDENCE, subject: '', [name]: 'x'.repeat(100_000) };
    const info = { ...SAMPLES['rx-wss:open'].info, tls, protocol: 'feed.v1' };
    const message = { socket: 1, attempt: 1, connection: 1, info };
    expect(describeChannelMessage('rx-wss:open', message)).toMatch(/x…, subprotocol feed\.v1$/);
  });

  it('should be one printable line whatever the peer writes', () => {
    const text = fc.string({
      unit: fc.oneof(fc.constantFrom(...Array.from(HOSTILE)), fc.string({ unit: 'binary' })),
    });
    fc.assert(
      fc.property(text, (written) => {
        for (const each of messagesWith(written)) {
          expect(line(each)).not.toMatch(UNSAFE);
          expect(line(each)).toMatch(/^socket 1: [a-z]+: ./);
        }
      }),
      { numRuns: 100 },
    );
  });
});
