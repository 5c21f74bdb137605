import { getEventListeners } from 'node:events';

import fc from 'fast-check';
import * as O from 'fp-ts/lib/Option.js';
import { retry } from 'rxjs';
import type { Observable, Subscription } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { OptionTypeError } from '../../../src/errors/option-error.js';
import { DisposedError } from '../../../src/streams/disposed-error.js';
import type { Ending } from '../../../src/streams/ending.js';
import {
  RequestCancelledError,
  RequestLostError,
  RequestNotSentError,
  RequestTimedOutError,
} from '../../../src/streams/request/request-error.js';
import { RequestHub } from '../../../src/streams/request/request-hub.js';
import type {
  RequestOptions,
  RequestStreamOptions,
} from '../../../src/streams/request/request-options.js';
import { toSocketError } from '../../../src/streams/socket-error.js';
import { collectUncaught } from '../../integration/support/uncaught.js';
import type { UncaughtErrors } from '../../integration/support/uncaught.js';
import { ENDINGS } from '../endings.js';
import { FakeHub } from '../hub/fake-hub.js';

/** A message either way. */
interface Message {
  readonly id?: number | string | null | undefined;
  readonly text: string;
}

type Options = RequestOptions<Message, Message>;
type StreamOptions = RequestStreamOptions<Message, Message>;

const mine = new Error('mine');
const fail = (): never => {
  throw mine;
};
const ending: Ending = ENDINGS.Closed;

class Socket extends FakeHub<Message, Message> {
  readonly id = vi.fn((message: Message) => message.id as number);
  readonly answerTo = vi.fn((message: Message) => message.id);
  readonly requests: RequestHub<Message, Message> = new RequestHub<Message, Message>(this, {
    id: this.id,
    answerTo: this.answerTo,
    failure: ({ text }) => (text === 'bad' ? mine : null),
  });

  constructor() {
    super();
    this.members.push(this.requests);
  }

  receive(id: Message['id'], text = ''): boolean {
    return this.requests.dispatch({ id, text });
  }

  /** What each connection was sent, in short. */
  get texts(): readonly (readonly string[])[] {
    return this.sent.map((messages) => messages.map(({ id, text }) => `${id ?? ''}${text}`));
  }

  /** Makes a request, and keeps what comes of it. */
  ask(message: Message, options?: Options): Asked {
    const outcomes: unknown[] = [];
    const done = this.requests.request(message, options).then(
      (answer) => void outcomes.push(answer.text),
      (error: unknown) => void outcomes.push(error),
    );
    return { outcomes, done };
  }

  expectNothingLeft(): void {
    expect([this.requests.size, this.isHeld, this.waiting]).toEqual([0, false, []]);
    expect(this.scheduler.pending).toBe(0);
  }
}

interface Asked {
  readonly outcomes: readonly unknown[];
  readonly done: Promise<void>;
}

interface Watch {
  readonly values: readonly string[];
  readonly outcomes: readonly unknown[];
  readonly subscription: Subscription;
}

function watch(source: Observable<Message>): Watch {
  const values: string[] = [];
  const outcomes: unknown[] = [];
  const subscription = source.subscribe({
    next: ({ text }) => values.push(text),
    error: (error: unknown) => outcomes.push(error),
    complete: () => outcomes.push('complete'),
  });
  return { values, outcomes, subscription };
}

let uncaught: UncaughtErrors;

beforeEach(() => {
  uncaught = collectUncaught();
});

afterEach(async () => {
  await new Promise((resolve) => setTimeout(resolve, 1));
  uncaught.stop();
  expect(uncaught.errors).toEqual([]);
});

describe('a request', () => {
  it('should be sent at once, and give its answer, which is for nobody else', async () => {
    const socket = new Socket().connect();
    const { outcomes, done } = socket.ask({ id: 1, text: 'hello' });
    expect([socket.texts, socket.isHeld]).toEqual([[['1hello']], true]);
    expect(socket.receive(1, 'world')).toBe(true);
    await done;
    expect(outcomes).toEqual(['world']);
    socket.expectNothingLeft();
  });

  it('should dial, and wait in the outbox for the connection', async () => {
    const socket = new Socket();
    const { outcomes, done } = socket.ask({ id: 1, text: 'a' });
    expect([socket.streams, socket.waiting]).toEqual([1, [{ id: 1, text: 'a' }]]);
    // A failed attempt is none of its business.
    socket.disconnect();
    socket.connect();
    expect(socket.texts).toEqual([['1a']]);
    socket.receive(1, 'b');
    await done;
    expect(outcomes).toEqual(['b']);
    socket.expectNothingLeft();
  });

  it('should be told from the others that are in flight by its id', async () => {
    const socket = new Socket().connect();
    const asked = [1, 2, '1', 3].map((id) => socket.ask({ id, text: '' }));
    for (const id of [3, '1', 1, 2]) socket.receive(id, `${typeof id} ${id}`);
    await Promise.all(asked.map(({ done }) => done));
    expect(asked.map(({ outcomes }) => outcomes[0])).toEqual([
      'number 1',
      'number 2',
      'string 1',
      'number 3',
    ]);
    expect(socket.streams).toBe(1);
    socket.expectNothingLeft();
  });

  it('should leave other messages alone', () => {
    const socket = new Socket().connect();
    socket.ask({ id: 1, text: '' });
    for (const id of [2, '1', null, undefined]) expect(socket.receive(id)).toBe(false);
    expect(socket.requests.size).toBe(1);
    socket.receive(1);
  });

  it('should not have messages looked at while there is none', () => {
    const socket = new Socket().connect();
    expect(socket.receive(1)).toBe(false);
    expect(socket.answerTo).not.toHaveBeenCalled();
  });

  it('should look once at a message, however many are in flight', () => {
    const socket = new Socket().connect();
    for (let id = 0; id < 1_000; id += 1) socket.ask({ id, text: '' });
    socket.receive(500);
    expect(socket.answerTo).toHaveBeenCalledOnce();
    for (let id = 0; id < 1_000; id += 1) socket.receive(id);
    socket.expectNothingLeft();
  });

  it('should fail with what the answer tells of', async () => {
    const socket = new Socket().connect();
    const byDefault = socket.ask({ id: 1, text: '' });
    const own = socket.ask({ id: 2, text: '' }, { failure: ({ text }) => `own ${text}` });
    socket.receive(1, 'bad');
    socket.receive(2, 'bad');
    await Promise.all([byDefault.done, own.done]);
    expect([byDefault.outcomes, own.outcomes]).toEqual([[mine], ['own bad']]);
    socket.expectNothingLeft();
  });

  it('should fail alone with what failure throws', async () => {
    const socket = new Socket().connect();
    const { outcomes, done } = socket.ask({ id: 1, text: '' }, { failure: fail });
    expect(socket.receive(1)).toBe(true);
    await done;
    expect([outcomes, socket.faults]).toEqual([[mine], []]);
    socket.expectNothingLeft();
  });

  it('should be a fault of the socket where answerTo throws', () => {
    const socket = new Socket().connect();
    socket.ask({ id: 1, text: '' });
    socket.answerTo.mockImplementationOnce(fail);
    expect(socket.receive(1)).toBe(false);
    expect([socket.faults, socket.requests.size]).toEqual([[mine], 1]);
    socket.receive(1);
  });

  it('should be over with the stream that begins anew', async () => {
    const socket = new Socket();
    const first = socket.ask({ id: 1, text: '' });
    socket.end();
    const second = socket.ask({ id: 1, text: '' });
    expect([socket.streams, socket.isHeld]).toEqual([2, true]);
    socket.connect();
    socket.receive(1, 'answer');
    await Promise.all([first.done, second.done]);
    expect([first.outcomes[0], second.outcomes]).toEqual([
      new RequestNotSentError('ended'),
      ['answer'],
    ]);
    socket.expectNothingLeft();
  });
});

describe('a request that is not sent', () => {
  it('should be told why the socket did not take it, and not dial', async () => {
    const socket = new Socket();
    socket.failure = mine;
    const { outcomes, done } = socket.ask({ id: 1, text: '' });
    await done;
    expect(outcomes[0]).toBeInstanceOf(RequestNotSentError);
    expect(outcomes[0]).toMatchObject({ reason: 'refused', cause: mine });
    expect(socket.streams).toBe(0);
    socket.expectNothingLeft();
  });

  it('should be told of one with the same id that is in flight, which goes on', async () => {
    const socket = new Socket().connect();
    const first = socket.ask({ id: 1, text: 'a' });
    const second = socket.ask({ id: 1, text: 'b' });
    await second.done;
    expect(second.outcomes[0]).toMatchObject({ _tag: 'RequestNotSentError', reason: 'duplicate' });
    socket.receive(1, 'answer');
    await first.done;
    expect([first.outcomes, socket.texts]).toEqual([['answer'], [['1a']]]);
    // The id is free again.
    socket.ask({ id: 1, text: 'c' });
    expect(socket.texts).toEqual([['1a', '1c']]);
    socket.receive(1);
    socket.expectNothingLeft();
  });

  it('should be taken back when the stream ends before', async () => {
    const socket = new Socket();
    const { outcomes, done } = socket.ask({ id: 1, text: '' });
    const error = toSocketError(ENDINGS.NetworkFailed);
    socket.end(O.some(error));
    await done;
    expect(outcomes[0]).toMatchObject({ reason: 'ended', wasSent: false, cause: error });
    socket.expectNothingLeft();
  });

  it.each([undefined, null, {}, true])('should be refused where its id is %j', async (id) => {
    const socket = new Socket().connect();
    socket.id.mockReturnValue(id as number);
    const { outcomes, done } = socket.ask({ text: '' });
    await done;
    expect(outcomes[0]).toBeInstanceOf(OptionTypeError);
    expect(outcomes[0]).toMatchObject({ option: 'requests.id' });
    socket.expectNothingLeft();
  });

  it('should fail with what id throws', async () => {
    const socket = new Socket().connect();
    socket.id.mockImplementation(fail);
    const { outcomes, done } = socket.ask({ id: 1, text: '' });
    await done;
    expect([outcomes, socket.texts]).toEqual([[mine], [[]]]);
    socket.expectNothingLeft();
  });

  it('should reject for a wrong option, and not throw', async () => {
    const socket = new Socket().connect();
    const { outcomes, done } = socket.ask({ id: 1, text: '' }, { timeout: -1 });
    await done;
    expect(outcomes[0]).toMatchObject({ option: 'request.timeout' });
    socket.expectNothingLeft();
  });
});

describe('the timeout of a request', () => {
  it('should be 30 s, and leave a late answer to the others', async () => {
    const socket = new Socket().connect();
    const { outcomes, done } = socket.ask({ id: 1, text: '' });
    socket.scheduler.advance(29_999);
    expect(socket.requests.size).toBe(1);
    socket.scheduler.advance(1);
    await done;
    expect(outcomes[0]).toBeInstanceOf(RequestTimedOutError);
    expect(outcomes[0]).toMatchObject({ limit: 30_000, wasSent: true });
    expect(socket.receive(1, 'late')).toBe(false);
    socket.expectNothingLeft();
  });

  it('should count the wait for the connection, and take the message back', async () => {
    const socket = new Socket();
    const { outcomes, done } = socket.ask({ id: 1, text: '' }, { timeout: 100 });
    socket.scheduler.advance(100);
    await done;
    expect(outcomes[0]).toMatchObject({ _tag: 'RequestTimedOutError', wasSent: false });
    socket.connect();
    expect(socket.texts).toEqual([[]]);
    socket.expectNothingLeft();
  });

  it('should not be where it is Infinity', () => {
    const socket = new Socket().connect();
    socket.ask({ id: 1, text: '' }, { timeout: Infinity });
    expect(socket.scheduler.pending).toBe(0);
    socket.receive(1);
  });

  it('should be one timer each', () => {
    const socket = new Socket().connect();
    for (let id = 0; id < 100; id += 1) socket.ask({ id, text: '' });
    expect(socket.scheduler.pending).toBe(100);
    for (let id = 0; id < 100; id += 1) socket.receive(id);
    socket.expectNothingLeft();
  });
});

describe('the signal of a request', () => {
  it('should cancel it', async () => {
    const socket = new Socket().connect();
    const controller = new AbortController();
    const { outcomes, done } = socket.ask({ id: 1, text: '' }, { signal: controller.signal });
    controller.abort(mine);
    await done;
    expect(outcomes[0]).toBeInstanceOf(RequestCancelledError);
    expect(outcomes[0]).toMatchObject({ wasSent: true, cause: mine });
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
    socket.expectNothingLeft();
  });

  it('should take back what waits', async () => {
    const socket = new Socket();
    const controller = new AbortController();
    const { outcomes, done } = socket.ask({ id: 1, text: '' }, { signal: controller.signal });
    controller.abort();
    await done;
    expect(outcomes[0]).toMatchObject({ wasSent: false });
    socket.expectNothingLeft();
  });

  it('should keep it from being sent when it has aborted', async () => {
    const socket = new Socket().connect();
    const signal = AbortSignal.abort(mine);
    const { outcomes, done } = socket.ask({ id: 1, text: '' }, { signal });
    await done;
    expect(outcomes[0]).toMatchObject({ wasSent: false, cause: mine });
    expect(socket.texts).toEqual([[]]);
    socket.expectNothingLeft();
  });

  it('should be left alone when all is over, and shared by many', () => {
    const socket = new Socket().connect();
    const { signal } = new AbortController();
    for (let id = 0; id < 50; id += 1) socket.ask({ id, text: '' }, { signal });
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    for (let id = 0; id < 50; id += 1) socket.receive(id);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });
});

describe('a request whose connection is lost', () => {
  it('should fail with how it ended, and not be sent again', async () => {
    const socket = new Socket().connect();
    const { outcomes, done } = socket.ask({ id: 1, text: 'a' });
    socket.disconnect();
    await done;
    expect(outcomes[0]).toBeInstanceOf(RequestLostError);
    expect(outcomes[0]).toMatchObject({ ending, wasSent: true });
    socket.connect();
    expect(socket.texts).toEqual([['1a'], []]);
    socket.expectNothingLeft();
  });

  it('should be sent again, ahead of what waits, where it is idempotent', async () => {
    const socket = new Socket().connect();
    const asked = [1, 2, 3].map((id) => socket.ask({ id, text: 'a' }, { idempotent: true }));
    socket.receive(2, 'early');
    socket.disconnect();
    socket.post({ text: 'waits' });
    // No connection, no answer.
    expect(socket.receive(1)).toBe(false);
    socket.disconnect();
    socket.connect();
    expect(socket.texts).toEqual([
      ['1a', '2a', '3a'],
      ['1a', '3a', 'waits'],
    ]);
    socket.receive(1, 'late');
    socket.disconnect();
    socket.connect();
    expect(socket.texts[2]).toEqual(['3a']);
    socket.receive(3, 'last');
    await Promise.all(asked.map(({ done }) => done));
    expect(asked.map(({ outcomes }) => outcomes)).toEqual([['late'], ['early'], ['last']]);
    socket.expectNothingLeft();
  });

  it('should be sent again within its timeout alone', async () => {
    const socket = new Socket().connect();
    const { outcomes, done } = socket.ask({ id: 1, text: '' }, { idempotent: true, timeout: 100 });
    socket.scheduler.advance(60);
    socket.disconnect();
    socket.scheduler.advance(40);
    await done;
    expect(outcomes[0]).toMatchObject({ _tag: 'RequestTimedOutError', wasSent: true });
    socket.connect();
    expect(socket.last).toEqual([]);
    socket.expectNothingLeft();
  });

  it('should fail with how it was lost where the stream ends', async () => {
    const socket = new Socket().connect();
    const { outcomes, done } = socket.ask({ id: 1, text: '' }, { idempotent: true });
    socket.disconnect();
    socket.disconnect(ENDINGS.NetworkFailed);
    socket.end(O.some(mine), ENDINGS.NetworkFailed);
    await done;
    expect(outcomes[0]).toMatchObject({ _tag: 'RequestLostError', ending });
    socket.expectNothingLeft();
  });

  it('should fail with how it was lost where it cannot be sent again', async () => {
    const socket = new Socket().connect();
    const { outcomes, done } = socket.ask({ id: 1, text: '' }, { idempotent: true });
    socket.disconnect();
    socket.failure = mine;
    socket.connect();
    await done;
    expect(outcomes[0]).toMatchObject({ _tag: 'RequestLostError', ending });
    socket.expectNothingLeft();
  });

  it('should wait on where the connection does not take it', async () => {
    const socket = new Socket().connect();
    const { done } = socket.ask({ id: 1, text: 'a' }, { idempotent: true });
    socket.disconnect();
    socket.requests.opened();
    expect(socket.receive(1)).toBe(false);
    socket.connect();
    expect(socket.receive(1)).toBe(true);
    await done;
  });

  it('should fail with how the stream ended, where the connection was not told of', async () => {
    const socket = new Socket().connect();
    const { outcomes, done } = socket.ask({ id: 1, text: '' });
    socket.end(O.some(mine), ENDINGS.Cancelled);
    await done;
    expect(outcomes[0]).toMatchObject({ _tag: 'RequestLostError', ending: ENDINGS.Cancelled });
    socket.expectNothingLeft();
  });

  it('should be cancelled when an end is made of the socket', async () => {
    const socket = new Socket().connect();
    const sent = socket.ask({ id: 1, text: '' });
    socket.connection = undefined;
    const waits = socket.ask({ id: 2, text: '' });
    socket.dispose();
    await Promise.all([sent.done, waits.done]);
    const cause = expect.any(DisposedError);
    expect(sent.outcomes[0]).toMatchObject({ _tag: 'RequestCancelledError', wasSent: true, cause });
    expect(waits.outcomes[0]).toMatchObject({ wasSent: false, cause });
    socket.expectNothingLeft();
    const late = socket.ask({ id: 3, text: '' });
    await late.done;
    expect(late.outcomes[0]).toMatchObject({ _tag: 'RequestNotSentError', cause });
  });

  it('should be of no concern to who asks before it is told that the stream is over', async () => {
    const socket = new Socket().connect();
    const before = socket.ask({ id: 1, text: '' });
    const after: Asked[] = [];
    socket.end(O.none, ending, () => after.push(socket.ask({ id: 1, text: 'a' })));
    await before.done;
    expect(before.outcomes[0]).toMatchObject({ _tag: 'RequestLostError' });
    expect([socket.streams, socket.isHeld]).toEqual([2, true]);
    socket.connect();
    socket.receive(1, 'b');
    await after[0]?.done;
    expect([after[0]?.outcomes, socket.last]).toEqual([['b'], [{ id: 1, text: 'a' }]]);
    socket.expectNothingLeft();
  });
});

describe('a request with a correlate of its own', () => {
  const starts =
    (prefix: string) =>
    ({ text }: Message): boolean =>
      text.startsWith(prefix);

  it('should have the first answer that it says is one, without an id', async () => {
    const socket = new Socket().connect();
    const a = socket.ask({ text: 'a?' }, { correlate: starts('a') });
    const also = socket.ask({ text: 'a?' }, { correlate: starts('a') });
    const b = socket.ask({ text: 'b?' }, { correlate: starts('b') });
    expect(socket.receive(undefined, 'c')).toBe(false);
    for (const text of ['b1', 'a1', 'a2']) expect(socket.receive(undefined, text)).toBe(true);
    await Promise.all([a.done, also.done, b.done]);
    expect([a.outcomes, also.outcomes, b.outcomes]).toEqual([['a1'], ['a2'], ['b1']]);
    expect([socket.id, socket.answerTo].map(({ mock }) => mock.calls.length)).toEqual([0, 0]);
    socket.expectNothingLeft();
  });

  it('should come after the ids', async () => {
    const socket = new Socket().connect();
    const any = socket.ask({ text: '?' }, { correlate: () => true });
    const one = socket.ask({ id: 1, text: '?' });
    socket.receive(1, 'one');
    socket.receive(2, 'two');
    await Promise.all([any.done, one.done]);
    expect([one.outcomes, any.outcomes]).toEqual([['one'], ['two']]);
  });

  it('should not be asked before it is sent', () => {
    const socket = new Socket().connect();
    socket.connection = undefined;
    const correlate = vi.fn(() => true);
    socket.ask({ text: '?' }, { correlate });
    expect(socket.receive(undefined, 'a')).toBe(false);
    expect(correlate).not.toHaveBeenCalled();
    socket.connect();
    expect(socket.receive(undefined, 'a')).toBe(true);
  });

  it('should fail alone with what it throws, and leave the message to the others', async () => {
    const socket = new Socket().connect();
    const faulty = socket.ask({ text: '?' }, { correlate: fail });
    const other = socket.ask({ text: '?' }, { correlate: () => true });
    socket.receive(undefined, 'answer');
    await Promise.all([faulty.done, other.done]);
    expect([faulty.outcomes, other.outcomes, socket.faults]).toEqual([[mine], ['answer'], []]);
    socket.expectNothingLeft();
  });

  it('should not go round for ever when who retries throws again', () => {
    const socket = new Socket().connect();
    const correlate = vi.fn(fail);
    const stream = socket.requests.requestStream({ text: '?' }, { correlate, isLast: () => true });
    const { subscription } = watch(stream.pipe(retry()));
    expect(socket.receive(undefined, 'a')).toBe(false);
    expect(correlate).toHaveBeenCalledOnce();
    subscription.unsubscribe();
    socket.expectNothingLeft();
  });

  it('should do without the option of the socket', async () => {
    const hub = new FakeHub<Message, Message>();
    const requests = new RequestHub<Message, Message>(hub, undefined);
    hub.members.push(requests);
    hub.connect();
    await expect(requests.request({ text: '?' })).rejects.toThrow(OptionTypeError);
    const answer = requests.request({ text: '?' }, { correlate: () => true });
    requests.dispatch({ text: 'a' });
    await expect(answer).resolves.toEqual({ text: 'a' });
  });
});

describe('the cancel message of a request', () => {
  const cancel = (): Message => ({ text: 'cancel' });

  it('should be sent when it times out or its signal aborts', () => {
    const socket = new Socket().connect();
    const controller = new AbortController();
    socket.ask({ id: 1, text: 'a' }, { cancel, timeout: 10 });
    socket.ask({ id: 2, text: 'b' }, { cancel, signal: controller.signal });
    socket.scheduler.advance(10);
    controller.abort();
    expect(socket.texts).toEqual([['1a', '2b', 'cancel', 'cancel']]);
    socket.expectNothingLeft();
  });

  it('should not be sent when it has ended, or was not sent', () => {
    const socket = new Socket();
    const waiting = new AbortController();
    socket.ask({ id: 1, text: 'a' }, { cancel, signal: waiting.signal });
    waiting.abort();
    socket.connect();
    socket.ask({ id: 1, text: 'b' }, { cancel });
    socket.receive(1, 'answer');
    socket.ask({ id: 1, text: 'c' }, { cancel });
    socket.receive(1, 'bad');
    socket.ask({ id: 1, text: 'd' }, { cancel });
    socket.disconnect();
    socket.ask({ id: 1, text: 'e' }, { cancel, idempotent: true });
    socket.connect();
    socket.disconnect();
    socket.scheduler.advance(30_000);
    socket.connect();
    expect(socket.texts).toEqual([['1b', '1c', '1d'], ['1e'], []]);
    socket.expectNothingLeft();
  });

  it('should not be sent when the request waits, on a connection that is open', () => {
    const socket = new Socket();
    socket.ask({ id: 1, text: '' }, { cancel, timeout: 10 });
    const stream = socket.requests.requestStream(
      { id: 2, text: '' },
      { cancel, isLast: () => true },
    );
    const { subscription } = watch(stream);
    socket.connection = socket.sent.push([]);
    socket.scheduler.advance(10);
    subscription.unsubscribe();
    expect(socket.texts).toEqual([[]]);
    socket.expectNothingLeft();
  });

  it('should harm nobody where it throws, or cannot be encoded', async () => {
    const socket = new Socket().connect();
    const throws = socket.ask({ id: 1, text: '' }, { cancel: fail, timeout: 10 });
    const fails = socket.ask({ id: 2, text: '' }, { cancel, timeout: 10 });
    socket.failure = mine;
    socket.scheduler.advance(10);
    await Promise.all([throws.done, fails.done]);
    expect(throws.outcomes[0]).toBeInstanceOf(RequestTimedOutError);
    expect(fails.outcomes[0]).toBeInstanceOf(RequestTimedOutError);
    socket.expectNothingLeft();
  });
});

describe('a request with many answers', () => {
  const isLast = ({ text }: Message): boolean => text.endsWith('.');
  const cancel = (): Message => ({ text: 'cancel' });
  const open = (
    socket: Socket,
    message: Message = { id: 1, text: '?' },
    options: Partial<StreamOptions> = {},
  ): Observable<Message> => socket.requests.requestStream(message, { isLast, ...options });

  it('should be cold, and give its answers until the last', () => {
    const socket = new Socket().connect();
    const stream = open(socket);
    expect([socket.texts, socket.streams]).toEqual([[[]], 0]);
    const { values, outcomes } = watch(stream);
    for (const text of ['a', 'b', 'c.']) expect(socket.receive(1, text)).toBe(true);
    expect(socket.receive(1, 'late')).toBe(false);
    expect([values, outcomes]).toEqual([['a', 'b', 'c.'], ['complete']]);
    expect(socket.texts).toEqual([['1?']]);
    socket.expectNothingLeft();
  });

  it('should send its message anew for each subscriber, one at a time', () => {
    const socket = new Socket().connect();
    const stream = open(socket);
    watch(stream);
    const duplicate = watch(stream);
    expect(duplicate.outcomes[0]).toMatchObject({ reason: 'duplicate' });
    socket.receive(1, '.');
    watch(stream);
    expect(socket.texts).toEqual([['1?', '1?']]);
    socket.receive(1, '.');
    socket.expectNothingLeft();
  });

  it('should be cancelled by unsubscribing', () => {
    const socket = new Socket().connect();
    const { values, outcomes, subscription } = watch(open(socket, undefined, { cancel }));
    socket.receive(1, 'a');
    subscription.unsubscribe();
    subscription.unsubscribe();
    expect(socket.receive(1, 'b')).toBe(false);
    expect([values, outcomes, socket.texts]).toEqual([['a'], [], [['1?', 'cancel']]]);
    socket.expectNothingLeft();
  });

  it('should take its message back where it waits still', () => {
    const socket = new Socket();
    watch(open(socket, undefined, { cancel })).subscription.unsubscribe();
    socket.connect();
    expect(socket.texts).toEqual([[]]);
    socket.expectNothingLeft();
  });

  it('should fail with what an answer tells of, and not be cancelled', () => {
    const socket = new Socket().connect();
    const isLastOne = vi.fn(isLast);
    const { values, outcomes } = watch(open(socket, undefined, { cancel, isLast: isLastOne }));
    socket.receive(1, 'a');
    socket.receive(1, 'bad');
    expect(isLastOne).toHaveBeenCalledOnce();
    expect([values, outcomes, socket.texts]).toEqual([['a'], [mine], [['1?']]]);
    socket.expectNothingLeft();
  });

  it('should fail alone with what isLast throws, and be cancelled', () => {
    const socket = new Socket().connect();
    const { outcomes } = watch(open(socket, undefined, { cancel, isLast: fail }));
    expect(socket.receive(1, 'a')).toBe(true);
    expect([outcomes, socket.texts]).toEqual([[mine], [['1?', 'cancel']]]);
    socket.expectNothingLeft();
  });

  it('should time out when no answer comes for so long', () => {
    const socket = new Socket().connect();
    const { values, outcomes } = watch(open(socket, undefined, { cancel, timeout: 100 }));
    for (const text of ['a', 'b', 'c']) {
      socket.scheduler.advance(99);
      socket.receive(1, text);
    }
    socket.scheduler.advance(99);
    expect([values, outcomes]).toEqual([['a', 'b', 'c'], []]);
    socket.scheduler.advance(1);
    expect(outcomes[0]).toMatchObject({ _tag: 'RequestTimedOutError', limit: 100 });
    expect(socket.texts).toEqual([['1?', 'cancel']]);
    socket.expectNothingLeft();
  });

  it('should fail when the connection is lost, or begin anew where it is idempotent', () => {
    const socket = new Socket().connect();
    const lost = watch(open(socket));
    const again = watch(open(socket, { id: 2, text: '?' }, { idempotent: true }));
    socket.receive(2, 'a');
    socket.disconnect();
    socket.connect();
    for (const text of ['a', 'b.']) socket.receive(2, text);
    expect(lost.outcomes[0]).toMatchObject({ _tag: 'RequestLostError', ending });
    expect([again.values, again.outcomes]).toEqual([['a', 'a', 'b.'], ['complete']]);
    expect(socket.texts).toEqual([['1?', '2?'], ['2?']]);
    socket.expectNothingLeft();
  });

  it('should be cancelled by its signal, and when an end is made of the socket', () => {
    const socket = new Socket().connect();
    const controller = new AbortController();
    const aborted = watch(open(socket, undefined, { signal: controller.signal }));
    const disposed = watch(open(socket, { id: 2, text: '?' }));
    controller.abort();
    socket.dispose();
    expect(aborted.outcomes[0]).toBeInstanceOf(RequestCancelledError);
    expect(disposed.outcomes[0]).toBeInstanceOf(RequestCancelledError);
    socket.expectNothingLeft();
  });

  it('should find the connection still there when it is retried at once', () => {
    const socket = new Socket().connect();
    const { values, outcomes } = watch(open(socket).pipe(retry(1)));
    socket.receive(1, 'bad');
    socket.receive(1, 'a.');
    expect([values, outcomes, socket.streams]).toEqual([['a.'], ['complete'], 1]);
    expect(socket.texts).toEqual([['1?', '1?']]);
    socket.expectNothingLeft();
  });

  it('should fail on subscription with what id throws, and at once for a wrong option', () => {
    const socket = new Socket().connect();
    socket.id.mockImplementation(fail);
    expect(watch(open(socket)).outcomes).toEqual([mine]);
    expect(() => open(socket, undefined, { timeout: -1 })).toThrow('requestStream.timeout');
    socket.expectNothingLeft();
  });

  it('should bear that a function ends what it is asked about', () => {
    const socket = new Socket().connect();
    const subscriptions: Subscription[] = [];
    const stream = open(socket, undefined, {
      isLast: () => {
        for (const each of subscriptions) each.unsubscribe();
        return true;
      },
    });
    const { values, outcomes, subscription } = watch(stream);
    subscriptions.push(subscription);
    socket.receive(1, 'a');
    expect([values, outcomes]).toEqual([[], []]);
    socket.expectNothingLeft();
  });
});

describe('any requests under any reconnects', () => {
  const step = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constant('ask' as const),
        idempotent: fc.boolean(),
        isKeyed: fc.boolean(),
        timeout: fc.constantFrom(10, 50, Infinity),
        hasSignal: fc.boolean(),
      }),
    },
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constantFrom('answer' as const, 'refuse' as const),
        at: fc.nat(5),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constantFrom('open' as const, 'lose' as const, 'wait' as const),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constantFrom('end' as const, 'fail' as const, 'abort' as const),
      }),
    },
  );

  it('should settle each exactly once, with its own answer, and leave nothing', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const socket = new Socket();
        let controller = new AbortController();
        const settled: unknown[][] = [];
        /** What the server has been sent on this connection and not answered. */
        const open = (): number[] => socket.last.map(({ text }) => Number(text));
        const answered = new Set<number>();
        for (const each of steps) {
          switch (each.do) {
            case 'ask': {
              const number = settled.length;
              const outcomes: unknown[] = [];
              settled.push(outcomes);
              const { idempotent, timeout } = each;
              const isAnswer = ({ text }: Message): boolean =>
                text === `${number}` || text === `bad ${number}`;
              socket.requests
                .requestStream(
                  { id: number, text: `${number}` },
                  {
                    isLast: () => true,
                    idempotent,
                    timeout,
                    failure: ({ text }) => (text.startsWith('bad') ? text : undefined),
                    ...(each.isKeyed ? {} : { correlate: isAnswer }),
                    ...(each.hasSignal ? { signal: controller.signal } : {}),
                  },
                )
                .subscribe({
                  next: ({ text }) => outcomes.push(text),
                  error: (error: unknown) => outcomes.push(error),
                });
              break;
            }
            case 'answer':
            case 'refuse': {
              const number = open()[each.at];
              if (number === undefined || socket.connection === undefined) break;
              const text = each.do === 'answer' ? `${number}` : `bad ${number}`;
              const wasSettled = settled[number]?.length === 1;
              expect(socket.receive(number, text)).toBe(!wasSettled);
              if (!wasSettled) expect(settled[number]).toEqual([text]);
              answered.add(number);
              break;
            }
            case 'open':
              if (socket.connection !== undefined) break;
              socket.connect();
              // What is answered is not sent again, and nothing is sent twice.
              expect(new Set(open()).size).toBe(open().length);
              for (const number of open()) expect(answered).not.toContain(number);
              break;
            case 'lose':
              socket.disconnect();
              break;
            case 'wait':
              socket.scheduler.advance(10);
              break;
            case 'end':
            case 'fail':
              socket.end(each.do === 'fail' ? O.some(mine) : O.none);
              expect(socket.requests.size).toBe(0);
              break;
            case 'abort':
              controller.abort();
              controller = new AbortController();
              break;
          }
          const inFlight = settled.filter(({ length }) => length === 0).length;
          expect(socket.requests.size).toBe(inFlight);
          expect(socket.isHeld).toBe(inFlight > 0);
        }
        socket.dispose();
        for (const outcomes of settled) expect(outcomes).toHaveLength(1);
        expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
        socket.expectNothingLeft();
      }),
      { numRuns: 500 },
    );
  });
});
