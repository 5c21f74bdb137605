import { describe, expect, it } from 'vitest';
import { OptionRangeError, OptionTypeError } from '../../src/errors/option-error.js';
import { checkRelayOptions, type RelayOptions } from '../../src/testing/relay-options.js';

const target = { port: 443 };

describe('checkRelayOptions', () => {
  it('should fill in the defaults', () => {
    expect(checkRelayOptions({ target })).toEqual({
      target: { host: '127.0.0.1', port: 443 },
      faults: [],
      host: '127.0.0.1',
      port: 0,
      scheme: 'wss',
      highWaterMark: 262_144,
      seed: 1,
    });
  });

  it('should keep what is given', () => {
    const options: RelayOptions = {
      target: { host: 'localhost', port: 1 },
      faults: [{ _tag: 'Refuse' }],
      host: '::1',
      port: 65_535,
      scheme: 'ws',
      highWaterMark: Infinity,
      seed: -5,
    };
    expect(checkRelayOptions(options)).toEqual(options);
  });

  it.each<[unknown, string]>([
    [undefined, 'options'],
    [{}, 'target'],
    [{ target: 443 }, 'target'],
    [{ target: {} }, 'target.port'],
    [{ target: { port: '443' } }, 'target.port'],
    [{ target: { port: 443, url: '' } }, 'target.url'],
    [{ target: { port: 443, host: '' } }, 'target.host'],
    [{ target, host: 1 }, 'host'],
    [{ target, port: '1' }, 'port'],
    [{ target, faults: {} }, 'faults'],
    [{ target, faults: [{ _tag: 'Slices', size: '1' }] }, 'faults[0].size'],
    [{ target, scheme: 'http' }, 'scheme'],
    [{ target, highWaterMark: null }, 'highWaterMark'],
    [{ target, seed: '1' }, 'seed'],
    [{ target, fault: [] }, 'fault'],
  ])('should refuse %o', (options, option) => {
    const check = (): unknown => checkRelayOptions(options);
    expect(check).toThrow(OptionTypeError);
    expect(check).toThrow(expect.objectContaining({ option }));
  });

  it.each<[object, string]>([
    [{ target: { port: 0 } }, 'target.port'],
    [{ target, port: 65_536 }, 'port'],
    [{ target, highWaterMark: 0 }, 'highWaterMark'],
    [{ target, seed: 0.5 }, 'seed'],
  ])('should refuse %o for its range', (options, option) => {
    const check = (): unknown => checkRelayOptions(options);
    expect(check).toThrow(OptionRangeError);
    expect(check).toThrow(expect.objectContaining({ option }));
  });
});
