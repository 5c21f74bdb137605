import * as O from 'fp-ts/lib/Option.js';
import { describe, expect, it } from 'vitest';
import { OptionRangeError, OptionTypeError } from '../../src/errors/option-error.js';
import { DEFAULT_MIN_UPTIME } from '../../src/streams/backoff/retry-counter.js';
import { isTransient } from '../../src/streams/is-transient.js';
import { checkReconnect } from '../../src/streams/reconnect-settings.js';
import type { ReconnectOptions } from '../../src/streams/socket-options.js';

const policy = (): O.Option<number> => O.none;
const random = (): number => 0;

describe('checkReconnect', () => {
  it('should be nothing without the option', () => {
    expect(checkReconnect(undefined, random)).toBeUndefined();
  });

  it('should be a policy with the defaults, under its own name', () => {
    expect(checkReconnect(policy, random)).toEqual({
      option: 'reconnect',
      policy,
      minUptime: DEFAULT_MIN_UPTIME,
      isTransient,
      canRefresh: false,
      refreshCredentials: undefined,
      random,
    });
  });

  it('should fill in the defaults', () => {
    expect(checkReconnect({ policy }, random)).toEqual({
      ...checkReconnect(policy, random),
      option: 'reconnect.policy',
    });
  });

  it('should take what is given', () => {
    const given = {
      policy,
      minUptime: 0,
      isTransient: () => true,
      refreshCredentials: () => undefined,
    };
    expect(checkReconnect(given, random)).toEqual({
      ...given,
      option: 'reconnect.policy',
      canRefresh: true,
      random,
    });
  });

  it.each<[unknown, typeof OptionTypeError | typeof OptionRangeError, RegExp]>([
    [null, OptionTypeError, /^reconnect: /],
    [true, OptionTypeError, /^reconnect: /],
    [{}, OptionTypeError, /^reconnect\.policy: /],
    [{ policy: 100 }, OptionTypeError, /^reconnect\.policy: /],
    [{ policy, minUptime: -1 }, OptionRangeError, /^reconnect\.minUptime: /],
    [{ policy, isTransient: true }, OptionTypeError, /^reconnect\.isTransient: /],
    [{ policy, refreshCredentials: 1 }, OptionTypeError, /^reconnect\.refreshCredentials: /],
    [
      { policy, delay: 1 },
      OptionTypeError,
      /^reconnect\.delay: is not an option; known here: policy, /,
    ],
  ])('should refuse %o', (options, type, message) => {
    const check = (): unknown => checkReconnect(options as ReconnectOptions, random);
    expect(check).toThrow(type);
    expect(check).toThrow(message);
  });
});
