import { of, throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { checkDemand } from '../../../src/streams/demand/demand-options.js';
import { Inbox } from '../../../src/streams/demand/inbox.js';
import { createFakeSource } from './fake-source.js';
import type { FakeSource } from './fake-source.js';

/** An inbox whose owner takes `wants` messages as they come. */
function open(source: FakeSource<string>, wants = 0) {
  const taken: string[] = [];
  let ends = 0;
  let left = wants;
  const limits = checkDemand('iterate', { highWaterMark: { messages: 2 } });
  const inbox = new Inbox<string>(source, source, limits, {
    offer: (message) => {
      if (left === 0) return false;
      left -= 1;
      taken.push(message);
      return true;
    },
    ended: () => (ends += 1),
  });
  inbox.open();
  return {
    inbox,
    taken,
    want: (count: number) => (left = count),
    get ends() {
      return ends;
    },
  };
}

describe('Inbox', () => {
  it('should subscribe once', () => {
    const source = createFakeSource<string>();
    const { inbox } = open(source);
    inbox.open();
    expect(source.subscribers).toBe(1);
  });

  it('should offer a message, and keep it when it is not wanted', () => {
    const source = createFakeSource<string>();
    const { inbox, taken } = open(source, 1);
    source.emit('a');
    source.emit('b');
    expect(taken).toEqual(['a']);
    expect(inbox.take()?.value).toBe('b');
    expect(inbox.take()).toBeUndefined();
  });

  it('should offer no message while one waits before it', () => {
    const source = createFakeSource<string>();
    const { inbox, taken, want } = open(source);
    source.emit('a');
    want(1);
    source.emit('b');
    expect(taken).toEqual([]);
    expect(inbox.take()?.value).toBe('a');
  });

  it('should hold the source with what waits only', () => {
    const source = createFakeSource<string>();
    const { inbox } = open(source, 5);
    for (const value of 'abcdef') source.emit(value);
    expect(source.pauses).toBe(0);
    source.emit('g');
    expect(source.isHeld).toBe(true);
    inbox.take();
    expect(source.isHeld).toBe(false);
  });

  it('should keep the sizes as the source tells them', () => {
    const source = createFakeSource<string>({ sizeOf: (value) => value.length });
    const { inbox } = open(source);
    source.emit('four');
    expect(inbox.take()?.size).toBe(4);
  });

  it('should tell of the end at once, and how it was once nothing waits', () => {
    const source = createFakeSource<string>();
    const watched = open(source);
    source.emit('a');
    source.emit('b');
    const error = new Error('lost');
    source.error(error);
    expect([watched.ends, watched.inbox.end, source.isHeld]).toEqual([1, undefined, false]);
    watched.inbox.take();
    expect(watched.inbox.end).toBeUndefined();
    watched.inbox.take();
    expect(watched.inbox.end).toEqual({ _tag: 'Failed', error });
  });

  it.each([
    ['completes', createFakeSource<string>({ upstream: of('a') }), { _tag: 'Completed' }],
    [
      'fails',
      createFakeSource<string>({ upstream: throwError(() => 'lost') }),
      { _tag: 'Failed', error: 'lost' },
    ],
  ])('should take a source that %s at once', (_name, source, end) => {
    const { inbox } = open(source);
    inbox.take();
    expect(inbox.end).toEqual(end);
  });

  it('should unsubscribe when it is closed, and drop what waits', () => {
    const source = createFakeSource<string>();
    const { inbox } = open(source);
    for (const value of 'abc') source.emit(value);
    inbox.close();
    inbox.close();
    expect([source.subscribers, source.isHeld, inbox.take()]).toEqual([0, false, undefined]);
  });

  it('should not subscribe once it is closed', () => {
    const source = createFakeSource<string>();
    const limits = checkDemand('iterate', {});
    const owner = { offer: () => false, ended: () => undefined };
    const inbox = new Inbox<string>(source, source, limits, owner);
    inbox.close();
    inbox.open();
    expect(source.subscribers).toBe(0);
  });
});
