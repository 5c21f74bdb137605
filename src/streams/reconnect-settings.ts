import { checkDuration, checkFunction, checkKeys } from '../errors/option-checks.js';
import { checkPolicy } from './backoff/check-given.js';
import { DEFAULT_MIN_UPTIME } from './backoff/retry-counter.js';
import type { RetryRules } from './backoff/retry-counter.js';
import type { RetryPolicy } from './backoff/retry-policy.js';
import type { Ending } from './ending.js';
import { isTransient } from './is-transient.js';
import type { ReconnectOptions } from './socket-options.js';

/** How a lost line is dialled again. */
export interface ReconnectSettings extends RetryRules {
  readonly isTransient: (ending: Ending) => boolean;
  readonly refreshCredentials:
    ((ending: Ending, signal: AbortSignal) => void | PromiseLike<void>) | undefined;
}

/**
 * Checks the option, and fills in the defaults.
 *
 * @throws OptionTypeError or OptionRangeError, naming the option.
 */
export function checkReconnect(
  reconnect: RetryPolicy | ReconnectOptions | undefined,
  random: () => number,
): ReconnectSettings | undefined {
  if (reconnect === undefined) return undefined;
  if (typeof reconnect === 'function') {
    return {
      option: 'reconnect',
      policy: reconnect,
      minUptime: DEFAULT_MIN_UPTIME,
      isTransient,
      canRefresh: false,
      refreshCredentials: undefined,
      random,
    };
  }
  checkKeys('reconnect', reconnect, ['policy', 'minUptime', 'isTransient', 'refreshCredentials']);
  const { refreshCredentials } = reconnect;
  checkPolicy('reconnect.policy', reconnect.policy);
  checkFunction('reconnect.isTransient', reconnect.isTransient);
  checkFunction('reconnect.refreshCredentials', refreshCredentials);
  return {
    option: 'reconnect.policy',
    policy: reconnect.policy,
    minUptime: checkDuration('reconnect.minUptime', reconnect.minUptime, DEFAULT_MIN_UPTIME),
    isTransient: reconnect.isTransient ?? isTransient,
    canRefresh: refreshCredentials !== undefined,
    refreshCredentials,
    random,
  };
}
