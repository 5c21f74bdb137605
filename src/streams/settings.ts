import type { LookupFunction } from 'node:net';

import { asyncScheduler } from 'rxjs';
import type { SchedulerLike } from 'rxjs';

import type { Codec } from '../codec/codec.js';
import {
  checkBoolean,
  checkDuration,
  checkFunction,
  checkKeys,
  checkMethods,
  checkNumber,
  MAX_TIMER,
} from '../errors/option-checks.js';
import { OptionTypeError } from '../errors/option-error.js';
import type { TlsOptions } from '../tls/tls-options.js';
import { createTlsProfile } from '../tls/tls-profile.js';
import type { TlsProfile } from '../tls/tls-profile.js';
import { checkGiven } from './backoff/check-given.js';
import type { Route } from './channel/channel-hub.js';
import { checkSignal } from './check-signal.js';
import { checkCloseRequest, NORMAL_CLOSE } from './close-request.js';
import type { CloseOrder } from './close-request.js';
import type { ConnectionLimits } from './connection.js';
import type { Ending } from './ending.js';
import { checkCodec } from './given-codec.js';
import { checkHeartbeat } from './heartbeat-options.js';
import type { HeartbeatSettings } from './heartbeat-options.js';
import { isCompletion } from './is-completion.js';
import { createLifecycle } from './lifecycle-events.js';
import type { Lifecycle } from './lifecycle-events.js';
import type { OnOpen } from './opening-session.js';
import { checkAcknowledge } from './outbox/acknowledge-options.js';
import type { AcknowledgeSettings } from './outbox/acknowledge-options.js';
import { checkOutbox } from './outbox/outbox-options.js';
import type { OutboxLimits } from './outbox/outbox-options.js';
import { perAttempt } from './per-attempt.js';
import type { Resolve } from './per-attempt.js';
import { checkProxy } from './proxy-settings.js';
import type { ProxySettings } from './proxy-settings.js';
import { checkRejectionRule } from './rejection-rule.js';
import type { RejectionJudge } from './rejection-rule.js';
import { checkHeaders, checkValue } from './request-headers.js';
import { checkReconnect } from './reconnect-settings.js';
import type { ReconnectSettings } from './reconnect-settings.js';
import { refuseForeign } from './refuse-foreign.js';
import { checkRequests } from './request/request-options.js';
import type { RequestsOptions } from './request/request-options.js';
import { checkResume } from './resume-cursor.js';
import type { ResumeCursor } from './resume-cursor.js';
import { DEFAULT_SOCKET_OPTIONS } from './socket-options.js';
import type { PerAttempt, SocketOptions } from './socket-options.js';
import { checkProtocols } from './subprotocols.js';
import { checkWhere } from './where-to.js';
import type { WhereTo } from './where-to.js';

/** What one attempt is made with. */
export interface AttemptSettings extends Pick<WhereTo, 'url'> {
  readonly headers: Resolve<Record<string, string | string[]>>;
  readonly protocols: readonly string[];
  readonly origin: string | undefined;
  readonly tls: Resolve<TlsProfile>;
  readonly proxy: ProxySettings | undefined;
  readonly connectTimeout: number;
  readonly limits: ConnectionLimits;
  readonly lookup: LookupFunction | undefined;
  readonly scheduler: SchedulerLike;
  /** Where the stream is that is to be resumed. */
  readonly cursor: Pick<ResumeCursor<never>, 'value'> | undefined;
}

/** What one line is made with, from the dial to its end. */
export interface LineSettings<In, Out> extends AttemptSettings {
  readonly codec: Codec<In, Out>;
  /** Makes the judge of the messages that one connection brings and that do not decode. */
  readonly onRejected: () => RejectionJudge;
  readonly onOpen: OnOpen<In, Out> | undefined;
  readonly openTimeout: number;
  readonly heartbeat: HeartbeatSettings<In, Out> | undefined;
  readonly idleTimeout: number;
}

/** What a stream is made with, over all its lines. */
export interface SessionSettings<In, Out>
  extends LineSettings<In, Out>, Pick<WhereTo, 'endpoints'> {
  readonly reconnect: ReconnectSettings | undefined;
  readonly completeOn: (ending: Ending) => boolean;
  readonly closeWith: CloseOrder;
  readonly signal: AbortSignal | undefined;
}

/** The options of a socket, checked and with their defaults filled in. */
export interface Settings<In, Out> extends SessionSettings<In, Out> {
  readonly cursor: ResumeCursor<In> | undefined;
  readonly lifecycle: Lifecycle;
  readonly linger: number;
  readonly outbox: OutboxLimits;
  readonly acknowledge: AcknowledgeSettings<In, Out> | undefined;
  readonly requests: RequestsOptions<In, Out> | undefined;
  readonly route: Route<In> | undefined;
}

const KNOWN = [
  'url',
  'headers',
  'protocols',
  'protocol',
  'origin',
  'tls',
  'proxy',
  'codec',
  'serializer',
  'deserializer',
  'binaryType',
  'onRejected',
  'onOpen',
  'openTimeout',
  'heartbeat',
  'idleTimeout',
  'reconnect',
  'completeOn',
  'openObserver',
  'closeObserver',
  'closingObserver',
  'linger',
  'closeWith',
  'outbox',
  'acknowledge',
  'resume',
  'requests',
  'route',
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
  refuseForeign(options);
  checkKeys('options', options, KNOWN);
  const defaults = DEFAULT_SOCKET_OPTIONS;
  const {
    completeOn = isCompletion,
    headers = {},
    lookup,
    onOpen,
    onRejected = defaults.onRejected,
    random = Math.random,
    scheduler = asyncScheduler,
    signal,
  } = options;
  checkFunction('completeOn', completeOn);
  checkFunction('lookup', lookup);
  checkFunction('onOpen', onOpen);
  checkFunction('random', random);
  checkFunction('route', options.route);
  checkMethods('scheduler', scheduler, ['schedule', 'now']);
  return {
    ...checkWhere(options, scheduler, random),
    headers: perAttempt('headers', headers, checkHeaders),
    protocols: checkEitherProtocols(options),
    origin:
      options.origin === undefined ? undefined : checkValue('origin', 'origin', options.origin),
    tls: checkTls(options.tls),
    proxy: checkProxy(options.proxy),
    codec: checkCodec(options),
    onRejected: checkRejectionRule('onRejected', onRejected),
    onOpen,
    openTimeout: checkDuration('openTimeout', options.openTimeout, defaults.openTimeout),
    heartbeat: checkHeartbeat('heartbeat', options.heartbeat),
    idleTimeout: checkDuration('idleTimeout', options.idleTimeout, defaults.idleTimeout, 1),
    reconnect: checkReconnect(options.reconnect, random),
    completeOn,
    requests: checkRequests(options.requests),
    route: options.route,
    cursor: checkResume('resume', options.resume),
    lifecycle: createLifecycle(options),
    linger: checkDuration('linger', options.linger, defaults.linger),
    closeWith: checkCloseWith(options.closeWith),
    outbox: checkOutbox('outbox', options.outbox),
    acknowledge: checkAcknowledge('acknowledge', options.acknowledge),
    connectTimeout: checkDuration(
      'connectTimeout',
      options.connectTimeout,
      defaults.connectTimeout,
    ),
    limits: checkLimits(options),
    signal: checkSignal('signal', signal),
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

function checkEitherProtocols<In, Out>(options: SocketOptions<In, Out>): readonly string[] {
  const { protocol, protocols } = options;
  if (protocol === undefined) return checkProtocols('protocols', protocols);
  if (protocols !== undefined) {
    throw new OptionTypeError('protocol', 'is another name of protocols: give one of them');
  }
  return checkProtocols('protocol', protocol);
}

function checkCloseWith(closeWith: unknown = NORMAL_CLOSE): CloseOrder {
  checkKeys('closeWith', closeWith, ['code', 'reason']);
  const { code, reason } = closeWith;
  return checkCloseRequest('closeWith', { code, reason });
}
