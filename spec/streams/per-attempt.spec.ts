import { describe, expect, it, vi } from 'vitest';
import { OptionTypeError } from '../../src/errors/option-error.js';
import { perAttempt, provide, ProviderFailure } from '../../src/streams/per-attempt.js';

/** A check that takes strings, and gives them in upper case. */
function upperCase(option: string, value: unknown): string {
  if (typeof value === 'string') return value.toUpperCase();
  throw new OptionTypeError(option, 'must be a string');
}

const { signal } = new AbortController();

describe('perAttempt', () => {
  it('should check a value once, at once, and give it in its checked form', async () => {
    const check = vi.fn(upperCase);
    const resolve = perAttempt('headers', 'a', check);
    expect(check).toHaveBeenCalledExactlyOnceWith('headers', 'a');
    await expect(resolve(1, signal)).resolves.toBe('A');
    await expect(resolve(2, signal)).resolves.toBe('A');
    expect(check).toHaveBeenCalledTimes(1);
  });

  it('should throw at once what the check says of a value', () => {
    expect(() => perAttempt('url', 7, upperCase)).toThrow(
      new OptionTypeError('url', 'must be a string'),
    );
  });

  it('should call a function afresh, with the attempt, its signal and the cursor', async () => {
    const provider = vi.fn((attempt: number) => `a${attempt}`);
    const resolve = perAttempt('url', provider, upperCase);
    expect(provider).not.toHaveBeenCalled();
    await expect(resolve(1, signal)).resolves.toBe('A1');
    await expect(resolve(2, signal, 'cursor')).resolves.toBe('A2');
    expect(provider.mock.calls).toEqual([
      [1, signal, undefined],
      [2, signal, 'cursor'],
    ]);
  });

  it.each([
    ['a promise', Promise.resolve('a')],
    [
      'something like a promise',
      {
        then: (done: (value: string) => void) => {
          done('a');
        },
      },
    ],
  ])('should wait for %s', async (_name, given) => {
    await expect(perAttempt('url', () => given, upperCase)(1, signal)).resolves.toBe('A');
  });

  it('should reject with what the check says of the value that a function gave', async () => {
    const resolve = perAttempt('url', () => 7, upperCase);
    await expect(resolve(1, signal)).rejects.toEqual(
      new OptionTypeError('url', 'must be a string'),
    );
  });

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new RangeError('no token');
      },
    ],
    ['rejects', () => Promise.reject(new RangeError('no token'))],
  ])('should reject with a ProviderFailure when a function %s', async (_name, provider) => {
    const error: unknown = await perAttempt(
      'headers',
      provider,
      upperCase,
    )(1, signal).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ProviderFailure);
    expect(error).toMatchObject({
      name: 'ProviderFailure',
      message: 'The function given as headers failed',
      option: 'headers',
      cause: new RangeError('no token'),
    });
  });

  it('should try again at the next attempt', async () => {
    const provider = vi.fn<() => string>().mockImplementationOnce(() => {
      throw new Error('once');
    });
    provider.mockReturnValue('a');
    const resolve = perAttempt('url', provider, upperCase);
    await expect(resolve(1, signal)).rejects.toBeInstanceOf(ProviderFailure);
    await expect(resolve(2, signal)).resolves.toBe('A');
  });

  it('should take an option error that a function throws for a failure of the function', async () => {
    const cause = new OptionTypeError('elsewhere', 'x');
    const resolve = perAttempt('url', () => Promise.reject(cause), upperCase);
    await expect(resolve(1, signal)).rejects.toMatchObject({ name: 'ProviderFailure', cause });
  });
});

describe('provide', () => {
  it.each([
    ['a value', 'a'],
    ['a promise', Promise.resolve('a')],
  ])('should give %s', async (_name, given) => {
    await expect(provide('x', () => given)).resolves.toBe('a');
  });

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new RangeError('no token');
      },
    ],
    ['rejects', () => Promise.reject(new RangeError('no token'))],
  ])('should reject with a ProviderFailure when a function %s', async (_name, ask) => {
    const error: unknown = await provide('reconnect.refreshCredentials', ask).catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(ProviderFailure);
    expect(error).toMatchObject({
      message: 'The function given as reconnect.refreshCredentials failed',
      option: 'reconnect.refreshCredentials',
      cause: new RangeError('no token'),
    });
  });
});
