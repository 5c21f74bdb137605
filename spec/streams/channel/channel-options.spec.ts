import { describe, expect, it } from 'vitest';

import { OptionRangeError, OptionTypeError } from '../../../src/errors/option-error.js';
import { checkChannel } from '../../../src/streams/channel/channel-options.js';
import type { ChannelOptions } from '../../../src/streams/channel/channel-options.js';

const check = (options: unknown): unknown =>
  checkChannel(options as ChannelOptions<unknown, unknown>);

describe('checkChannel', () => {
  it('should fill the defaults in', () => {
    expect(check({ key: 'a' })).toEqual({ key: 'a', exclusive: false, linger: 0 });
  });

  it.each(['', 'a', 0, -1, NaN, 1n])('should take %s as a key', (key) => {
    expect(check({ key })).toMatchObject({ key });
  });

  it('should keep what is given', () => {
    const subscribe = (): string => 'sub';
    const options = {
      key: 'a',
      subscribe,
      unsubscribe: subscribe,
      failure: subscribe,
      exclusive: true,
      linger: Infinity,
    };
    expect(check(options)).toEqual(options);
  });

  it.each([
    [undefined, 'channel: must be an object, got undefined'],
    [{}, 'channel.key: must be a string, a number or a bigint, got undefined'],
    [{ key: null }, 'channel.key: must be a string, a number or a bigint, got null'],
    [{ key: { topic: 1 } }, 'channel.key: must be a string, a number or a bigint, got an object'],
    [{ key: 'a', topic: 1 }, /^channel\.topic: is not an option/],
    [{ key: 'a', subscribe: 'sub' }, "channel.subscribe: must be a function, got 'sub'"],
    [{ key: 'a', unsubscribe: 1 }, 'channel.unsubscribe: must be a function, got 1'],
    [{ key: 'a', failure: {} }, 'channel.failure: must be a function, got an object'],
    [{ key: 'a', exclusive: 'yes' }, "channel.exclusive: must be a boolean, got 'yes'"],
    [{ key: 'a', linger: '1' }, "channel.linger: must be a number, got '1'"],
  ])('should refuse %j', (options, message) => {
    expect(() => check(options)).toThrow(OptionTypeError);
    expect(() => check(options)).toThrow(message);
  });

  it('should refuse a time to linger that is out of range', () => {
    expect(() => check({ key: 'a', linger: -1 })).toThrow(OptionRangeError);
    expect(() => check({ key: 'a', linger: 2 ** 31 })).toThrow(OptionRangeError);
  });

  it('should refuse an unsubscribe that could never be sent', () => {
    expect(() => check({ key: 'a', unsubscribe: () => 'unsub' })).toThrow(OptionRangeError);
  });
});
