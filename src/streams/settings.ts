import type { LookupFunction } from 'node:net';

import { asyncScheduler } from 'rxjs';
import type { SchedulerLike } from 'rxjs';

import { json } from '../codec/json.js';
import type { Codec } from '../codec/codec.js';
import {
  checkBoolean,
  checkDuration,
  checkFunction,
  checkKeys,
  checkMethods,
  checkNumber,
  MAX_TIMER,
  show,
} from '../errors/option-checks.js';
import { OptionTypeError } from '../errors/option-error.js';
import type { TlsOptions } from '../tls/tls-options.js';
import { createTlsProfile } from '../tls/tls-profile.js';
import type { TlsProfile } from '../tls/tls-profile.js';
import { checkGiven, checkPolicy } from './backoff/check-given.js';
import { DEFAULT_MIN_UPTIME } from './backoff/retry-counter.js';
import type { RetryRules } from './backoff/retry-counter.js';
import type { ConnectionLimits } from './connection.js';
import type { Ending } from './ending.js';
import { isCompletion } from './is-completion.js';
import { isTransient } from './is-transient.js';
import { DEFAULT_OUTBOX } from './outbox.js';
import type { OutboxLimits } from './outbox.js';
import { perAttempt } from './per-attempt.js';
import type { Resolve } from './per-attempt.js';
import { checkProxy } from './proxy-settings.js';
import type { ProxySettings } from './proxy-settings.js';
import { checkRejectionRule } from './rejection-rule.js';
import type { RejectionJudge } from './rejection-rule.js';
import { checkHeaders, checkValue } from './request-headers.js';
import { checkUrl } from './request-url.js';
import type { RequestUrl } from './request-url.js';
import { DEFAULT_SOCKET_OPTIONS } from './socket-options.js';
import type { PerAttempt, SocketOptions } from './socket-options.js';
import { checkProtocols } from './subprotocols.js';

/** What one attempt is made with. */
export interface AttemptSettings {
  readonly url: Resolve<RequestUrl>;
  readonly headers: Resolve<Record<string, string | string[]>>;
  readonly protocols: readonly string[];
  readonly origin: string | undefined;
  readonly tls: Resolve<TlsProfile>;
  readonly proxy: ProxySettings | undefined;
  readonly connectTimeout: number;
  readonly limits: ConnectionLimits;
  readonly lookup: LookupFunction | undefined;
  readonly scheduler: SchedulerLike;
}

/** How a lost line is dialled again. */
export interface ReconnectSettings extends RetryRules {
  readonly isTransient: (ending: Ending) => boolean;
}

/** The options of a socket, checked and with their defaults filled in. */
export interface Settings<In, Out> extends AttemptSettings {
  readonly codec: Codec<In, Out>;
  /** Makes the judge of the messages that one connection brings and that do not decode. */
  readonly onRejected: () => RejectionJudge;
  readonly reconnect: ReconnectSettings | undefined;
  readonly completeOn: (ending: Ending) => boolean;
  readonly outbox: OutboxLimits;
  readonly signal: AbortSignal | undefined;
}

const KNOWN = [
  'url',
  'headers',
  'protocols',
  'origin',
  'tls',
  'proxy',
  'codec',
  'onRejected',
  'reconnect',
  'completeOn',
  'outbox',
  'connectTimeout',
  'closeTimeout',
  'maxPayload',
  'maxFragments',
  'maxBufferedChunks',
  'perMessageDeflate',
  'signal',
  'lookup',
  'scheduler',
  'random',
] as const;

/**
 * Checks `options` and fills in the defaults. Certificate files are read, to be checked as well.
 *
 * @throws OptionTypeError or OptionRangeError, naming the option.
 */
export function checkOptions<In, Out>(options: SocketOptions<In, Out>): Settings<In, Out> {
  checkKeys('options', options, KNOWN);
  const {
    completeOn = isCompletion,
    headers = {},
    lookup,
    onRejected = DEFAULT_SOCKET_OPTIONS.onRejected,
    scheduler = asyncScheduler,
    signal,
  } = options;
  checkFunction('completeOn', completeOn);
  checkFunction('lookup', lookup);
  checkMethods('scheduler', scheduler, ['schedule', 'now']);
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new OptionTypeError('signal', `must be an AbortSignal, got ${show(signal)}`);
  }
  return {
    url: perAttempt('url', options.url, (option, value) =>
      checkScheme(options.tls !== undefined, checkUrl(option, value)),
    ),
    headers: perAttempt('headers', headers, checkHeaders),
    protocols: checkProtocols('protocols', options.protocols),
    origin:
      options.origin === undefined ? undefined : checkValue('origin', 'origin', options.origin),
    tls: checkTls(options.tls),
    proxy: checkProxy(options.proxy),
    codec: checkCodec(options.codec),
    onRejected: checkRejectionRule('onRejected', onRejected),
    reconnect: checkReconnect(options),
    completeOn,
    outbox: checkOutbox(options.outbox),
    connectTimeout: checkDuration(
      'connectTimeout',
      options.connectTimeout,
      DEFAULT_SOCKET_OPTIONS.connectTimeout,
    ),
    limits: checkLimits(options),
    signal,
    lookup,
    scheduler,
  };
}

function checkLimits<In, Out>(options: SocketOptions<In, Out>): ConnectionLimits {
  const defaults = DEFAULT_SOCKET_OPTIONS;
  const { closeTimeout, perMessageDeflate } = options;
  const limit = (name: 'maxPayload' | 'maxFragments' | 'maxBufferedChunks'): number =>
    checkNumber(name, options[name], defaults[name], { min: 1, integer: true });
  return {
    closeTimeout: checkNumber('closeTimeout', closeTimeout, defaults.closeTimeout, {
      min: 0,
      max: MAX_TIMER,
    }),
    maxPayload: limit('maxPayload'),
    maxFragments: limit('maxFragments'),
    maxBufferedChunks: limit('maxBufferedChunks'),
    perMessageDeflate: checkBoolean(
      'perMessageDeflate',
      perMessageDeflate,
      defaults.perMessageDeflate,
    ),
  };
}

function checkScheme(hasTls: boolean, url: RequestUrl): RequestUrl {
  if (hasTls && !url.secure) {
    throw new OptionTypeError('tls', 'is given, but the URL has the scheme ws:');
  }
  return url;
}

function checkTls(tls: PerAttempt<TlsOptions> = {}): Resolve<TlsProfile> {
  // What a function gives is checked where it is: planTls takes nothing on trust.
  if (typeof tls === 'function') {
    return perAttempt('tls', tls, (path, given) => {
      // Not the defaults: they would leave the client certificate out without a word.
      checkGiven(path, given);
      return createTlsProfile(path, given as TlsOptions);
    });
  }
  const profile = createTlsProfile('tls', tls);
  profile.check();
  return () => Promise.resolve(profile);
}

function checkCodec<In, Out>(codec: Codec<In, Out> | undefined): Codec<In, Out> {
  // Without a codec the messages are of type unknown, which json() reads and writes.
  if (codec === undefined) return json() as Codec<In, Out>;
  checkMethods('codec', codec, ['decode', 'encode']);
  return codec;
}

function checkOutbox(options: unknown = {}): OutboxLimits {
  checkKeys('outbox', options, ['maxMessages', 'maxBytes']);
  const limit = (name: keyof OutboxLimits): number =>
    checkNumber(`outbox.${name}`, options[name], DEFAULT_OUTBOX[name], { min: 0, integer: true });
  return { maxMessages: limit('maxMessages'), maxBytes: limit('maxBytes') };
}

function checkReconnect<In, Out>(options: SocketOptions<In, Out>): ReconnectSettings | undefined {
  const { reconnect, random = Math.random } = options;
  checkFunction('random', random);
  if (reconnect === undefined) return undefined;
  if (typeof reconnect === 'function') {
    return {
      option: 'reconnect',
      policy: reconnect,
      minUptime: DEFAULT_MIN_UPTIME,
      isTransient,
      random,
    };
  }
  checkKeys('reconnect', reconnect, ['policy', 'minUptime', 'isTransient']);
  checkPolicy('reconnect.policy', reconnect.policy);
  checkFunction('reconnect.isTransient', reconnect.isTransient);
  return {
    option: 'reconnect.policy',
    policy: reconnect.policy,
    minUptime: checkDuration('reconnect.minUptime', reconnect.minUptime, DEFAULT_MIN_UPTIME),
    isTransient: reconnect.isTransient ?? isTransient,
    random,
  };
}
