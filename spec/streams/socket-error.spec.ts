import { describe, expect, expectTypeOf, it } from 'vitest';
import { OptionTypeError } from '../../src/errors/option-error.js';
import { WssError } from '../../src/errors/wss-error.js';
import { describeEnding } from '../../src/streams/describe-ending.js';
import type {
  Ending,
  MessageRejected,
  NetworkFailed,
  OpeningRefused,
  ProxyRefused,
  TimedOut,
  TlsFailed,
} from '../../src/streams/ending.js';
import {
  AbortedError,
  CloseError,
  NetworkError,
  OpeningError,
  OptionsError,
  OverrunError,
  ProtocolError,
  ProviderError,
  ProxyError,
  RejectedError,
  SocketError,
  TimeoutError,
  TlsError,
  toSocketError,
  UpgradeInvalidError,
  UpgradeRefusedError,
} from '../../src/streams/socket-error.js';
import { ENDINGS } from './endings.js';

const CLASSES = [
  ['Closed', CloseError, 'CloseError', 'ERR_WSS_CLOSED'],
  ['UpgradeRefused', UpgradeRefusedError, 'UpgradeRefusedError', 'ERR_WSS_UPGRADE_REFUSED'],
  ['UpgradeInvalid', UpgradeInvalidError, 'UpgradeInvalidError', 'ERR_WSS_UPGRADE_INVALID'],
  ['NetworkFailed', NetworkError, 'NetworkError', 'ERR_WSS_REFUSED'],
  ['TlsFailed', TlsError, 'TlsError', 'ERR_WSS_CERTIFICATE'],
  ['ProxyRefused', ProxyError, 'ProxyError', 'ERR_WSS_PROXY_REFUSED'],
  ['TimedOut', TimeoutError, 'TimeoutError', 'ERR_WSS_CONNECT_TIMEOUT'],
  ['ProtocolViolated', ProtocolError, 'ProtocolError', 'ERR_WSS_PROTOCOL'],
  ['MessageRejected', RejectedError, 'RejectedError', 'ERR_WSS_REJECTED'],
  ['OpeningRefused', OpeningError, 'OpeningError', 'ERR_WSS_OPENING_REFUSED'],
  ['Overrun', OverrunError, 'OverrunError', 'ERR_WSS_OVERRUN'],
  ['OptionsInvalid', OptionsError, 'OptionsError', 'ERR_WSS_OPTIONS'],
  ['ProviderFailed', ProviderError, 'ProviderError', 'ERR_WSS_PROVIDER'],
  ['Cancelled', AbortedError, 'AbortedError', 'ERR_WSS_ABORTED'],
] as const;

describe('toSocketError', () => {
  it('should know every ending', () => {
    expect(CLASSES.map(([tag]) => tag).sort()).toEqual(Object.keys(ENDINGS).sort());
  });

  it.each(CLASSES)('should give for %s its class, tag and code', (tag, OwnClass, _tag, code) => {
    const ending = ENDINGS[tag];
    const error: unknown = toSocketError(ending);
    expect(error).toMatchObject({ _tag, code, message: describeEnding(ending) });
    expect(error).toHaveProperty('ending', ending);
    for (const [, EachClass] of CLASSES) {
      expect(error instanceof EachClass).toBe(EachClass === OwnClass);
    }
    expect(error).toBeInstanceOf(SocketError);
    expect(error).toBeInstanceOf(WssError);
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(OptionTypeError);
  });

  it.each(CLASSES)('should give for %s the name that users look for', (tag, _class, name) => {
    // Like fetch and node:events, so that `error.name === 'AbortError'` holds.
    const expected = name === 'AbortedError' ? 'AbortError' : name;
    expect(toSocketError(ENDINGS[tag]).name).toBe(expected);
  });

  it.each(CLASSES)('should hand on the cause of %s, and have none without one', (tag) => {
    const cause = new Error('underneath');
    expect(toSocketError({ ...ENDINGS[tag], cause }).cause).toBe(cause);
    const without = { ...ENDINGS[tag], cause: undefined };
    expect(Object.hasOwn(toSocketError(without), 'cause')).toBe(false);
  });

  it.each<[NetworkFailed['kind'], string]>([
    ['dns', 'ERR_WSS_DNS'],
    ['refused', 'ERR_WSS_REFUSED'],
    ['reset', 'ERR_WSS_RESET'],
    ['ended', 'ERR_WSS_ENDED'],
    ['unreachable', 'ERR_WSS_UNREACHABLE'],
    ['other', 'ERR_WSS_NETWORK'],
  ])('should tell a network that failed by its code: %s', (kind, code) => {
    expect(toSocketError({ ...ENDINGS.NetworkFailed, kind }).code).toBe(code);
  });

  it.each<[TimedOut['option'], string]>([
    ['connectTimeout', 'ERR_WSS_CONNECT_TIMEOUT'],
    ['openTimeout', 'ERR_WSS_OPEN_TIMEOUT'],
    ['heartbeat.timeout', 'ERR_WSS_HEARTBEAT_TIMEOUT'],
    ['idleTimeout', 'ERR_WSS_IDLE_TIMEOUT'],
  ])('should tell a limit that ran out by its code: %s', (option, code) => {
    expect(toSocketError({ ...ENDINGS.TimedOut, option }).code).toBe(code);
  });

  it.each<[TlsFailed['phase'], string]>([
    ['tls', 'ERR_WSS_TLS'],
    ['verify', 'ERR_WSS_CERTIFICATE'],
    ['proxy', 'ERR_WSS_TLS'],
  ])('should tell a handshake from a certificate: %s', (phase, code) => {
    expect(toSocketError({ ...ENDINGS.TlsFailed, phase }).code).toBe(code);
  });

  it('should recognise the error of another copy of the package', () => {
    const foreign = Object.defineProperty(new Error('x'), Symbol.for('rx-wss.error'), {
      value: ['WssError', 'CloseError', 'SocketError', 'WssError'],
    });
    expect(foreign).toBeInstanceOf(CloseError);
    expect(foreign).toBeInstanceOf(SocketError);
    expect(foreign).not.toBeInstanceOf(TlsError);
  });

  it('should type the ending of each class', () => {
    expectTypeOf<SocketError['ending']>().toEqualTypeOf<Ending>();
    expectTypeOf<NetworkError['ending']>().toEqualTypeOf<NetworkFailed>();
    expectTypeOf<TlsError['ending']>().toEqualTypeOf<TlsFailed>();
    expectTypeOf<ProxyError['ending']>().toEqualTypeOf<ProxyRefused>();
    expectTypeOf<OpeningError['ending']>().toEqualTypeOf<OpeningRefused>();
    expectTypeOf<RejectedError['ending']>().toEqualTypeOf<MessageRejected>();
  });
});
