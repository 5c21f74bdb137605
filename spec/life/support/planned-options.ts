import * as O from 'fp-ts/lib/Option.js';

import { exponentialBackoff } from '../../../src/streams/backoff/exponential-backoff.js';
import type { RetryPolicy } from '../../../src/streams/backoff/retry-policy.js';
import { isCompletion } from '../../../src/streams/is-completion.js';
import { isTransient } from '../../../src/streams/is-transient.js';
import type { Ending } from '../../../src/streams/ending.js';
import type { OnOpen } from '../../../src/streams/opening-session.js';
import type { HeartbeatOptions } from '../../../src/streams/heartbeat-options.js';
import type { ReconnectOptions, SocketOptions } from '../../../src/streams/socket-options.js';
import type { PlannedOptions } from './life-plan.js';
import type { LifeClock } from './life-clock.js';

/** The message that `onOpen` logs in with, and the one that is sent in place of a ping. */
export const LOGIN = 'login';
export const BEAT = 'beat';
/** What answers a beat. */
export const BEAT_ANSWER = 'alive';

/** The backoff of all plans: the delays are 100 ms, 200 ms … up to a second, before jitter. */
export const BACKOFF = { initialDelay: 100, maxDelay: 1_000, factor: 2 } as const;

/** What a function among the options throws that is said to be faulty. */
const FAULT = new Error('a function among the options is at fault');

/** What the functions among the options tell. */
export interface OptionEvents {
  /** A function among the options threw, so that the stream is to fail with it. */
  readonly faulted: () => void;
  /** Credentials are to be refreshed. */
  readonly refreshing: (ending: Ending) => void;
  readonly refreshed: () => void;
}

/** Gives the options of a socket that a plan speaks of. */
export function plannedOptions(
  plan: PlannedOptions,
  clock: LifeClock,
  events: OptionEvents,
): SocketOptions<unknown, unknown> {
  const { linger, openTimeout, idleTimeout, connectTimeout, closeTimeout } = plan;
  const reconnect = reconnectOf(plan, clock, events);
  return {
    url: urlOf(plan),
    linger,
    openTimeout,
    idleTimeout,
    connectTimeout,
    closeTimeout,
    scheduler: clock,
    random: randomOf(7),
    outbox: {
      maxMessages: plan.maxMessages,
      overflow: plan.overflow,
      highWaterMark: plan.highWaterMark,
    },
    onOpen: onOpenOf(plan),
    heartbeat: heartbeatOf(plan, events),
    completeOn: completeOnOf(plan),
    onRejected: rejectionRuleOf(plan, events),
    ...(reconnect === undefined ? {} : { reconnect }),
  };
}

/** A small generator of numbers, the same for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}

function fault(events: OptionEvents): never {
  events.faulted();
  throw FAULT;
}

function urlOf({ url }: PlannedOptions): SocketOptions<unknown, unknown>['url'] {
  const urls = ['ws://one.example', 'ws://two.example'];
  if (url === 'one') return 'ws://one.example';
  return url === 'two' ? urls : { urls, start: 'random', rest: 100 };
}

function policyOf({ reconnect, maxRetries }: PlannedOptions): RetryPolicy {
  const jitter = reconnect === 'decorrelated' || reconnect === 'full' ? reconnect : 'none';
  const policy: RetryPolicy =
    reconnect === 'immediate' ? () => O.some(10) : exponentialBackoff({ ...BACKOFF, jitter });
  return (status) => (status.iterNumber >= maxRetries ? O.none : policy(status));
}

function reconnectOf(
  plan: PlannedOptions,
  clock: LifeClock,
  { refreshing, refreshed }: OptionEvents,
): ReconnectOptions | undefined {
  if (plan.reconnect === 'none') return undefined;
  const refreshCredentials = async (ending: Ending): Promise<void> => {
    refreshing(ending);
    if (plan.refresh === 'slow') {
      await new Promise<void>((resolve) => {
        clock.schedule(() => resolve(), 30);
      });
    }
    refreshed();
    if (plan.refresh === 'fails') throw new Error('no credentials');
  };
  return {
    policy: policyOf(plan),
    minUptime: plan.minUptime,
    isTransient: plan.isTransient === 'always' ? () => true : isTransient,
    ...(plan.refresh === 'none' ? {} : { refreshCredentials }),
  };
}

function onOpenOf({ onOpen }: PlannedOptions): OnOpen<unknown, unknown> | undefined {
  switch (onOpen) {
    case 'none':
      return undefined;
    case 'instant':
      return () => undefined;
    case 'hang':
      return () => new Promise<void>(() => undefined);
    case 'refuse':
      return () => Promise.reject(new Error('not wanted'));
    case 'login':
      return async (session) => {
        session.send(LOGIN);
        const isAnswer = (message: unknown): message is string =>
          message === 'welcome' || message === 'denied';
        const answer = await session.receive(isAnswer);
        if (answer === 'denied') throw new Error('The login was refused');
      };
  }
}

function heartbeatOf(
  { heartbeat }: PlannedOptions,
  events: OptionEvents,
): false | HeartbeatOptions {
  const times = { interval: 100, timeout: 40 };
  switch (heartbeat) {
    case 'none':
      return false;
    case 'ping':
      return times;
    case 'message':
      return { ...times, message: () => BEAT };
    case 'answer':
      return { ...times, message: () => BEAT, isAnswer: (message) => message === BEAT_ANSWER };
    case 'faulty':
      return { ...times, message: () => fault(events) };
  }
}

function completeOnOf({ completeOn }: PlannedOptions): (ending: Ending) => boolean {
  switch (completeOn) {
    case 'default':
      return isCompletion;
    case 'going-away':
      return (ending) => isCompletion(ending) || (ending._tag === 'Closed' && ending.code === 1001);
    case 'never':
      return () => false;
    case 'faulty':
      return () => {
        throw FAULT;
      };
  }
}

function rejectionRuleOf(
  { onRejected }: PlannedOptions,
  events: OptionEvents,
): NonNullable<SocketOptions<unknown, unknown>['onRejected']> {
  switch (onRejected) {
    case 'report':
    case 'fail':
      return onRejected;
    case 'limit':
      return { maxRejected: 1, interval: 1_000 };
    case 'faulty':
      return () => fault(events);
  }
}
