import { describe, expect, expectTypeOf, it } from 'vitest';
import { OptionRangeError, OptionTypeError } from '../../src/errors/option-error.js';
import { checkHeartbeat, DEFAULT_HEARTBEAT } from '../../src/streams/heartbeat-options.js';
import type { HeartbeatOptions, HeartbeatSettings } from '../../src/streams/heartbeat-options.js';

const message = () => 'ping';
const isAnswer = (given: unknown) => given === 'pong';

describe('checkHeartbeat', () => {
  it.each([[undefined], [{}], [{ interval: undefined, timeout: undefined }]])(
    'should give the defaults for %o',
    (value) => {
      expect(checkHeartbeat('heartbeat', value)).toMatchObject({
        interval: 30_000,
        timeout: 10_000,
        message: undefined,
      });
    },
  );

  it.each<[string, false | HeartbeatOptions]>([
    ['false', false],
    ['an interval of Infinity', { interval: Infinity }],
    [
      'an interval of Infinity, with the rest',
      { interval: Infinity, timeout: 5, message, isAnswer },
    ],
  ])('should give nothing for %s', (_name, value) => {
    expect(checkHeartbeat('heartbeat', value)).toBeUndefined();
  });

  it('should give what it was given', () => {
    const given = { interval: 1, timeout: Infinity, message, isAnswer };
    expect(checkHeartbeat('heartbeat', given)).toEqual(given);
  });

  it('should not make up a rule for the answers', () => {
    expect(checkHeartbeat('heartbeat', { message })).toEqual({
      interval: 30_000,
      timeout: 10_000,
      message,
      isAnswer: undefined,
    });
  });

  it.each<[string, unknown, typeof OptionTypeError | typeof OptionRangeError]>([
    ['heartbeat', true, OptionTypeError],
    ['heartbeat', null, OptionTypeError],
    ['heartbeat', 30_000, OptionTypeError],
    ['heartbeat', '30s', OptionTypeError],
    ['heartbeat', [], OptionTypeError],
    ['heartbeat', message, OptionTypeError],
    ['heartbeat.period', { period: 5 }, OptionTypeError],
    ['heartbeat.interval', { interval: '5' }, OptionTypeError],
    ['heartbeat.interval', { interval: NaN }, OptionTypeError],
    ['heartbeat.interval', { interval: 0 }, OptionRangeError],
    ['heartbeat.interval', { interval: 0.5 }, OptionRangeError],
    ['heartbeat.interval', { interval: 2 ** 31 }, OptionRangeError],
    ['heartbeat.timeout', { timeout: null }, OptionTypeError],
    ['heartbeat.timeout', { timeout: 0 }, OptionRangeError],
    ['heartbeat.timeout', { timeout: -1 }, OptionRangeError],
    ['heartbeat.timeout', { timeout: 2 ** 31 }, OptionRangeError],
    ['heartbeat.timeout', { interval: Infinity, timeout: 0 }, OptionRangeError],
    ['heartbeat.message', { message: 'ping' }, OptionTypeError],
    ['heartbeat.message', { message: null }, OptionTypeError],
    ['heartbeat.isAnswer', { message, isAnswer: 'pong' }, OptionTypeError],
    ['heartbeat.isAnswer', { isAnswer }, OptionTypeError],
  ])('should refuse a wrong %s (%#)', (option, value, kind) => {
    const call = () => checkHeartbeat('heartbeat', value as HeartbeatOptions);
    expect(call).toThrow(kind);
    expect(call).toThrow(expect.objectContaining({ option }));
  });

  it('should have defaults that cannot be changed', () => {
    expect(Object.isFrozen(DEFAULT_HEARTBEAT)).toBe(true);
    expect(DEFAULT_HEARTBEAT).toEqual({ interval: 30_000, timeout: 10_000 });
  });

  it('should type the message and its answer', () => {
    type Options = HeartbeatOptions<{ op: string }, number>;
    expectTypeOf<{ message: () => number }>().toExtend<Options>();
    expectTypeOf<{ message: () => string }>().not.toExtend<Options>();
    expectTypeOf<{ isAnswer: (given: { op: string }) => boolean }>().toExtend<Options>();
    expectTypeOf<{ isAnswer: (given: string) => boolean }>().not.toExtend<Options>();
    const options: Options = {};
    const settings = checkHeartbeat('heartbeat', options);
    expectTypeOf(settings).toEqualTypeOf<HeartbeatSettings<{ op: string }, number> | undefined>();
  });
});
