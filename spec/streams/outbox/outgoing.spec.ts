import * as E from 'fp-ts/lib/Either.js';
import { Subscription } from 'rxjs';
import type { SchedulerLike } from 'rxjs';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { collect } from '../../integration/support/collect.js';
import type { Codec, Payload } from '../../../src/codec/codec.js';
import { NORMAL_CLOSE } from '../../../src/streams/close-request.js';
import { EncodeError } from '../../../src/streams/encode-error.js';
import { checkAcknowledge } from '../../../src/streams/outbox/acknowledge-options.js';
import type { AcknowledgeOptions } from '../../../src/streams/outbox/acknowledge-options.js';
import type { Delivery } from '../../../src/streams/outbox/delivery.js';
import { OutboxFullError } from '../../../src/streams/outbox/outbox-full-error.js';
import { checkOutbox } from '../../../src/streams/outbox/outbox-options.js';
import type { OutboxOptions } from '../../../src/streams/outbox/outbox-options.js';
import { Outgoing } from '../../../src/streams/outbox/outgoing.js';
import type { Outlet } from '../../../src/streams/outbox/outlet.js';
import type { Parcel } from '../../../src/streams/outbox/parcel.js';
import { SocketCounters } from '../../../src/streams/socket-stats.js';
import { ENDINGS } from '../endings.js';
import { VirtualClock } from '../virtual-clock.js';
import { LooseCarrier } from './loose-carrier.js';

/** A message is `id:text`, or text alone; `!` cannot be encoded. */
const raw: Codec<string, Payload> = {
  name: 'raw',
  decode: (data) => E.right(data.toString()),
  encode: (message) =>
    message === '!'
      ? E.left({ _tag: 'EncodeFailure', codec: 'raw', reason: 'it is a !' })
      : E.right(message),
};

const idOf = (message: Payload): string | undefined => /^(\w+):/.exec(message.toString())?.[1];

const ACKNOWLEDGE: AcknowledgeOptions<string, Payload> = {
  id: idOf,
  ack: (message) => /^ack (\w+)$/.exec(message)?.[1],
};

const live = { queuedMessages: 0, queuedBytes: 0, bufferedAmount: 0, since: undefined };
const unknown: Delivery = { _tag: 'Unknown' };
const dropped = (
  why: 'overflow' | 'superseded' | 'withdrawn' | 'cancelled' | 'disposed',
): Delivery => ({ _tag: 'Dropped', why });

describe('Outgoing', () => {
  let clock = new VirtualClock();
  let counters = new SocketCounters();
  let fates: [string, Delivery][] = [];
  let onFate: (text: string, delivery: Delivery) => void = () => undefined;

  beforeEach(() => {
    clock = new VirtualClock();
    counters = new SocketCounters();
    fates = [];
    onFate = () => undefined;
  });

  function outgoingWith(
    options: OutboxOptions = {},
    acknowledge?: Partial<AcknowledgeOptions<string, Payload>>,
  ) {
    const outgoing = new Outgoing<string, Payload>(
      {
        codec: raw,
        outbox: checkOutbox('outbox', options),
        acknowledge:
          acknowledge && checkAcknowledge('acknowledge', { ...ACKNOWLEDGE, ...acknowledge }),
        scheduler: clock,
      },
      counters,
    );
    const post = (
      message: Payload,
      { ttl = Infinity, key }: { ttl?: number; key?: unknown } = {},
    ): Parcel<Payload> =>
      outgoing.post(message, {
        ttl,
        key,
        settled: (parcel, delivery) => {
          expect(parcel.isSettled).toBe(true);
          fates.push([parcel.message.toString(), delivery]);
          onFate(parcel.message.toString(), delivery);
        },
      });
    let connections = 0;
    const connect = (): { carrier: LooseCarrier; outlet: Outlet<Payload> } => {
      const carrier = new LooseCarrier();
      const outlet = outgoing.createOutlet(carrier, (connections += 1));
      return { carrier, outlet };
    };
    const open = (): ReturnType<typeof connect> => {
      const connected = connect();
      outgoing.attach(connected.outlet);
      return connected;
    };
    const way = (): readonly [number, number] => [outgoing.gauge.messages, outgoing.gauge.bytes];
    return { outgoing, post, connect, open, way };
  }

  describe('without a connection', () => {
    it('should keep messages in order, and send them once there is one', () => {
      const { outgoing, post, open, way } = outgoingWith();
      const parcels = ['one', Buffer.from('two'), 'three'].map((each) => post(each));
      expect(parcels.map(({ isWaiting }) => isWaiting)).toEqual([true, true, true]);
      expect([outgoing.isEmpty, outgoing.messages, outgoing.bytes]).toEqual([false, 3, 11]);
      const { carrier, outlet } = open();
      expect(carrier.sent).toEqual(['one', 'two', 'three']);
      expect([outgoing.isEmpty, outgoing.messages, outgoing.bytes]).toEqual([true, 0, 0]);
      expect(way()).toEqual([3, 11]);
      expect(fates).toEqual([]);
      carrier.flush(outlet);
      expect(way()).toEqual([0, 0]);
      const flushed = { _tag: 'Flushed', connection: 1 };
      expect(fates).toEqual(['one', 'two', 'three'].map((each) => [each, flushed]));
      expect(counters.snapshot(0, live)).toMatchObject({ messagesSent: 3, bytesSent: 11 });
    });

    it('should count bytes of UTF-8, of a view by itself', () => {
      const { post, way } = outgoingWith();
      post('grüße');
      post(Buffer.from('abcdef').subarray(2, 4));
      expect(way()).toEqual([2, 9]);
    });

    it('should keep a copy of bytes, which the caller may use again', () => {
      const { post, open } = outgoingWith();
      const buffer = Buffer.from('abcdef');
      post(buffer.subarray(2, 4));
      buffer.fill(0);
      expect(open().carrier.sent).toEqual(['cd']);
    });

    it('should throw what does not encode, and keep nothing of it', () => {
      const { outgoing, post, way } = outgoingWith();
      expect(() => post('!')).toThrow(EncodeError);
      expect([outgoing.isEmpty, way(), fates]).toEqual([true, [0, 0], []]);
    });

    it('should throw what the function that gives the id throws', () => {
      const bug = new RangeError('bug');
      const id = (): never => {
        throw bug;
      };
      const { outgoing, post } = outgoingWith({}, { id });
      expect(() => post('one')).toThrow(bug);
      expect(outgoing.isEmpty).toBe(true);
    });
  });

  describe('reject', () => {
    it('should refuse a message too many, and keep the rest', () => {
      const { post, open, way } = outgoingWith({ maxMessages: 2, maxBytes: 10 });
      post('one');
      post('two');
      expect(() => post('three')).toThrow(
        new OutboxFullError(
          'The outbox is full: 2 of 2 messages and 6 of 10 bytes are on their way; one more of 5 bytes does not fit',
        ),
      );
      expect(way()).toEqual([2, 6]);
      expect(open().carrier.sent).toEqual(['one', 'two']);
    });

    it('should refuse bytes too many, and take a smaller message still', () => {
      const { post, way } = outgoingWith({ maxBytes: 10 });
      post('12345678');
      expect(() => post('üü')).toThrow(OutboxFullError);
      post('ü');
      post('');
      expect(way()).toEqual([3, 10]);
    });

    it('should not keep what is larger than the bound, even alone', () => {
      const { post } = outgoingWith({ maxBytes: 2 });
      expect(() => post('one')).toThrow(OutboxFullError);
      post('on');
    });

    it.each([{ maxMessages: 0 }, { maxBytes: 0 }])('should keep nothing with %o', (limits) => {
      const { post, open } = outgoingWith(limits);
      expect(() => post('one')).toThrow(OutboxFullError);
      const { carrier, outlet } = open();
      post('alone');
      expect(() => post('two')).toThrow(OutboxFullError);
      carrier.flush(outlet);
      post('alone again');
      expect(carrier.sent).toEqual(['alone', 'alone again']);
    });

    it('should know no bound with Infinity', () => {
      const { post, way } = outgoingWith({ maxMessages: Infinity, maxBytes: Infinity });
      for (let each = 0; each < 20_000; each += 1) post('1234567890');
      expect(way()).toEqual([20_000, 200_000]);
    });

    it('should count what a connection has not handed over', () => {
      const { post, open } = outgoingWith({ maxMessages: 2 });
      const { carrier, outlet } = open();
      post('one');
      post('two');
      expect(() => post('three')).toThrow(OutboxFullError);
      carrier.flush(outlet, 1);
      post('three');
      expect(carrier.sent).toEqual(['one', 'two', 'three']);
    });

    it('should let go what is alone on its way, however large, and nothing beside it', () => {
      const { post, open } = outgoingWith({ maxBytes: 10 });
      const { carrier, outlet } = open();
      post('larger than the bound');
      expect(() => post('')).toThrow(OutboxFullError);
      carrier.flush(outlet);
      post('fits');
      expect(() => post('larger than the bound')).toThrow(OutboxFullError);
    });
  });

  describe('drop-oldest', () => {
    it('should make room by messages', () => {
      const { post, open } = outgoingWith({ maxMessages: 2, overflow: 'drop-oldest' });
      for (const each of ['one', 'two', 'three', 'four']) post(each);
      expect(fates).toEqual([
        ['one', dropped('overflow')],
        ['two', dropped('overflow')],
      ]);
      expect(open().carrier.sent).toEqual(['three', 'four']);
    });

    it('should make room by bytes, for as many as it takes', () => {
      const { post, open } = outgoingWith({ maxBytes: 10, overflow: 'drop-oldest' });
      for (const each of ['12', '34', '56', '12345678']) post(each);
      expect(fates.map(([text]) => text)).toEqual(['12', '34']);
      expect(open().carrier.sent).toEqual(['56', '12345678']);
    });

    it('should drop what never fits, and nothing for it', () => {
      const { post, way } = outgoingWith({ maxBytes: 4, overflow: 'drop-oldest' });
      post('one');
      post('too large');
      expect(fates).toEqual([['too large', dropped('overflow')]]);
      expect(way()).toEqual([1, 3]);
    });

    it('should drop nothing for what does not fit beside what is in flight', () => {
      const limits = { maxBytes: 8, highWaterMark: 4, overflow: 'drop-oldest' } as const;
      const { post, open } = outgoingWith(limits);
      const { carrier } = open();
      post('1234');
      post('wait');
      post('fives');
      expect(fates).toEqual([['fives', dropped('overflow')]]);
      post('four');
      expect(fates.slice(1)).toEqual([['wait', dropped('overflow')]]);
      expect(carrier.sent).toEqual(['1234']);
    });

    it('should drop nothing where all of it is in flight', () => {
      const { post, open } = outgoingWith({ maxMessages: 1, overflow: 'drop-oldest' });
      open();
      post('one');
      post('two');
      expect(fates).toEqual([['two', dropped('overflow')]]);
    });

    it('should find the oldest behind an order to close', () => {
      const { outgoing, post, open } = outgoingWith({ maxMessages: 2, overflow: 'drop-oldest' });
      outgoing.addClose(NORMAL_CLOSE);
      for (const each of ['one', 'two', 'three']) post(each);
      expect(fates).toEqual([['one', dropped('overflow')]]);
      expect(open().carrier).toMatchObject({ sent: [], closes: [NORMAL_CLOSE] });
      expect(outgoing.messages).toBe(2);
    });

    it('should send at once what was kept back by the one that is dropped', () => {
      const limits = { maxMessages: 2, overflow: 'drop-oldest' } as const;
      const { post, open } = outgoingWith(limits, { window: 1 });
      const { carrier, outlet } = open();
      post('a:1');
      carrier.flush(outlet);
      post('b:1');
      post('free');
      expect(fates).toEqual([['b:1', dropped('overflow')]]);
      expect(carrier.sent).toEqual(['a:1', 'free']);
    });
  });

  describe('drop-newest', () => {
    it('should drop what does not fit', () => {
      const { post, open } = outgoingWith({ maxMessages: 2, overflow: 'drop-newest' });
      for (const each of ['one', 'two', 'three']) post(each);
      expect(fates).toEqual([['three', dropped('overflow')]]);
      expect(open().carrier.sent).toEqual(['one', 'two']);
    });
  });

  describe('latest-by-key', () => {
    const overflow = 'latest-by-key';

    it('should take the place of the one with its key', () => {
      const { post, open, way } = outgoingWith({ overflow });
      post('a1', { key: 'a' });
      post('b1', { key: 'b' });
      post('none');
      post('a22', { key: 'a' });
      expect(way()).toEqual([3, 9]);
      expect(fates).toEqual([['a1', dropped('superseded')]]);
      expect(open().carrier.sent).toEqual(['a22', 'b1', 'none']);
    });

    it('should do so where there is no room', () => {
      const { post, way } = outgoingWith({ overflow, maxMessages: 1, maxBytes: 4 });
      post('a1', { key: 'a' });
      post('a222', { key: 'a' });
      expect(way()).toEqual([1, 4]);
      expect(() => post('a3333', { key: 'a' })).toThrow(OutboxFullError);
      expect(() => post('b', { key: 'b' })).toThrow(OutboxFullError);
      expect(way()).toEqual([1, 4]);
      expect(fates).toEqual([['a1', dropped('superseded')]]);
    });

    it('should never tell that there is no room, or is again, for a message in the place of another', () => {
      const { outgoing, post } = outgoingWith({ overflow, highWaterMark: 6, maxMessages: 1 });
      post('a1', { key: 'a' });
      const told: boolean[] = [];
      outgoing.gauge.writable.subscribe((each) => told.push(each));
      post('a2', { key: 'a' });
      expect(told).toEqual([false]);
      const other = outgoingWith({ overflow, highWaterMark: 6 });
      other.post('1234', { key: 'a' });
      other.post('4321', { key: 'a' });
      expect(other.outgoing.gauge.isWritable).toBe(true);
    });

    it('should leave alone what was sent, and what has no key', () => {
      const { post, open } = outgoingWith({ overflow });
      const { carrier, outlet } = open();
      post('a1', { key: 'a' });
      post('a2', { key: 'a' });
      post('none');
      post('none');
      carrier.flush(outlet);
      expect(carrier.sent).toEqual(['a1', 'a2', 'none', 'none']);
      expect(fates.every(([, { _tag }]) => _tag === 'Flushed')).toBe(true);
    });

    it('should forget the key of what was taken back', () => {
      const { outgoing, post, open } = outgoingWith({ overflow });
      outgoing.withdraw(post('a1', { key: 'a' }), 'withdrawn');
      post('b', { key: 'b' });
      post('a2', { key: 'a' });
      expect(open().carrier.sent).toEqual(['b', 'a2']);
    });

    it('should ask for a key only under this rule', () => {
      const { post, open } = outgoingWith();
      post('a1', { key: 'a' });
      post('a2', { key: 'a' });
      expect(open().carrier.sent).toEqual(['a1', 'a2']);
    });

    it('should leave the time of the one that it replaces behind', () => {
      const { post, open } = outgoingWith({ overflow });
      post('a1', { key: 'a', ttl: 10 });
      post('a2', { key: 'a', ttl: 30 });
      clock.advance(20);
      expect(fates).toEqual([['a1', dropped('superseded')]]);
      expect(clock.pending).toBe(1);
      expect(open().carrier.sent).toEqual(['a2']);
    });
  });

  describe('ttl', () => {
    it('should expire what waits', () => {
      const { outgoing, post, open, way } = outgoingWith();
      post('one', { ttl: 10 });
      post('two', { ttl: 20 });
      clock.advance(9);
      expect(fates).toEqual([]);
      clock.advance(1);
      expect(fates).toEqual([['one', { _tag: 'Expired' }]]);
      expect([outgoing.messages, way()]).toEqual([1, [1, 3]]);
      expect(open().carrier.sent).toEqual(['two']);
    });

    it('should not know of what is in flight, and count it until the connection is done with it', () => {
      const { post, open, way } = outgoingWith();
      const { carrier, outlet } = open();
      post('one', { ttl: 10 });
      post('two', { ttl: 10 });
      clock.advance(10);
      expect(fates).toEqual([
        ['one', unknown],
        ['two', unknown],
      ]);
      expect(way()).toEqual([2, 6]);
      carrier.flush(outlet, 1);
      expect(way()).toEqual([1, 3]);
      outlet.lost(ENDINGS.NetworkFailed);
      expect(way()).toEqual([0, 0]);
      expect(fates).toHaveLength(2);
    });

    it('should be no more once there is a fate', () => {
      const { outgoing, post, open } = outgoingWith({}, {});
      const { carrier, outlet } = open();
      post('one', { ttl: 10 });
      post('a:1', { ttl: 10 });
      carrier.flush(outlet);
      outgoing.acknowledge('ack a');
      // That of the line, which may have more to send.
      expect(clock.pending).toBe(1);
      clock.advance(20);
      expect(clock.pending).toBe(0);
      expect(fates.map(([, { _tag }]) => _tag)).toEqual(['Flushed', 'Acknowledged']);
    });

    it('should end with 0 what cannot go out at once', () => {
      const { post, open } = outgoingWith();
      post('waits', { ttl: 0 });
      clock.advance(0);
      const { carrier } = open();
      post('goes', { ttl: 0 });
      expect(carrier.sent).toEqual(['goes']);
      expect(fates).toEqual([['waits', { _tag: 'Expired' }]]);
    });

    it('should not know of what is not acknowledged in time, and send it no more', () => {
      const { post, open, way } = outgoingWith({}, {});
      const { carrier, outlet } = open();
      post('a:1', { ttl: 10 });
      carrier.flush(outlet);
      expect(way()).toEqual([1, 3]);
      clock.advance(10);
      expect(fates).toEqual([['a:1', unknown]]);
      expect(way()).toEqual([0, 0]);
      outlet.lost(ENDINGS.NetworkFailed);
      expect(open().carrier.sent).toEqual([]);
    });

    it.each(['handed over', 'lost'])(
      'should count what is not acknowledged in time, and in flight, until it is %s',
      (how) => {
        const { post, open, way } = outgoingWith({}, {});
        const { carrier, outlet } = open();
        post('a:1', { ttl: 10 });
        clock.advance(10);
        expect(fates).toEqual([['a:1', unknown]]);
        expect(way()).toEqual([1, 3]);
        if (how === 'lost') outlet.lost(ENDINGS.NetworkFailed);
        else carrier.flush(outlet);
        expect(way()).toEqual([0, 0]);
      },
    );

    it('should let the next one into the window', () => {
      const { post, open } = outgoingWith({}, { window: 1 });
      const { carrier } = open();
      post('a:1', { ttl: 10 });
      post('b:1');
      expect(carrier.sent).toEqual(['a:1']);
      clock.advance(10);
      expect(carrier.sent).toEqual(['a:1', 'b:1']);
    });

    it('should let the order to close through that stood behind it', () => {
      const { outgoing, post, open } = outgoingWith({}, { window: 1 });
      const { carrier } = open();
      post('a:1');
      post('b:1', { ttl: 10 });
      outgoing.addClose(NORMAL_CLOSE);
      expect(carrier.closes).toEqual([]);
      clock.advance(10);
      outgoing.acknowledge('ack a');
      expect(carrier.closes).toEqual([NORMAL_CLOSE]);
    });
  });

  describe('withdraw', () => {
    it('should take out what waits, and only that', () => {
      const { outgoing, post, open, way } = outgoingWith();
      const one = post('one', { ttl: 10 });
      const two = post('two');
      outgoing.withdraw(one, 'cancelled');
      outgoing.withdraw(one, 'withdrawn');
      expect(fates).toEqual([['one', dropped('cancelled')]]);
      expect(clock.pending).toBe(0);
      expect(way()).toEqual([1, 3]);
      const { carrier, outlet } = open();
      outgoing.withdraw(two, 'withdrawn');
      expect(carrier.sent).toEqual(['two']);
      carrier.flush(outlet);
      outgoing.withdraw(two, 'withdrawn');
      expect(fates.slice(1)).toEqual([['two', { _tag: 'Flushed', connection: 1 }]]);
      expect(way()).toEqual([0, 0]);
    });

    it('should give all that wait, the oldest first', () => {
      const { outgoing, post, open } = outgoingWith();
      const buffer = Buffer.from('two');
      post('one');
      outgoing.addClose(NORMAL_CLOSE);
      post(buffer);
      const given = outgoing.withdrawAll('withdrawn');
      expect(given).toEqual(['one', buffer]);
      expect(given[1]).toBe(buffer);
      expect(fates.map(([, fate]) => fate)).toEqual([dropped('withdrawn'), dropped('withdrawn')]);
      expect(outgoing.isEmpty).toBe(false);
      expect(outgoing.withdrawAll('withdrawn')).toEqual([]);
      expect(open().carrier).toMatchObject({ sent: [], closes: [NORMAL_CLOSE] });
    });

    it('should have all out before anybody hears of it', () => {
      const { outgoing, post, open } = outgoingWith({}, { window: 1 });
      const { carrier } = open();
      post('a:1');
      post('b:1');
      const free = post('free');
      onFate = (text) => {
        if (text !== 'b:1') return;
        outgoing.withdraw(free, 'cancelled');
        post('posted');
      };
      expect(outgoing.withdrawAll('withdrawn')).toEqual(['b:1', 'free']);
      expect(fates).toEqual([
        ['b:1', dropped('withdrawn')],
        ['free', dropped('withdrawn')],
      ]);
      expect(carrier.sent).toEqual(['a:1', 'posted']);
    });

    it('should let an order to close through that is all that is left', () => {
      const { outgoing, post, open } = outgoingWith({}, { window: 1 });
      const { carrier } = open();
      post('a:1');
      const waiting = post('b:1');
      outgoing.addClose(NORMAL_CLOSE);
      outgoing.acknowledge('ack a');
      expect(carrier.closes).toEqual([]);
      outgoing.acknowledge('ack b');
      expect(carrier.closes).toEqual([NORMAL_CLOSE]);
      expect(waiting.isSettled).toBe(true);
    });

    it('should let an order to close through once all is acknowledged', () => {
      const { outgoing, post, open } = outgoingWith({}, { window: 1 });
      const { carrier } = open();
      post('a:1');
      const waiting = post('b:1');
      outgoing.addClose(NORMAL_CLOSE);
      outgoing.withdraw(waiting, 'withdrawn');
      expect([carrier.closes, outgoing.isEmpty]).toEqual([[], false]);
      outgoing.acknowledge('ack a');
      expect([carrier.closes, outgoing.isEmpty]).toEqual([[NORMAL_CLOSE], true]);
    });
  });

  describe('closeUnacknowledged', () => {
    it('should close where only acknowledgements are waited for', () => {
      const { outgoing, post, open } = outgoingWith({}, {});
      expect(outgoing.closeUnacknowledged()).toBe(false);
      const { carrier, outlet } = open();
      post('a:1');
      expect(outgoing.closeUnacknowledged()).toBe(false);
      outgoing.addClose(NORMAL_CLOSE);
      // It is not with the system yet.
      expect(outgoing.closeUnacknowledged()).toBe(false);
      carrier.flush(outlet);
      expect(carrier.closes).toEqual([]);
      expect(outgoing.closeUnacknowledged()).toBe(true);
      expect(carrier.closes).toEqual([NORMAL_CLOSE]);
      outlet.lost(ENDINGS.Closed);
      expect([outgoing.isEmpty, fates]).toEqual([false, []]);
    });

    it('should not where a message waits', () => {
      const { outgoing, post, open } = outgoingWith({}, { window: 1 });
      const { carrier, outlet } = open();
      post('a:1');
      post('b:1');
      outgoing.addClose(NORMAL_CLOSE);
      carrier.flush(outlet);
      expect(outgoing.closeUnacknowledged()).toBe(false);
    });
  });

  describe('what is done by who hears that there is no more room', () => {
    const MARKS = { highWaterMark: 10, lowWaterMark: 2 };

    /** Has 7 bytes waiting for their acknowledgement, and `then` called when the next message fills the outbox. */
    function nearlyFull(window: number, then: (made: ReturnType<typeof outgoingWith>) => void) {
      const made = outgoingWith(MARKS, { window });
      const { carrier, outlet } = made.open();
      made.post('a:12345');
      carrier.flush(outlet);
      let isTold = false;
      made.outgoing.gauge.writable.subscribe((isWritable) => {
        if (isWritable || isTold) return;
        isTold = true;
        then(made);
      });
      made.post('b:12345');
      return { ...made, carrier, outlet };
    }

    it('should be sent again in the order in which it was sent', () => {
      const { carrier, outlet, open } = nearlyFull(10, ({ post }) => post('c:'));
      expect(carrier.sent).toEqual(['a:12345', 'b:12345', 'c:']);
      outlet.lost(ENDINGS.NetworkFailed);
      expect(open().carrier.sent).toEqual(['a:12345', 'b:12345', 'c:']);
    });

    it('should stay within the window', () => {
      const { carrier } = nearlyFull(2, ({ post }) => post('c:'));
      expect(carrier.sent).toEqual(['a:12345', 'b:12345']);
    });

    it('should be what is acknowledged from then on, under the same id', () => {
      nearlyFull(10, ({ post }) => post('b:2'));
      expect(fates).toEqual([['b:12345', unknown]]);
    });

    it('should leave nothing without a fate when it disposes of all', () => {
      const { outgoing, carrier, outlet, way } = nearlyFull(10, (made) => made.outgoing.dispose());
      carrier.flush(outlet);
      outlet.lost(ENDINGS.NetworkFailed);
      outgoing.dispose();
      expect(fates).toEqual([
        ['a:12345', unknown],
        ['b:12345', unknown],
      ]);
      expect(way()).toEqual([0, 0]);
    });
  });

  describe('the water marks', () => {
    it('should hand over up to the high one, and again at the low one', () => {
      const { outgoing, post, open } = outgoingWith({ highWaterMark: 10, lowWaterMark: 4 });
      const { carrier, outlet } = open();
      const texts = Array.from({ length: 8 }, (_, index) => `000${index}`);
      for (const each of texts) post(each);
      // 8 bytes are below the mark: one more goes.
      expect(carrier.sent).toEqual(texts.slice(0, 3));
      expect(outgoing.messages).toBe(5);
      carrier.flush(outlet, 1);
      expect(carrier.sent).toHaveLength(3);
      carrier.flush(outlet, 1);
      expect(carrier.sent).toEqual(texts.slice(0, 5));
      carrier.flush(outlet);
      carrier.flush(outlet);
      carrier.flush(outlet);
      expect(carrier.sent).toEqual(texts);
      expect(fates.map(([text]) => text)).toEqual(texts);
    });

    it('should hand one at a time with 0', () => {
      const { post, open } = outgoingWith({ highWaterMark: 0 });
      const { carrier, outlet } = open();
      post('one');
      post('two');
      expect(carrier.sent).toEqual(['one']);
      carrier.flush(outlet);
      expect(carrier.sent).toEqual(['one', 'two']);
    });

    it('should hand over all with Infinity', () => {
      const { post, open } = outgoingWith({ highWaterMark: Infinity });
      const { carrier } = open();
      for (let each = 0; each < 100; each += 1) post('x'.repeat(1_000));
      expect(carrier.sent).toHaveLength(100);
    });

    it('should keep the order of what waits and what comes', () => {
      const { post, open } = outgoingWith({ highWaterMark: 4, lowWaterMark: 0 });
      const { carrier, outlet } = open();
      post('1234');
      post('1');
      post('');
      expect(carrier.sent).toEqual(['1234']);
      carrier.flush(outlet);
      expect(carrier.sent).toEqual(['1234', '1', '']);
    });

    it('should tell of room, and of none', () => {
      const { outgoing, post, open } = outgoingWith({ highWaterMark: 8, lowWaterMark: 4 });
      const told: unknown[] = [];
      outgoing.gauge.writable.subscribe((each) => told.push(each));
      outgoing.gauge.drained.subscribe(() => told.push('drained'));
      const { carrier, outlet } = open();
      post('1234');
      post('5678');
      expect(outgoing.gauge.isWritable).toBe(false);
      post('9');
      carrier.flush(outlet, 1);
      carrier.flush(outlet, 1);
      expect(told).toEqual([true, false, true, 'drained']);
    });

    it('should not tell of room when a connection takes no more', () => {
      const { outgoing, post, open } = outgoingWith({ maxMessages: 1 });
      const { carrier } = open();
      carrier.isOpen = false;
      const told: boolean[] = [];
      outgoing.gauge.writable.subscribe((each) => told.push(each));
      expect(post('one').isWaiting).toBe(true);
      expect(told).toEqual([true, false]);
    });

    it('should have a message sent before it tells that there is no room', () => {
      const { outgoing, post, open } = outgoingWith({ highWaterMark: 3 });
      const { carrier, outlet } = open();
      outgoing.gauge.writable.subscribe((isWritable) => {
        if (!isWritable) post('no room');
      });
      post('one');
      carrier.flush(outlet);
      expect(carrier.sent).toEqual(['one', 'no room']);
    });
  });

  describe('an order to close', () => {
    it('should come after what was there, and before what comes', () => {
      const { outgoing, post, open } = outgoingWith();
      post('one');
      outgoing.addClose(NORMAL_CLOSE);
      post('later');
      const { carrier } = open();
      expect(carrier).toMatchObject({ sent: ['one'], closes: [NORMAL_CLOSE] });
      expect(outgoing.messages).toBe(1);
      expect(open().carrier.sent).toEqual(['later']);
    });

    it('should have all before it handed over, above the mark too', () => {
      const { outgoing, post, open } = outgoingWith({ highWaterMark: 4 });
      const { carrier } = open();
      for (const each of ['1234', '5678', '9']) post(each);
      expect(carrier.sent).toEqual(['1234']);
      outgoing.addClose(NORMAL_CLOSE);
      expect(carrier).toMatchObject({ sent: ['1234', '5678', '9'], closes: [NORMAL_CLOSE] });
      expect(outgoing.isEmpty).toBe(true);
    });

    it('should be kept by a connection that takes no more', () => {
      const { outgoing, post, open } = outgoingWith();
      const { carrier } = open();
      carrier.isOpen = false;
      post('one');
      outgoing.addClose(NORMAL_CLOSE);
      expect(carrier.closes).toEqual([]);
      expect(open().carrier).toMatchObject({ sent: ['one'], closes: [NORMAL_CLOSE] });
    });

    it('should be forgotten with the stream that it was for, and its connection', () => {
      const { outgoing, post, open } = outgoingWith();
      const { carrier } = open();
      carrier.isOpen = false;
      post('one');
      outgoing.addClose(NORMAL_CLOSE);
      outgoing.dropCloses();
      expect([outgoing.isEmpty, outgoing.messages]).toEqual([false, 1]);
      // The next stream's, which has no connection yet.
      outgoing.addClose(NORMAL_CLOSE);
      outgoing.withdrawAll('withdrawn');
      expect(carrier.closes).toEqual([]);
      expect(open().carrier).toMatchObject({ sent: [], closes: [NORMAL_CLOSE] });
    });
  });

  describe('a lost connection', () => {
    it('should leave what waits, and not know of what was in flight', () => {
      const { post, open, way } = outgoingWith({ highWaterMark: 4 });
      const { carrier, outlet } = open();
      for (const each of ['0000', '1111', '2222']) post(each);
      carrier.flush(outlet, 1);
      outlet.lost(ENDINGS.NetworkFailed);
      expect(fates.slice(1)).toEqual([['1111', { ...unknown, ending: ENDINGS.NetworkFailed }]]);
      expect(way()).toEqual([1, 4]);
      post('3333');
      expect(open().carrier.sent).toEqual(['2222']);
    });

    it('should not be that of another that is open by then', () => {
      const { post, open } = outgoingWith();
      const first = open();
      post('one');
      const second = open();
      first.outlet.lost(ENDINGS.NetworkFailed);
      post('two');
      expect(second.carrier.sent).toEqual(['two']);
      expect(fates).toEqual([['one', { ...unknown, ending: ENDINGS.NetworkFailed }]]);
    });
  });

  describe('acknowledge', () => {
    it('should know what the server has, in whatever order it says so', () => {
      const { outgoing, post, open, way } = outgoingWith({}, {});
      const { carrier, outlet } = open();
      for (const each of ['a:1', 'b:2', 'free']) post(each);
      carrier.flush(outlet);
      expect(fates).toEqual([['free', { _tag: 'Flushed', connection: 1 }]]);
      expect(way()).toEqual([2, 6]);
      expect(
        ['ack b', 'ack a', 'ack a', 'ack z', 'hello'].map((each) => outgoing.acknowledge(each)),
      ).toEqual([true, true, true, true, false]);
      const acknowledged = { _tag: 'Acknowledged', connection: 1, sends: 1 };
      expect(fates.slice(1)).toEqual([
        ['b:2', acknowledged],
        ['a:1', acknowledged],
      ]);
      expect(way()).toEqual([0, 0]);
    });

    it('should know nothing of it without the option', () => {
      expect(outgoingWith().outgoing.acknowledge('ack a')).toBe(false);
    });

    it('should hold the others back while the window is full, in order', () => {
      const { outgoing, post, open } = outgoingWith({}, { window: 2 });
      const { carrier } = open();
      for (const each of ['a:1', 'b:1', 'c:1', 'free', 'd:1']) post(each);
      expect(carrier.sent).toEqual(['a:1', 'b:1']);
      outgoing.acknowledge('ack b');
      expect(carrier.sent).toEqual(['a:1', 'b:1', 'c:1', 'free']);
      outgoing.acknowledge('ack a');
      expect(carrier.sent.at(-1)).toBe('d:1');
    });

    it('should not know of the one whose id another takes over', () => {
      const { outgoing, post, open, way } = outgoingWith({}, {});
      const { carrier, outlet } = open();
      post('a:1');
      post('a:2');
      expect(fates).toEqual([['a:1', unknown]]);
      carrier.flush(outlet);
      expect(way()).toEqual([1, 3]);
      outgoing.acknowledge('ack a');
      expect(fates.slice(1)).toMatchObject([['a:2', { _tag: 'Acknowledged' }]]);
      expect(way()).toEqual([0, 0]);
    });

    it('should send again in order, before what waits, and mark it', () => {
      const again = (message: Payload, sends: number): Payload =>
        `${message.toString()} (${sends})`;
      const { outgoing, post, open, way } = outgoingWith({}, { again });
      const first = open();
      for (const each of ['a:1', 'b:1', 'c:1']) post(each);
      first.carrier.flush(first.outlet, 1);
      outgoing.acknowledge('ack b');
      first.outlet.lost(ENDINGS.NetworkFailed);
      expect(fates).toMatchObject([['b:1', { _tag: 'Acknowledged' }]]);
      expect(way()).toEqual([2, 6]);
      post('d:1');
      post('free');
      const second = open();
      expect(second.carrier.sent).toEqual(['a:1 (1)', 'c:1 (1)', 'd:1', 'free']);
      second.outlet.lost(ENDINGS.NetworkFailed);
      const third = open();
      expect(third.carrier.sent).toEqual(['a:1 (2)', 'c:1 (2)', 'd:1 (1)']);
      outgoing.acknowledge('ack a');
      expect(fates.at(-1)).toEqual(['a:1', { _tag: 'Acknowledged', connection: 3, sends: 3 }]);
      const sent = [...first.carrier.sent, ...second.carrier.sent, ...third.carrier.sent];
      expect(counters.snapshot(0, live)).toMatchObject({
        messagesSent: sent.length,
        bytesSent: sent.join('').length,
      });
    });

    it('should send the same again without a mark, of bytes a copy', () => {
      const { post, open } = outgoingWith({}, {});
      const first = open();
      const buffer = Buffer.from('a:1');
      post(buffer);
      buffer.fill(0);
      first.outlet.lost(ENDINGS.NetworkFailed);
      expect(open().carrier.sent).toEqual(['a:1']);
    });

    it.each<[string, () => Payload]>([
      [
        'throws',
        () => {
          throw new RangeError('bug');
        },
      ],
      ['gives what does not encode', () => '!'],
    ])('should not know of one that again %s for, and send the rest', (_name, mark) => {
      const again = (message: Payload): Payload => (message === 'a:1' ? mark() : message);
      const { post, open, way } = outgoingWith({}, { again });
      const { outlet } = open();
      post('a:1');
      post('b:1');
      outlet.lost(ENDINGS.NetworkFailed);
      expect(open().carrier.sent).toEqual(['b:1']);
      expect(fates).toEqual([['a:1', unknown]]);
      expect(way()).toEqual([1, 3]);
    });

    it('should keep behind what is sent again whatever is posted by who marks it', () => {
      const { outgoing, post, open } = outgoingWith(
        {},
        {
          again: (message) => {
            if (message === 'a:1') post('posted');
            return message;
          },
        },
      );
      const { outlet } = open();
      post('a:1');
      post('b:1');
      outlet.lost(ENDINGS.NetworkFailed);
      expect(open().carrier.sent).toEqual(['a:1', 'b:1', 'posted']);
      expect(outgoing.messages).toBe(0);
    });

    it('should not go on with a connection whose stream was ended by who heard of a fate', () => {
      const { outgoing, post, connect, open } = outgoingWith({}, { again: () => '!' });
      const first = open();
      post('a:1');
      first.outlet.lost(ENDINGS.NetworkFailed);
      post('waits');
      onFate = () => {
        outgoing.dropCloses();
      };
      const { carrier, outlet } = connect();
      outgoing.attach(outlet);
      expect(fates).toEqual([['a:1', unknown]]);
      expect(carrier.sent).toEqual([]);
      expect(post('more').isWaiting).toBe(true);
    });

    it('should keep for later what a connection does not take again', () => {
      const { outgoing, post, connect, open } = outgoingWith({}, {});
      const first = open();
      post('a:1');
      first.outlet.lost(ENDINGS.NetworkFailed);
      const { carrier, outlet } = connect();
      carrier.isOpen = false;
      outgoing.attach(outlet);
      outlet.lost(ENDINGS.NetworkFailed);
      expect(fates).toEqual([]);
      expect(open().carrier.sent).toEqual(['a:1']);
    });
  });

  describe('dispose', () => {
    it('should give everything a fate', () => {
      const { outgoing, post, open, way } = outgoingWith({ highWaterMark: 4 }, {});
      const { carrier, outlet } = open();
      post('a:1', { ttl: 100 });
      carrier.flush(outlet);
      post('free', { ttl: 100 });
      post('waits', { ttl: 100 });
      outgoing.dispose();
      expect(fates).toEqual([
        ['waits', dropped('disposed')],
        ['a:1', unknown],
      ]);
      outlet.lost(ENDINGS.Cancelled);
      expect(fates.slice(2)).toEqual([['free', { ...unknown, ending: ENDINGS.Cancelled }]]);
      expect([way(), clock.pending, outgoing.isEmpty]).toEqual([[0, 0], 0, true]);
    });
  });

  describe('who hears of a fate', () => {
    it('should be able to post: it goes out behind what waits', () => {
      const { post, open } = outgoingWith({ highWaterMark: 4, lowWaterMark: 0 });
      const { carrier, outlet } = open();
      post('0000');
      post('1111');
      onFate = (text) => {
        if (text === '0000') post('2222');
      };
      carrier.flush(outlet, 1);
      carrier.flush(outlet, 1);
      expect(carrier.sent).toEqual(['0000', '1111', '2222']);
    });

    it('should be able to post in the place of what was dropped', () => {
      const { post, open } = outgoingWith({ maxMessages: 2, overflow: 'drop-oldest' });
      onFate = (text) => {
        if (text === 'one') post('instead');
      };
      for (const each of ['one', 'two', 'three']) post(each);
      expect(fates.map(([text]) => text)).toEqual(['one', 'two']);
      expect(open().carrier.sent).toEqual(['instead', 'three']);
    });

    it('should be able to take back and to dispose while it flushes', () => {
      const { outgoing, post, open, way } = outgoingWith({ highWaterMark: 3 });
      const { carrier, outlet } = open();
      for (const each of ['one', 'two', 'six']) post(each);
      onFate = (text) => {
        if (text === 'one') outgoing.dispose();
      };
      carrier.flush(outlet, 1);
      expect(carrier.sent).toEqual(['one']);
      expect(way()).toEqual([0, 0]);
      expect(fates.map(([text, { _tag }]) => [text, _tag])).toEqual([
        ['one', 'Flushed'],
        ['two', 'Dropped'],
        ['six', 'Dropped'],
      ]);
    });

    it('should be able to lose the connection that acknowledged', () => {
      const { outgoing, post, open } = outgoingWith({}, { window: 1 });
      const { carrier, outlet } = open();
      post('a:1');
      post('b:1');
      onFate = () => {
        outlet.lost(ENDINGS.Cancelled);
      };
      outgoing.acknowledge('ack a');
      expect(carrier.sent).toEqual(['a:1']);
      expect(outgoing.messages).toBe(1);
    });
  });

  it('should settle no message twice', () => {
    const { outgoing, post, open } = outgoingWith();
    const settle = vi.spyOn(outgoing.gauge, 'left');
    const { carrier, outlet } = open();
    post('one', { ttl: 10 });
    carrier.flush(outlet);
    outlet.flushed();
    clock.advance(20);
    outlet.lost(ENDINGS.Closed);
    outgoing.dispose();
    expect(fates).toHaveLength(1);
    expect(settle).toHaveBeenCalledOnce();
  });

  it('should let go of a million messages that expired without a connection', () => {
    // The time of a VirtualClock passes too slowly for a million timers.
    let now = 0;
    const due = new Set<() => void>();
    const scheduler = {
      now: () => now,
      schedule: (work: () => void): Subscription => {
        due.add(work);
        return new Subscription(() => {
          due.delete(work);
        });
      },
    };
    const outbox = checkOutbox('outbox');
    const outgoing = new Outgoing<string, Payload>(
      { codec: raw, outbox, acknowledge: undefined, scheduler: scheduler as SchedulerLike },
      counters,
    );
    let expired = 0;
    const options = {
      ttl: 1,
      settled: (_parcel: unknown, { _tag }: Delivery): void => {
        if (_tag === 'Expired') expired += 1;
      },
    };
    outgoing.post('stays', { ...options, ttl: Infinity });
    collect();
    const before = process.memoryUsage().heapUsed;
    for (let round = 0; round < 200; round += 1) {
      for (let each = 0; each < 5_000; each += 1) outgoing.post('message', options);
      now += 1;
      for (const run of due) {
        due.delete(run);
        run();
      }
    }
    collect();
    expect(expired).toBe(1_000_000);
    expect([outgoing.gauge.messages, outgoing.gauge.bytes]).toEqual([1, 5]);
    expect(due.size).toBe(0);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(4 * 1024 * 1024);
  }, 30_000);
});
