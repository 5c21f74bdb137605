import { describe, expect, it } from 'vitest';
import { OptionRangeError, OptionTypeError } from '../../src/errors/option-error.js';
import { classifyError } from '../../src/streams/classify-error.js';
import type { Progress } from '../../src/streams/classify-error.js';
import type { NetworkFailed, Phase } from '../../src/streams/ending.js';
import { ProviderFailure } from '../../src/streams/per-attempt.js';
import { VerificationError } from '../../src/tls/verify-peer.js';

const target = 'feed.example.com:443';

const at = (phase: Phase, uptime = 0): Progress => ({ phase, target, uptime });

const errorWith = (code: unknown, message = 'x'): Error =>
  Object.assign(new Error(message), { code });

const PHASES: readonly Phase[] = [
  'options',
  'dns',
  'tcp',
  'tls',
  'verify',
  'upgrade',
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
  describe.each(PHASES.filter((phase) => phase !== 'dns'))('in the phase %s', (phase) => {
    it.each(KINDS)('should call %s a network that failed: %s', (errno, kind) => {
      const error = errorWith(errno);
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
    'should blame the look-up for %s in the phase dns',
    (errno) => {
      expect(classifyError(errorWith(errno), at('dns'))).toMatchObject({
        _tag: 'NetworkFailed',
        phase: 'dns',
        kind: 'dns',
        errno,
      });
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
    const error = new VerificationError('CERT_HAS_EXPIRED', ['chain']);
    expect(classifyError(error, at('verify'))).toEqual({
      _tag: 'TlsFailed',
      by: 'policy',
      phase: 'verify',
      reason: 'CERT_HAS_EXPIRED',
      policyErrors: ['chain'],
      advice: "A certificate in the server's chain has expired: renew it",
      uptime: 0,
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

  it('should leave the target out while it is not known', () => {
    const progress: Progress = { phase: 'options', target: undefined, uptime: 0 };
    for (const error of [new Error('x'), new OptionTypeError('url', 'x'), errorWith('EPROTO')]) {
      expect(classifyError(error, progress)).not.toHaveProperty('target');
    }
  });
});
