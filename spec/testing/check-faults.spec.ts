import { describe, expect, it } from 'vitest';
import { OptionRangeError, OptionTypeError } from '../../src/errors/option-error.js';
import { checkConnectionFaults, checkFaults } from '../../src/testing/check-faults.js';
import type { ConnectionFault, Fault } from '../../src/testing/fault.js';

const GOOD: readonly ConnectionFault[] = [
  { _tag: 'Latency', delay: 0 },
  { _tag: 'Latency', delay: Infinity, jitter: 2.5, direction: 'toServer' },
  { _tag: 'Slices' },
  { _tag: 'Slices', size: 3, direction: 'toClient' },
  { _tag: 'Bandwidth', bytesPerSecond: 0, direction: 'both' },
  { _tag: 'Bandwidth', bytesPerSecond: 0.5, direction: undefined },
  { _tag: 'Blackhole' },
  { _tag: 'Blackhole', delay: 5, direction: 'toClient' },
  { _tag: 'Reset', delay: Infinity },
  { _tag: 'Reset', direction: 'toServer' },
  { _tag: 'End' },
  { _tag: 'End', delay: 1 },
  { _tag: 'HalfClose', direction: 'toServer', delay: 1 },
  { _tag: 'Cut', afterBytes: 0, direction: 'toClient', how: 'reset' },
  { _tag: 'Cut', afterBytes: 5, direction: 'toServer', how: 'end' },
  { _tag: 'Cut', afterBytes: 5, direction: 'toServer', how: 'blackhole' },
  { _tag: 'SlowAccept', delay: 1 },
];

describe('checkFaults', () => {
  it('should give a copy that does not change', () => {
    const faults: readonly Fault[] = [...GOOD, { _tag: 'Refuse' }, { _tag: 'Refuse', duration: 5 }];
    const checked = checkFaults('faults', faults);
    expect(checked).toEqual(faults);
    expect(checked).not.toBe(faults);
    expect(Object.isFrozen(checked)).toBe(true);
    expect(checked.every((fault, index) => Object.isFrozen(fault) && fault !== faults[index])).toBe(
      true,
    );
  });

  it.each<[unknown, string, string]>([
    [undefined, 'faults', 'must be an array of faults, got undefined'],
    [{ _tag: 'End' }, 'faults', 'must be an array of faults, got an object'],
    [[null], 'faults[0]', 'must be an object with a _tag, got null'],
    [['End'], 'faults[0]', "must be an object with a _tag, got 'End'"],
    [[{}], 'faults[0]', 'must be an object with a _tag, got an object'],
    [[{ _tag: 'End' }, { _tag: undefined }], 'faults[1]._tag', 'must be one of '],
    [[{ _tag: '__proto__' }], 'faults[0]._tag', 'must be one of '],
    [[{ _tag: 'Latency' }], 'faults[0].delay', 'must be given, got undefined'],
    [[{ _tag: 'Latency', delay: '5' }], 'faults[0].delay', "must be a number, got '5'"],
    [[{ _tag: 'Latency', delay: 5, size: 1 }], 'faults[0].size', 'is not an option; known here: '],
    [[{ _tag: 'Slices', direction: 'up' }], 'faults[0].direction', 'must be one of '],
    [[{ _tag: 'Bandwidth' }], 'faults[0].bytesPerSecond', 'must be given, got undefined'],
    [[{ _tag: 'HalfClose' }], 'faults[0].direction', 'must be given, got undefined'],
    [[{ _tag: 'HalfClose', direction: 'both' }], 'faults[0].direction', 'must be one of '],
    [[{ _tag: 'Cut', direction: 'toClient', how: 'end' }], 'faults[0].afterBytes', 'must be given'],
    [[{ _tag: 'Cut', afterBytes: 1, how: 'end' }], 'faults[0].direction', 'must be given'],
    [[{ _tag: 'Cut', afterBytes: 1, direction: 'toClient' }], 'faults[0].how', 'must be given'],
    [[{ _tag: 'SlowAccept' }], 'faults[0].delay', 'must be given, got undefined'],
    [[{ _tag: 'Refuse', duration: null }], 'faults[0].duration', 'must be a number, got null'],
  ])('should refuse %o', (faults, option, message) => {
    const check = (): unknown => checkFaults('faults', faults);
    expect(check).toThrow(OptionTypeError);
    expect(check).toThrow(expect.objectContaining({ option }));
    expect(check).toThrow(`${option}: ${message}`);
  });

  it.each<[object, string]>([
    [{ _tag: 'Latency', delay: -1 }, 'delay'],
    [{ _tag: 'Latency', delay: 2 ** 31 }, 'delay'],
    [{ _tag: 'Latency', delay: 1, jitter: Infinity }, 'jitter'],
    [{ _tag: 'Slices', size: 0 }, 'size'],
    [{ _tag: 'Slices', size: 1.5 }, 'size'],
    [{ _tag: 'Bandwidth', bytesPerSecond: -1 }, 'bytesPerSecond'],
    [{ _tag: 'Blackhole', delay: -1 }, 'delay'],
    [{ _tag: 'Reset', delay: -1 }, 'delay'],
    [{ _tag: 'End', delay: -1 }, 'delay'],
    [{ _tag: 'HalfClose', direction: 'toServer', delay: -1 }, 'delay'],
    [{ _tag: 'Cut', afterBytes: 1.5, direction: 'toServer', how: 'end' }, 'afterBytes'],
    [{ _tag: 'SlowAccept', delay: -1 }, 'delay'],
    [{ _tag: 'Refuse', duration: -1 }, 'duration'],
  ])('should refuse %o for its range', (fault, field) => {
    const check = (): unknown => checkFaults('faults', [fault]);
    expect(check).toThrow(OptionRangeError);
    expect(check).toThrow(expect.objectContaining({ option: `faults[0].${field}` }));
  });
});

describe('checkConnectionFaults', () => {
  it('should take all faults but Refuse', () => {
    expect(checkConnectionFaults('faults', GOOD)).toEqual(GOOD);
    const check = (): unknown => checkConnectionFaults('faults', [{ _tag: 'Refuse' }]);
    expect(check).toThrow(OptionTypeError);
    expect(check).toThrow(/^faults\[0\]\._tag: must be one of 'Latency', .*, got 'Refuse'$/);
  });
});
