import * as E from 'fp-ts/lib/Either.js';
import { Observable } from 'rxjs';
import type { Subscription } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { json } from '../../src/codec/json.js';
import { subscribeChannel } from '../../src/streams/channels.js';
import { Incoming } from '../../src/streams/incoming.js';
import type { MessageSource } from '../../src/streams/incoming.js';
import { SocketCounters } from '../../src/streams/socket-stats.js';

const live = { queuedMessages: 0, queuedBytes: 0, bufferedAmount: 0, since: undefined };

describe('Incoming', () => {
  function incomingOf() {
    const counters = new SocketCounters();
    const incoming = new Incoming<unknown>(json(), 5, counters);
    const told: unknown[] = [];
    const source = {
      intercept: undefined as MessageSource<unknown>['intercept'],
      judge: vi.fn(),
      fail: vi.fn(),
    };
    const subscribe = (
      name: string,
      next: (value: unknown) => void = () => undefined,
    ): Subscription =>
      new Observable<unknown>((subscriber) => {
        incoming.subscribers.add(subscriber);
      }).subscribe((value) => {
        told.push(`${name} ${String(value)}`);
        next(value);
      });
    const subscribeEither = (): Subscription =>
      new Observable<E.Either<unknown, unknown>>((subscriber) => {
        incoming.eitherSubscribers.add(subscriber);
      }).subscribe((each) => {
        told.push(`either ${E.isRight(each) ? String(each.right) : 'Left'}`);
      });
    const receive = (text: string): void => {
      incoming.receive(source, { connection: 2 }, Buffer.from(text), false);
    };
    return { incoming, counters, told, source, subscribe, subscribeEither, receive };
  }

  it('should tell everybody of a message, and count it', () => {
    const { incoming, counters, told, subscribe, subscribeEither, receive } = incomingOf();
    expect(incoming.isObserved).toBe(false);
    subscribe('one');
    subscribe('two');
    subscribeEither();
    expect(incoming.isObserved).toBe(true);
    receive('"x"');
    expect(told).toEqual(['one x', 'two x', 'either x']);
    expect(counters.snapshot(0, live)).toMatchObject({ messagesReceived: 1, bytesReceived: 3 });
  });

  it('should let who comes from within begin with the next one', () => {
    const { told, subscribe, subscribeEither, receive } = incomingOf();
    subscribe('one', (value) => {
      if (value !== 1) return;
      subscribe('late');
      subscribeEither();
    });
    receive('1');
    receive('2');
    expect(told).toEqual(['one 1', 'one 2', 'late 2', 'either 2']);
  });

  it('should tell of what does not decode, and have it judged after that', () => {
    const { incoming, counters, told, source, subscribe, subscribeEither, receive } = incomingOf();
    const published: unknown[] = [];
    const unsubscribe = subscribeChannel('rx-wss:reject', (each) => published.push(each));
    incoming.rejected.subscribe(({ connection }) => told.push(`rejected on ${connection}`));
    source.judge.mockImplementation(() => told.push('judged'));
    subscribe('one');
    subscribeEither();
    receive('{');
    unsubscribe();
    expect(told).toEqual(['rejected on 2', 'either Left', 'judged']);
    const failure: unknown = source.judge.mock.calls[0]?.[0];
    expect(failure).toMatchObject({ _tag: 'DecodeFailure', data: Buffer.from('{') });
    expect(published).toEqual([{ socket: 5, connection: 2, failure }]);
    expect(counters.snapshot(0, live)).toMatchObject({ messagesReceived: 1, rejected: 1 });
  });

  it('should leave out what is for the line, and then what is for somebody else', () => {
    const { incoming, told, source, subscribe, receive } = incomingOf();
    subscribe('one');
    const taken: unknown[] = [];
    source.intercept = (message) => message === 1;
    incoming.take = (message) => {
      taken.push(message);
      return message === 2;
    };
    for (const text of ['1', '2', '3']) receive(text);
    expect([taken, told]).toEqual([[2, 3], ['one 3']]);
    source.intercept = undefined;
    incoming.take = undefined;
    receive('1');
    expect(told.at(-1)).toBe('one 1');
  });

  it('should fail the source with what looking at a message throws, and not deliver it', () => {
    const { incoming, told, source, subscribe, receive } = incomingOf();
    const bug = new RangeError('bug');
    subscribe('one');
    incoming.take = () => {
      throw bug;
    };
    receive('1');
    incoming.accept(source, 2);
    expect(source.fail.mock.calls).toEqual([[bug], [bug]]);
    expect(told).toEqual([]);
  });

  it('should accept what was read before, unless it is for somebody else', () => {
    const { incoming, counters, told, source, subscribe, subscribeEither } = incomingOf();
    subscribe('one');
    subscribeEither();
    source.intercept = () => true;
    incoming.accept(source, 1);
    incoming.take = () => true;
    incoming.accept(source, 2);
    expect(told).toEqual(['one 1', 'either 1']);
    expect(counters.snapshot(0, live).messagesReceived).toBe(0);
  });

  it('should give who is there when it is over, and let them go', () => {
    const { incoming, told, subscribe, subscribeEither, receive } = incomingOf();
    const both = [subscribe('one'), subscribeEither()];
    expect(incoming.release()).toEqual(both);
    expect([incoming.isObserved, incoming.release()]).toEqual([false, []]);
    receive('1');
    expect(told).toEqual([]);
    expect(both.map(({ closed }) => closed)).toEqual([false, false]);
  });

  it('should unsubscribe all without a word', () => {
    const { incoming, told, subscribe, subscribeEither } = incomingOf();
    const both = [subscribe('one'), subscribeEither()];
    incoming.unsubscribe();
    expect(both.map(({ closed }) => closed)).toEqual([true, true]);
    expect([told, incoming.isObserved]).toEqual([[], false]);
  });
});
