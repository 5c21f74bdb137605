import { afterEach, beforeEach, describe, expect, expectTypeOf, it, vi } from 'vitest';
import { json } from '../../src/codec/json.js';
import { EncodeError } from '../../src/streams/encode-error.js';
import { Opening } from '../../src/streams/opening.js';
import type { OnOpen, OpeningSession } from '../../src/streams/opening-session.js';
import { VirtualClock } from './virtual-clock.js';

const info = { target: 'h:443', protocol: 'feed.v1', address: '127.0.0.1:443' };
const place = { attempt: 3, connection: 2, info, cursor: 17 };
const lost = new Error('The connection is over');

/** Lets everything happen that waits for nothing but its turn. */
const turns = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('Opening', () => {
  let clock = new VirtualClock();
  const unhandled = vi.fn();

  beforeEach(() => {
    clock = new VirtualClock();
    unhandled.mockClear();
    process.on('unhandledRejection', unhandled);
  });

  afterEach(async () => {
    await turns();
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });

  /** An opening that was not started, what it tells, and the calls of its line. */
  function openingOf(onOpen: OnOpen<unknown, unknown>, openTimeout = 100) {
    const told: unknown[] = [];
    const sent: unknown[] = [];
    const line = { pause: vi.fn(), resume: vi.fn() };
    const settings = { onOpen, openTimeout, codec: json(), scheduler: clock };
    const opening = new Opening<unknown, unknown>(line, settings, {
      sent: (payload) => sent.push(payload),
      accepted: (messages) => told.push(['accepted', messages]),
      refused: (cause) => told.push(['refused', cause]),
      timedOut: () => told.push(['timedOut']),
    });
    return { opening, told, sent, line };
  }

  /** An opening that is under way, and the session that `onOpen` was given; it goes on until `end` is called. */
  async function underWay(openTimeout?: number) {
    const ends: ((outcome: Promise<void>) => void)[] = [];
    const sessions: OpeningSession<unknown, unknown>[] = [];
    const each = openingOf((session) => {
      sessions.push(session);
      return new Promise<void>((resolve) => ends.push(resolve));
    }, openTimeout);
    each.opening.start(place);
    await turns();
    const [session] = sessions;
    const [end] = ends;
    if (session === undefined || end === undefined) throw new Error('onOpen was not called');
    return {
      ...each,
      session,
      accept: async () => {
        end(Promise.resolve());
        await turns();
      },
      refuse: async (cause: Error) => {
        end(Promise.reject(cause));
        await turns();
      },
    };
  }

  /** What a promise rejects with. */
  const reasonOf = (promise: Promise<unknown>): Promise<unknown> =>
    promise.then(
      () => 'resolved',
      (reason: unknown) => reason,
    );

  it('should give onOpen the connection, later', async () => {
    const onOpen = vi.fn<OnOpen<unknown, unknown>>();
    const { opening, told } = openingOf(onOpen);
    opening.start(place);
    expect(onOpen).not.toHaveBeenCalled();
    await turns();
    expect(onOpen).toHaveBeenCalledOnce();
    expect(onOpen.mock.calls[0]).toHaveLength(1);
    expect(onOpen.mock.calls[0]?.[0]).toMatchObject(place);
    expect(told).toEqual([['accepted', []]]);
  });

  describe('the outcome', () => {
    it.each<[string, OnOpen<unknown, unknown>]>([
      ['returns', () => undefined],
      ['resolves', () => turns()],
      [
        'gives something like a promise that resolves',
        () => ({
          then: ((done: () => void) => {
            done();
          }) as PromiseLike<void>['then'],
        }),
      ],
    ])('should be to accept when it %s', async (_name, onOpen) => {
      const { opening, told } = openingOf(onOpen);
      opening.start(place);
      await turns();
      await turns();
      expect(told).toEqual([['accepted', []]]);
      expect(clock.pending).toBe(0);
    });

    const cause = new Error('wrong password');

    it.each<[string, unknown, OnOpen<unknown, unknown>]>([
      [
        'throws',
        cause,
        () => {
          throw cause;
        },
      ],
      ['rejects', cause, () => Promise.reject(cause)],
      [
        'throws after an await',
        cause,
        async () => {
          await turns();
          throw cause;
        },
      ],
      [
        'throws undefined',
        undefined,
        () => {
          // eslint-disable-next-line @typescript-eslint/only-throw-error -- Users do.
          throw undefined;
        },
      ],
    ])('should be to refuse when it %s', async (_name, expected, onOpen) => {
      const { opening, told } = openingOf(onOpen);
      opening.start(place);
      await turns();
      await turns();
      expect(told).toEqual([['refused', expected]]);
      expect(clock.pending).toBe(0);
    });

    it.each(['accept', 'refuse'] as const)('should be told once: %s', async (outcome) => {
      const { opening, told, session, ...end } = await underWay();
      await end[outcome](cause);
      opening.stop(lost);
      clock.advance(1_000);
      expect(told).toHaveLength(1);
      expect(session.signal.aborted).toBe(true);
    });

    it('should abort the signal before it is told', async () => {
      const aborted: boolean[] = [];
      const { opening } = openingOf(({ signal }) => {
        signal.addEventListener('abort', () => aborted.push(true));
      });
      opening.start(place);
      await turns();
      expect(aborted).toEqual([true]);
    });
  });

  describe('the time limit', () => {
    it('should bound it, and abort the signal with the reason', async () => {
      const { told, session, accept } = await underWay(250);
      const receiving = session.receive();
      clock.advance(249);
      expect(told).toEqual([]);
      expect(session.signal.aborted).toBe(false);
      clock.advance(1);
      expect(told).toEqual([['timedOut']]);
      expect(session.signal.reason).toEqual(new Error('openTimeout of 250 ms ran out'));
      expect(await reasonOf(receiving)).toBe(session.signal.reason);
      await accept();
      expect(told).toHaveLength(1);
    });

    it('should count from the start, and not from the call of onOpen', () => {
      const { opening, told } = openingOf(() => undefined);
      opening.start(place);
      clock.advance(100);
      expect(told).toEqual([['timedOut']]);
    });

    it('should be none with Infinity', async () => {
      // Not even asked for: a timer of Node's that is to wait for ever goes off at once.
      const schedule = vi.spyOn(clock, 'schedule');
      const { told } = await underWay(Infinity);
      expect(schedule).not.toHaveBeenCalled();
      expect(told).toEqual([]);
    });
  });

  describe('stop', () => {
    it('should abort the signal with the reason, and tell nothing', async () => {
      const { opening, told, session, accept } = await underWay();
      const receiving = [session.receive(), session.receive((each) => each === 'never')];
      opening.stop(lost);
      opening.stop(new Error('again'));
      expect(session.signal.reason).toBe(lost);
      expect(await Promise.all(receiving.map(reasonOf))).toEqual([lost, lost]);
      expect(clock.pending).toBe(0);
      await accept();
      expect(told).toEqual([]);
    });

    it('should take care of what onOpen rejects with because of it', async () => {
      const { opening, told } = openingOf(async ({ receive }) => {
        await receive();
      });
      opening.start(place);
      await turns();
      opening.stop(lost);
      await turns();
      expect(told).toEqual([]);
    });

    it('should keep onOpen from being called, and leave no timer, when it comes first', async () => {
      const onOpen = vi.fn<OnOpen<unknown, unknown>>();
      const { opening, told } = openingOf(onOpen);
      opening.stop(lost);
      opening.start(place);
      await turns();
      expect(clock.pending).toBe(0);
      expect(onOpen).not.toHaveBeenCalled();
      expect(told).toEqual([]);
    });

    it('should keep onOpen from being called when it comes in the same turn', async () => {
      const onOpen = vi.fn<OnOpen<unknown, unknown>>();
      const { opening, told } = openingOf(onOpen);
      opening.start(place);
      opening.stop(lost);
      await turns();
      expect(clock.pending).toBe(0);
      expect(onOpen).not.toHaveBeenCalled();
      expect(told).toEqual([]);
    });
  });

  describe('send', () => {
    it('should encode and send at once', async () => {
      const { sent, session } = await underWay();
      session.send({ login: 'x' });
      session.send('two');
      expect(sent).toEqual(['{"login":"x"}', '"two"']);
    });

    it('should throw what the codec cannot encode', async () => {
      const { sent, session, told } = await underWay();
      expect(() => {
        session.send(1n);
      }).toThrow(EncodeError);
      expect(sent).toEqual([]);
      expect(told).toEqual([]);
    });

    it('should refuse the connection when onOpen does not catch that', async () => {
      const { opening, told } = openingOf(({ send }) => {
        send(1n);
      });
      opening.start(place);
      await turns();
      expect(told).toEqual([['refused', expect.any(EncodeError)]]);
    });

    it.each<[string, (each: Awaited<ReturnType<typeof underWay>>) => unknown]>([
      ['it was accepted', ({ accept }) => accept()],
      ['it was refused', ({ refuse }) => refuse(new Error('x'))],
      [
        'it was stopped',
        ({ opening }) => {
          opening.stop(lost);
        },
      ],
      [
        'its time ran out',
        () => {
          clock.advance(100);
        },
      ],
    ])('should throw the reason once %s', async (_name, end) => {
      const each = await underWay();
      await end(each);
      const { session, sent } = each;
      expect(() => {
        session.send('late');
      }).toThrow(session.signal.reason as Error);
      expect(sent).toEqual([]);
    });
  });

  describe('receive', () => {
    it('should give the next message that comes', async () => {
      const { opening, session, told, accept } = await underWay();
      const receiving = session.receive();
      opening.take('one');
      opening.take('two');
      await expect(receiving).resolves.toBe('one');
      await accept();
      expect(told).toEqual([['accepted', ['two']]]);
    });

    it('should give the oldest that came before', async () => {
      const { opening, session, told, accept } = await underWay();
      for (const each of ['one', 'two', 'three']) opening.take(each);
      await expect(session.receive()).resolves.toBe('one');
      await expect(session.receive()).resolves.toBe('two');
      await accept();
      expect(told).toEqual([['accepted', ['three']]]);
    });

    it('should give the next that is wanted, and leave the others in their order', async () => {
      const { opening, session, told, accept } = await underWay();
      for (const each of [1, 2, 3]) opening.take(each);
      await expect(session.receive((each) => each === 2)).resolves.toBe(2);
      const receiving = session.receive((each) => each === 5);
      for (const each of [4, 5, 6]) opening.take(each);
      await expect(receiving).resolves.toBe(5);
      await accept();
      expect(told).toEqual([['accepted', [1, 3, 4, 6]]]);
    });

    it('should give messages that are undefined or false', async () => {
      const { opening, session } = await underWay();
      const first = session.receive();
      opening.take(undefined);
      opening.take(false);
      await expect(first).resolves.toBeUndefined();
      await expect(session.receive()).resolves.toBe(false);
    });

    it('should have the type that a guard says', async () => {
      const { opening, session } = await underWay();
      const isText = (message: unknown): message is string => typeof message === 'string';
      const receiving = session.receive(isText);
      expectTypeOf(receiving).toEqualTypeOf<Promise<string>>();
      expectTypeOf(session.receive((message) => message !== 1)).toEqualTypeOf<Promise<unknown>>();
      opening.take(7);
      opening.take('text');
      await expect(receiving).resolves.toBe('text');
    });

    it('should serve who waits in the order of asking', async () => {
      const { opening, session, told, accept } = await underWay();
      const answers: unknown[] = [];
      const note = (name: string) => (message: unknown) => answers.push([name, message]);
      void session.receive((each) => each === 'b').then(note('first'));
      void session.receive().then(note('second'));
      void session.receive((each) => each === 'b').then(note('third'));
      void session.receive().then(note('fourth'));
      for (const each of ['b', 'b', 'b', 'a', 'a']) opening.take(each);
      await turns();
      expect(answers).toEqual([
        ['first', 'b'],
        ['second', 'b'],
        ['third', 'b'],
        ['fourth', 'a'],
      ]);
      await accept();
      expect(told).toEqual([['accepted', ['a']]]);
    });

    it('should ask the predicate once for each message', async () => {
      const { opening, session } = await underWay();
      const isWanted = vi.fn((each: unknown) => each === 3);
      opening.take(1);
      const receiving = session.receive(isWanted);
      for (const each of [2, 3, 4]) opening.take(each);
      await receiving;
      expect(isWanted.mock.calls.map(([each]) => each)).toEqual([1, 2, 3]);
    });

    it('should reject with what the predicate throws on a message that came before', async () => {
      const { opening, session, told, accept } = await underWay();
      const bug = new RangeError('a bug');
      opening.take('one');
      const receiving = session.receive(() => {
        throw bug;
      });
      expect(await reasonOf(receiving)).toBe(bug);
      opening.take('two');
      await accept();
      expect(told).toEqual([['accepted', ['one', 'two']]]);
    });

    it('should reject with what the predicate throws later, and offer the message to others', async () => {
      const { opening, session } = await underWay();
      const bug = new RangeError('a bug');
      const isWanted = vi.fn((): never => {
        throw bug;
      });
      const [faulty, other] = [session.receive(isWanted), session.receive()];
      opening.take('one');
      expect(await reasonOf(faulty)).toBe(bug);
      await expect(other).resolves.toBe('one');
      opening.take('two');
      expect(isWanted).toHaveBeenCalledOnce();
    });

    it('should keep a message for the stream that nobody wanted but a faulty predicate', async () => {
      const { opening, session, told, accept } = await underWay();
      void session.receive(() => {
        throw new RangeError('a bug');
      });
      opening.take('one');
      await accept();
      expect(told).toEqual([['accepted', ['one']]]);
    });

    it('should reject when it is asked for after the end', async () => {
      const { session, accept } = await underWay();
      await accept();
      expect(await reasonOf(session.receive())).toBe(session.signal.reason);
      expect(session.signal.reason).toEqual(new Error('onOpen is over'));
    });

    it('should reject also when a message waits that came before the end', async () => {
      const { opening, session } = await underWay();
      opening.take('one');
      opening.stop(lost);
      expect(await reasonOf(session.receive())).toBe(lost);
    });

    it('should reject with what onOpen failed with, when others wait still', async () => {
      const { session, refuse } = await underWay();
      const receiving = session.receive();
      const cause = new Error('gave up');
      await refuse(cause);
      expect(await reasonOf(receiving)).toBe(cause);
    });

    it('should reject nobody without a handler', async () => {
      const { opening, session } = await underWay();
      void session.receive();
      opening.stop(lost);
      void session.receive();
      await turns();
      expect(unhandled).not.toHaveBeenCalled();
    });

    it('should work taken out of the session', async () => {
      const { opening, session } = await underWay();
      const { send, receive, deliver } = session;
      send(1);
      deliver(2);
      opening.take(3);
      await expect(receive()).resolves.toBe(3);
    });
  });

  describe('deliver', () => {
    it('should put messages on the stream, before those that were not asked for', async () => {
      const { opening, session, told, accept } = await underWay();
      opening.take('one');
      session.deliver('made up');
      opening.take('two');
      session.deliver(await session.receive((each) => each === 'two'));
      opening.take('three');
      expect(told).toEqual([]);
      await accept();
      expect(told).toEqual([['accepted', ['made up', 'two', 'one', 'three']]]);
    });

    it('should change nothing after the end', async () => {
      const { session, told, accept } = await underWay();
      await accept();
      session.deliver('late');
      expect(told).toEqual([['accepted', []]]);
    });

    it('should come to nothing when the connection is refused', async () => {
      const { session, told, refuse } = await underWay();
      session.deliver('one');
      const cause = new Error('x');
      await refuse(cause);
      expect(told).toEqual([['refused', cause]]);
    });
  });

  describe('the messages that wait', () => {
    it('should stop the line at 1,000, and no sooner', async () => {
      const { opening, line } = await underWay();
      for (let each = 1; each < 1_000; each += 1) opening.take(each);
      expect(line.pause).not.toHaveBeenCalled();
      opening.take(1_000);
      expect(line.pause).toHaveBeenCalledOnce();
    });

    it('should be kept all the same when more come that were read already', async () => {
      const { opening, told, accept } = await underWay();
      const all = Array.from({ length: 1_500 }, (_, index) => index);
      for (const each of all) opening.take(each);
      await accept();
      expect(told).toEqual([['accepted', all]]);
    });

    it('should let the line go on as soon as there are fewer', async () => {
      const { opening, session, line } = await underWay();
      for (let each = 0; each < 1_002; each += 1) opening.take(each);
      await session.receive();
      await session.receive((each) => each === 500);
      expect(line.resume).not.toHaveBeenCalled();
      await session.receive();
      expect(line.resume).toHaveBeenCalledOnce();
    });

    it('should not be counted when they are given to who waits', async () => {
      const { opening, session, line } = await underWay();
      for (let each = 0; each < 2_000; each += 1) {
        const receiving = session.receive();
        opening.take(each);
        await receiving;
      }
      expect(line.pause).not.toHaveBeenCalled();
    });

    it('should not keep the line from bringing the message that is waited for', async () => {
      const { opening, session, line } = await underWay();
      let isPaused = false;
      line.pause.mockImplementation(() => (isPaused = true));
      line.resume.mockImplementation(() => (isPaused = false));
      const before = session.receive((each) => each === 'welcome');
      for (let each = 0; each < 1_000; each += 1) opening.take(each);
      // Nothing would ever come that could be what it waits for.
      expect(isPaused).toBe(false);
      opening.take('welcome');
      await expect(before).resolves.toBe('welcome');
      const after = session.receive((each) => each === 'ready');
      expect(isPaused).toBe(false);
      opening.take('ready');
      await expect(after).resolves.toBe('ready');
    });
  });
});
