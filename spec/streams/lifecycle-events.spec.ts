import { Observable, Subject } from 'rxjs';
import type { NextObserver } from 'rxjs';
import { afterEach, beforeEach, describe, expect, expectTypeOf, it, vi } from 'vitest';

import { OptionTypeError } from '../../src/errors/option-error.js';
import type { Ending } from '../../src/streams/ending.js';
import { createLifecycle, toCloseEvent } from '../../src/streams/lifecycle-events.js';
import type {
  LifecycleObservers,
  SocketCloseEvent,
  SocketOpenEvent,
} from '../../src/streams/lifecycle-events.js';
import type { OpenInfo } from '../../src/streams/socket-state.js';
import { collectUncaught } from '../integration/support/uncaught.js';
import type { UncaughtErrors } from '../integration/support/uncaught.js';
import { until } from '../integration/support/until.js';

const fields = { uptime: 5, target: 'feed.example.com:443' } as const;

const closed = (more: Partial<Ending>): Ending =>
  ({
    _tag: 'Closed',
    by: 'server',
    phase: 'open',
    code: 1000,
    reason: '',
    wasClean: true,
    ...fields,
    ...more,
  }) as Ending;

const cancelled: Ending = { _tag: 'Cancelled', by: 'client', phase: 'tcp', ...fields };

const info = { since: 7, protocol: 'feed.v1', address: '127.0.0.1:443' } as OpenInfo;

let uncaught: UncaughtErrors;

beforeEach(() => {
  uncaught = collectUncaught();
});

afterEach(() => {
  uncaught.stop();
});

describe('toCloseEvent', () => {
  it.each([1000, 1001, 1005, 1008, 1011, 1012, 4401])(
    'should have the code %i of the server, clean',
    (code) => {
      const ending = closed({ code, reason: 'why' });
      expect(toCloseEvent(ending)).toEqual({
        type: 'close',
        code,
        reason: 'why',
        wasClean: true,
        ending,
      });
    },
  );

  it('should have the code of our own close that the server answered', () => {
    const ending = closed({ by: 'client', phase: 'closing', code: 4000, reason: 'bye' });
    expect(toCloseEvent(ending)).toMatchObject({ code: 4000, reason: 'bye', wasClean: true });
  });

  it('should have 1006 for a close of ours that nobody answered', () => {
    const ending = closed({ by: 'client', phase: 'closing', reason: 'bye', wasClean: false });
    expect(toCloseEvent(ending)).toEqual({
      type: 'close',
      code: 1006,
      reason: '',
      wasClean: false,
      ending,
    });
  });

  it('should have the code that a breach of the protocol was answered with', () => {
    const ending: Ending = {
      _tag: 'ProtocolViolated',
      by: 'server',
      phase: 'open',
      code: 1007,
      violation: 'INVALID_UTF8',
      ...fields,
    };
    expect(toCloseEvent(ending)).toEqual({
      type: 'close',
      code: 1007,
      reason: '',
      wasClean: false,
      ending,
    });
  });

  it('should have the code that a message was rejected with', () => {
    const ending: Ending = {
      _tag: 'MessageRejected',
      by: 'policy',
      phase: 'open',
      code: 1008,
      reason: 'not a tick',
      failure: {
        _tag: 'DecodeFailure',
        phase: 'schema',
        codec: 'json',
        kind: 'text',
        data: Buffer.from('1'),
        issues: [],
      },
      ...fields,
    };
    expect(toCloseEvent(ending)).toMatchObject({
      code: 1008,
      reason: 'not a tick',
      wasClean: false,
    });
  });

  const without: readonly Ending[] = [
    cancelled,
    { _tag: 'NetworkFailed', by: 'network', phase: 'tcp', kind: 'refused', ...fields },
    {
      _tag: 'UpgradeRefused',
      by: 'server',
      phase: 'upgrade',
      status: 401,
      statusText: 'Unauthorized',
      headers: {},
      body: '',
      ...fields,
    },
    { _tag: 'UpgradeInvalid', by: 'server', phase: 'upgrade', violation: 'no key', ...fields },
    {
      _tag: 'TlsFailed',
      by: 'policy',
      phase: 'verify',
      reason: 'CERT_HAS_EXPIRED',
      policyErrors: [],
      pins: [],
      advice: 'Renew it.',
      ...fields,
    },
    {
      _tag: 'ProxyRefused',
      by: 'network',
      phase: 'proxy',
      proxy: 'proxy:80',
      status: 407,
      statusText: '',
      headers: {},
      ...fields,
    },
    {
      _tag: 'TimedOut',
      by: 'policy',
      phase: 'tls',
      option: 'connectTimeout',
      limit: 10,
      ...fields,
    },
    { _tag: 'OptionsInvalid', by: 'client', phase: 'options', option: 'headers', ...fields },
    { _tag: 'ProviderFailed', by: 'client', phase: 'options', option: 'headers', ...fields },
  ];

  it.each(without.map((ending) => [ending._tag, ending] as const))(
    'should have 1006 for %s, which no close frame comes of',
    (_tag, ending) => {
      expect(toCloseEvent(ending)).toEqual({
        type: 'close',
        code: 1006,
        reason: '',
        wasClean: false,
        ending,
      });
    },
  );
});

describe('createLifecycle', () => {
  it('should tell each observer of what is its own', () => {
    const openObserver = { next: vi.fn() };
    const closeObserver = { next: vi.fn() };
    const closingObserver = { next: vi.fn() };
    const lifecycle = createLifecycle({ openObserver, closeObserver, closingObserver });
    lifecycle.opened(info);
    expect(openObserver.next.mock.calls).toEqual([[{ type: 'open', ...info }]]);
    expect(closeObserver.next).not.toHaveBeenCalled();
    expect(closingObserver.next).not.toHaveBeenCalled();
    lifecycle.closing();
    expect(closingObserver.next.mock.calls).toEqual([[undefined]]);
    lifecycle.closed(cancelled);
    expect(closeObserver.next.mock.calls).toEqual([[toCloseEvent(cancelled)]]);
    expect(openObserver.next).toHaveBeenCalledOnce();
    expect(closingObserver.next).toHaveBeenCalledOnce();
  });

  it('should do nothing without observers', () => {
    const lifecycle = createLifecycle({});
    lifecycle.opened(info);
    lifecycle.closing();
    lifecycle.closed(cancelled);
  });

  it('should call next alone, as a method, and as it is at the moment', () => {
    const seen: string[] = [];
    const observer = {
      name: 'mine',
      next() {
        seen.push(this.name);
      },
      error: vi.fn(),
      complete: vi.fn(),
    };
    const lifecycle = createLifecycle({ openObserver: observer });
    lifecycle.opened(info);
    observer.next = () => {
      seen.push('replaced');
    };
    lifecycle.opened(info);
    expect(seen).toEqual(['mine', 'replaced']);
    expect(observer.error).not.toHaveBeenCalled();
    expect(observer.complete).not.toHaveBeenCalled();
  });

  it('should take a Subject and a Subscriber', () => {
    const subject = new Subject<SocketOpenEvent>();
    const events: string[] = [];
    subject.subscribe(({ type }) => events.push(type));
    new Observable<SocketCloseEvent>((subscriber) => {
      const lifecycle = createLifecycle({ openObserver: subject, closeObserver: subscriber });
      lifecycle.opened(info);
      lifecycle.closed(cancelled);
      lifecycle.opened(info);
    }).subscribe(({ type }) => events.push(type));
    expect(events).toEqual(['open', 'close', 'open']);
  });

  it('should report what an observer throws later, and go on telling it and the others', async () => {
    const seen: string[] = [];
    let isFaulty = true;
    const lifecycle = createLifecycle({
      openObserver: {
        next: ({ type }) => {
          seen.push(type);
          if (isFaulty) throw new Error('mine');
        },
      },
      closeObserver: { next: ({ type }) => seen.push(type) },
    });
    lifecycle.opened(info);
    isFaulty = false;
    lifecycle.closed(cancelled);
    lifecycle.opened(info);
    expect(seen).toEqual(['open', 'close', 'open']);
    expect(uncaught.errors).toEqual([]);
    await until('the report', () => uncaught.errors.length > 0);
    expect(uncaught.errors).toEqual([new Error('mine')]);
  });

  it('should tell in order what happens from within an observer', () => {
    const seen: string[] = [];
    const lifecycle = createLifecycle({
      openObserver: {
        next: () => {
          lifecycle.closing();
          seen.push('open');
        },
      },
      closingObserver: { next: () => seen.push('closing') },
    });
    lifecycle.opened(info);
    expect(seen).toEqual(['closing', 'open']);
  });

  it.each(['openObserver', 'closeObserver', 'closingObserver'] as const)(
    'should throw at once for a wrong %s',
    (option) => {
      for (const value of [null, 7, () => undefined, {}, { next: 7 }]) {
        const given = { [option]: value } as LifecycleObservers;
        let thrown: unknown;
        try {
          createLifecycle(given);
        } catch (error) {
          thrown = error;
        }
        expect(thrown).toBeInstanceOf(OptionTypeError);
        expect(thrown).toMatchObject({ option, message: expect.stringContaining('next()') });
      }
    },
  );

  it('should have the types that observers of rxjs are written for', () => {
    expectTypeOf<Subject<SocketOpenEvent>>().toExtend<
      NonNullable<LifecycleObservers['openObserver']>
    >();
    expectTypeOf<NextObserver<void>>().toExtend<
      NonNullable<LifecycleObservers['closingObserver']>
    >();
    expectTypeOf<NextObserver<{ readonly code: number }>>().toExtend<
      NonNullable<LifecycleObservers['closeObserver']>
    >();
    expectTypeOf<Subject<void>>().toExtend<NonNullable<LifecycleObservers['closingObserver']>>();
  });
});
