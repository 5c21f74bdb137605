import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { OptionRangeError, OptionTypeError } from '../../src/errors/option-error.js';
import { classifyError } from '../../src/streams/classify-error.js';
import type { Progress } from '../../src/streams/classify-error.js';
import type { NetworkFailed, Phase } from '../../src/streams/ending.js';
import { ProviderFailure } from '../../src/streams/per-attempt.js';
import { LineEnded } from '../../src/tls/guard-line.js';
import { LookupFailure } from '../../src/tls/lookup.js';
import { ProxyRefusal } from '../../src/tls/tunnel.js';
import { VerificationError } from '../../src/tls/verification-error.js';

const target = 'feed.example.com:443';
const pins = ['sha256/AAAA'];

const at = (phase: Phase, uptime = 0): Progress => ({ phase, target, uptime });

const errorWith = (code: unknown, message = 'x'): Error =>
  Object.assign(new Error(message), { code });

/** An error of a call of the system, as libuv makes it. */
const systemError = (code: string): Error => Object.assign(errorWith(code), { syscall: 'read' });

const PHASES: readonly Phase[] = [
  'options',
  'proxy',
  'dns',
  'tcp',
  'tls',
  'verify',
  'upgrade',
  'opening',
  'open',
  'closing',
];

const KINDS: readonly (readonly [string, NetworkFailed['kind']])[] = [
  ['ENOTFOUND', 'dns'],
  ['EAI_AGAIN', 'dns'],
  ['ECONNREFUSED', 'refused'],
  ['ECONNRESET', 'reset'],
  ['ECONNABORTED', 'reset'],
  ['EPIPE', 'reset'],
  ['ETIMEDOUT', 'unreachable'],
  ['EHOSTUNREACH', 'unreachable'],
  ['ENETUNREACH', 'unreachable'],
  ['EHOSTDOWN', 'unreachable'],
  ['ENETDOWN', 'unreachable'],
  ['EADDRNOTAVAIL', 'unreachable'],
  ['EMFILE', 'other'],
  ['EACCES', 'other'],
  ['ERR_SOCKET_CLOSED', 'other'],
];

describe('classifyError', () => {
  describe.each(PHASES)('in the phase %s', (phase) => {
    it.each(KINDS)('should call %s a network that failed: %s', (errno, kind) => {
      const error = systemError(errno);
      expect(classifyError(error, at(phase, 7))).toEqual({
        _tag: 'NetworkFailed',
        by: 'network',
        phase,
        kind,
        errno,
        uptime: 7,
        target,
        cause: error,
      });
    });
  });

  it.each([...KINDS.map(([errno]) => errno), 'ENODATA', 'EAI_FAIL'])(
    'should blame the look-up for %s where the look-up failed',
    (errno) => {
      const cause = errorWith(errno);
      for (const phase of ['dns', 'proxy', 'tcp'] as const) {
        expect(classifyError(new LookupFailure(cause), at(phase))).toEqual({
          _tag: 'NetworkFailed',
          by: 'network',
          phase,
          kind: 'dns',
          errno,
          uptime: 0,
          target,
          cause,
        });
      }
    },
  );

  it.each([new Error('no code'), 'thrown', undefined])(
    'should have no errno for a look-up that failed with %s',
    (cause) => {
      const ending = classifyError(new LookupFailure(cause), at('dns'));
      expect(ending).toMatchObject({ _tag: 'NetworkFailed', kind: 'dns', cause });
      expect(ending).not.toHaveProperty('errno');
    },
  );

  it('should not take a name that every object has for a known one', () => {
    expect(classifyError(errorWith('constructor'), at('tcp'))).toMatchObject({ kind: 'other' });
  });

  it('should take the errno of an AggregateError, for a name with many addresses', () => {
    const error = Object.assign(new AggregateError([errorWith('ECONNREFUSED')]), {
      code: 'ECONNREFUSED',
    });
    expect(classifyError(error, at('tcp'))).toMatchObject({ kind: 'refused', cause: error });
  });

  it.each<[string, unknown]>([
    ['an error without a code', new Error('x')],
    ['a code that is no text', errorWith(7)],
    ['no error', 'thrown'],
    ['undefined', undefined],
  ])('should give no errno for %s', (_name, error) => {
    const ending = classifyError(error, at('open', 3));
    expect(ending).toEqual({
      _tag: 'NetworkFailed',
      by: 'network',
      phase: 'open',
      kind: 'other',
      uptime: 3,
      target,
      cause: error,
    });
    expect(ending).not.toHaveProperty('errno');
  });

  it.each<[string, unknown, string]>([
    ['an error of ws', new Error('Invalid Upgrade header'), 'Invalid Upgrade header'],
    [
      "an error of Node's parser",
      errorWith('HPE_HEADER_OVERFLOW', 'Parse Error: Header overflow'),
      'Parse Error: Header overflow',
    ],
    ['no error', 'odd', 'odd'],
    ['undefined', undefined, 'undefined'],
  ])('should call %s in the phase upgrade an invalid answer', (_name, error, violation) => {
    expect(classifyError(error, at('upgrade'))).toEqual({
      _tag: 'UpgradeInvalid',
      by: 'server',
      phase: 'upgrade',
      violation,
      uptime: 0,
      target,
      cause: error,
    });
  });

  it.each(PHASES.filter((phase) => phase !== 'upgrade'))(
    'should not call it one in the phase %s',
    (phase) => {
      expect(classifyError(new Error('x'), at(phase))._tag).toBe('NetworkFailed');
      expect(classifyError(errorWith('HPE_INVALID'), at(phase))._tag).toBe('NetworkFailed');
    },
  );

  it.each([new OptionTypeError('tls.ca', 'x'), new OptionRangeError('tls.ca', 'x')])(
    'should call a wrong option one, however far it came: $name',
    (error) => {
      for (const phase of PHASES) {
        expect(classifyError(error, at(phase))).toEqual({
          _tag: 'OptionsInvalid',
          by: 'client',
          phase: 'options',
          option: 'tls.ca',
          uptime: 0,
          target,
          cause: error,
        });
      }
    },
  );

  it('should name the function that failed, with what it threw as the cause', () => {
    const cause = errorWith('ECONNREFUSED');
    expect(classifyError(new ProviderFailure('headers', cause), at('options'))).toEqual({
      _tag: 'ProviderFailed',
      by: 'client',
      phase: 'options',
      option: 'headers',
      uptime: 0,
      target,
      cause,
    });
  });

  it('should take over what a verification found', () => {
    const error = new VerificationError('CERT_HAS_EXPIRED', { policyErrors: ['chain'], pins });
    expect(classifyError(error, at('verify'))).toEqual({
      _tag: 'TlsFailed',
      by: 'policy',
      phase: 'verify',
      reason: 'CERT_HAS_EXPIRED',
      policyErrors: ['chain'],
      pins,
      advice: "A certificate in the server's chain has expired: renew it",
      uptime: 0,
      target,
      cause: error,
    });
  });

  it.each<[string, Error]>([
    ['a certificate', new VerificationError('CERT_HAS_EXPIRED', { policyErrors: ['chain'], pins })],
    ['a handshake', errorWith('EPROTO')],
  ])('should say that it was the TLS of the proxy: %s', (_name, error) => {
    expect(classifyError(error, at('proxy'))).toMatchObject({ _tag: 'TlsFailed', phase: 'proxy' });
  });

  it.each([
    ['CERT_HAS_EXPIRED', "A certificate in the proxy's chain has expired: renew it"],
    [
      'ERR_TLS_CERT_ALTNAME_INVALID',
      'The certificate is not for this host: dial a name that it lists, or set proxy.tls.servername to one',
    ],
    ['CERT_UNTRUSTED', 'The root is not meant for TLS servers: the chain needs another one'],
    [
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'The certificate is self-signed: if it is the right one, give it as proxy.tls.ca',
    ],
  ])('should give the advice about the proxy for %s', (reason, advice) => {
    const error = new VerificationError(reason, { policyErrors: ['chain'], pins });
    expect(classifyError(error, at('proxy'))).toMatchObject({ reason, advice });
  });

  const refusal = new ProxyRefusal(
    Object.assign(new IncomingMessage(new Socket()), {
      statusCode: 407,
      statusMessage: 'Proxy Authentication Required',
      headers: { 'proxy-authenticate': 'Basic' },
    }),
  );

  it('should tell the refusal of a proxy from one of the server', () => {
    const progress: Progress = { ...at('proxy'), proxy: 'proxy.example:3128' };
    expect(classifyError(refusal, progress)).toEqual({
      _tag: 'ProxyRefused',
      by: 'network',
      phase: 'proxy',
      proxy: 'proxy.example:3128',
      status: 407,
      statusText: 'Proxy Authentication Required',
      headers: { 'proxy-authenticate': 'Basic' },
      uptime: 0,
      target,
      cause: refusal,
    });
  });

  it('should do so too when the name of the proxy is not known', () => {
    expect(classifyError(refusal, at('proxy'))).toMatchObject({ _tag: 'ProxyRefused', proxy: '' });
  });

  it.each(PHASES)('should tell a line that ended without an error in the phase %s', (phase) => {
    const error = new LineEnded();
    expect(classifyError(error, at(phase, 2))).toEqual({
      _tag: 'NetworkFailed',
      by: 'network',
      phase,
      kind: 'ended',
      uptime: 2,
      target,
      cause: error,
    });
  });

  it.each(['tls', 'upgrade', 'open'] as const)(
    'should tell an alert of TLS 1.3 that comes in the phase %s',
    (phase) => {
      const error = errorWith(
        'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
        'error:0A00045C:SSL routines::tlsv13 alert certificate required',
      );
      expect(classifyError(error, at(phase, 5))).toMatchObject({
        _tag: 'TlsFailed',
        by: 'server',
        phase: 'tls',
        alert: 116,
        uptime: 5,
        cause: error,
      });
    },
  );

  it.each(PHASES)("should tell a line that ended from a reset by Node's error: %s", (phase) => {
    // What node:tls and node:http say of a FIN: "socket hang up", or "Client network socket disconnected …".
    const error = errorWith('ECONNRESET', 'socket hang up');
    expect(classifyError(error, at(phase, 2))).toEqual({
      _tag: 'NetworkFailed',
      by: 'network',
      phase,
      kind: 'ended',
      uptime: 2,
      target,
      cause: error,
    });
  });

  it('should leave the target out while it is not known', () => {
    const progress: Progress = { phase: 'options', target: undefined, uptime: 0 };
    for (const error of [new Error('x'), new OptionTypeError('url', 'x'), errorWith('EPROTO')]) {
      expect(classifyError(error, progress)).not.toHaveProperty('target');
    }
  });
});
