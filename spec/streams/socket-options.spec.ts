import { describe, expect, expectTypeOf, it } from 'vitest';
import type { RetryPolicy } from '../../src/streams/backoff/retry-policy.js';
import { DEFAULT_SOCKET_OPTIONS } from '../../src/streams/socket-options.js';
import type { PerAttempt, SocketOptions } from '../../src/streams/socket-options.js';

describe('DEFAULT_SOCKET_OPTIONS', () => {
  it('should be what the documentation states, for good', () => {
    expect(DEFAULT_SOCKET_OPTIONS).toEqual({
      onRejected: 'report',
      connectTimeout: 10_000,
      openTimeout: 10_000,
      idleTimeout: Infinity,
      linger: 0,
      closeTimeout: 3_000,
      maxPayload: 16_777_216,
      maxFragments: 16_384,
      maxBufferedChunks: 262_144,
      perMessageDeflate: false,
    });
    expect(Object.isFrozen(DEFAULT_SOCKET_OPTIONS)).toBe(true);
  });
});

describe('SocketOptions', () => {
  it('should ask for nothing but the URL', () => {
    expectTypeOf<{ url: string }>().toExtend<SocketOptions<unknown, unknown>>();
    expectTypeOf<{ url: URL }>().toExtend<SocketOptions<unknown, unknown>>();
    expectTypeOf<{ headers: object }>().not.toExtend<SocketOptions<unknown, unknown>>();
  });

  it('should take one URL, several, and more to say about them', () => {
    type Url = SocketOptions<unknown, unknown>['url'];
    expectTypeOf<readonly [string, URL]>().toExtend<Url>();
    expectTypeOf<() => Promise<string>>().toExtend<Url>();
    expectTypeOf<{ urls: string[]; start: 'random'; rest: number }>().toExtend<Url>();
    expectTypeOf<{ urls: string[]; start: 'last' }>().not.toExtend<Url>();
    expectTypeOf<() => string[]>().not.toExtend<Url>();
  });

  it('should take false for no heartbeat, and not true', () => {
    type Heartbeat = SocketOptions<string, string>['heartbeat'];
    expectTypeOf<false>().toExtend<Heartbeat>();
    expectTypeOf<{ interval: 5 }>().toExtend<Heartbeat>();
    expectTypeOf<true>().not.toExtend<Heartbeat>();
  });

  it('should take undefined for everything but the URL', () => {
    type Others = Omit<SocketOptions<string, string>, 'url'>;
    expectTypeOf<Record<keyof Others, undefined>>().toExtend<Others>();
  });

  it('should take a policy as it is', () => {
    expectTypeOf<RetryPolicy>().toExtend<SocketOptions<unknown, unknown>['reconnect']>();
  });
});

describe('PerAttempt', () => {
  it('should be a value, or a function that gives it now or later', () => {
    expectTypeOf<string>().toExtend<PerAttempt<string>>();
    expectTypeOf<() => string>().toExtend<PerAttempt<string>>();
    expectTypeOf<(attempt: number, signal: AbortSignal) => Promise<string>>().toExtend<
      PerAttempt<string>
    >();
    expectTypeOf<() => number>().not.toExtend<PerAttempt<string>>();
  });
});
