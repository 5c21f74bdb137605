import type { LookupFunction } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { LookupFailure, tellingLookup } from '../../src/tls/lookup.js';

const FAILURE = Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
const OPTIONS = { all: true, hints: 0 } as const;

/** What came of a look-up: the arguments of its callback, and how often it was told to be found. */
async function outcome(
  lookup: LookupFunction | undefined,
  hostname = 'feed.example',
): Promise<{ readonly args: readonly unknown[]; readonly found: number }> {
  const found = vi.fn();
  const args = await new Promise<readonly unknown[]>((resolve) => {
    tellingLookup(lookup, found)(hostname, OPTIONS, (...given) => {
      resolve(given);
    });
  });
  return { args, found: found.mock.calls.length };
}

describe('tellingLookup', () => {
  const addresses = [{ address: '127.0.0.1', family: 4 }];

  it.each<[string, (answer: () => void) => void]>([
    [
      'at once',
      (answer) => {
        answer();
      },
    ],
    ['later', (answer) => setImmediate(answer)],
  ])('should tell of a name that is found %s, before the socket does', async (_name, when) => {
    const order: string[] = [];
    const lookup = vi.fn<LookupFunction>((_hostname, _options, callback) => {
      when(() => {
        callback(null, addresses);
      });
    });
    const found = (): unknown => order.push('found');
    const args = await new Promise((resolve) => {
      tellingLookup(lookup, found)('feed.example', OPTIONS, (...given) => {
        order.push('callback');
        resolve(given);
      });
    });
    expect(args).toEqual([null, addresses, undefined]);
    expect(order).toEqual(['found', 'callback']);
    expect(lookup).toHaveBeenCalledExactlyOnceWith('feed.example', OPTIONS, expect.anything());
  });

  it('should hand on one address with its family', async () => {
    const lookup: LookupFunction = (_hostname, _options, callback) => {
      callback(null, '::1', 6);
    };
    expect(await outcome(lookup)).toEqual({ args: [null, '::1', 6], found: 1 });
  });

  it('should look the name up by itself without a function', async () => {
    const { args, found } = await outcome(undefined, 'localhost');
    expect(args[0]).toBeNull();
    expect(JSON.stringify(args[1])).toMatch(/"(127\.0\.0\.1|::1)"/);
    expect(found).toBe(1);
  });

  it.each<[string, LookupFunction]>([
    [
      'reports',
      (_hostname, _options, callback) => {
        callback(FAILURE, '', 0);
      },
    ],
    [
      'throws',
      () => {
        throw FAILURE;
      },
    ],
  ])('should make a LookupFailure of what the look-up %s', async (_name, lookup) => {
    const { args, found } = await outcome(lookup);
    expect(args[0]).toBeInstanceOf(LookupFailure);
    expect(args[0]).toMatchObject({
      name: 'LookupFailure',
      message: 'The host name could not be looked up',
      cause: FAILURE,
    });
    expect(args[1]).toBe('');
    expect(found).toBe(0);
  });
});
