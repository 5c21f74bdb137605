import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { WssError } from '../../src/errors/wss-error.js';
import type { Payload } from '../../src/codec/codec.js';
import { NORMAL_CLOSE } from '../../src/streams/close-request.js';
import {
  DEFAULT_OUTBOX,
  Outbox,
  OutboxFullError,
  QueuedMessage,
} from '../../src/streams/outbox.js';
import type { OutboxEntry, OutboxLimits } from '../../src/streams/outbox.js';
import { until } from './until.js';

const unlimited: OutboxLimits = { maxMessages: Infinity, maxBytes: Infinity };

/** Takes everything out, in order. */
function drain(outbox: Outbox): readonly OutboxEntry[] {
  const entries: OutboxEntry[] = [];
  for (let entry = outbox.peek(); entry !== undefined; entry = outbox.peek()) {
    entries.push(entry);
    outbox.shift();
  }
  return entries;
}

/** A message as it was when it was taken out: it does not wait any more. */
const sent = (payload: Payload): QueuedMessage => {
  const message = waiting(payload);
  message.isWaiting = false;
  return message;
};

const waiting = (payload: Payload): QueuedMessage =>
  new QueuedMessage(payload, Buffer.byteLength(payload));

describe('Outbox', () => {
  let outbox: Outbox;

  beforeEach(() => {
    outbox = new Outbox(unlimited);
  });

  it('should begin empty', () => {
    expect(outbox.isEmpty).toBe(true);
    expect([outbox.messages, outbox.bytes]).toEqual([0, 0]);
    expect(outbox.peek()).toBeUndefined();
  });

  it('should give the messages in the order they came, and the close in between', () => {
    outbox.add('one');
    outbox.add(Buffer.from('two'));
    outbox.addClose(NORMAL_CLOSE);
    outbox.add('three');
    expect(drain(outbox)).toEqual([
      sent('one'),
      sent(Buffer.from('two')),
      { _tag: 'Close', order: NORMAL_CLOSE },
      sent('three'),
    ]);
  });

  it('should leave in place what is only looked at', () => {
    outbox.add('one');
    expect(outbox.peek()).toEqual(waiting('one'));
    expect(outbox.peek()).toEqual(waiting('one'));
    expect(outbox.messages).toBe(1);
  });

  it('should count messages and bytes of UTF-8, and closes not at all', () => {
    outbox.add('grüße');
    outbox.add(new Uint8Array(10));
    outbox.addClose(NORMAL_CLOSE);
    expect([outbox.messages, outbox.bytes, outbox.isEmpty]).toEqual([2, 17, false]);
    outbox.shift();
    expect([outbox.messages, outbox.bytes, outbox.isEmpty]).toEqual([1, 10, false]);
    outbox.shift();
    expect([outbox.messages, outbox.bytes, outbox.isEmpty]).toEqual([0, 0, false]);
    outbox.shift();
    expect([outbox.messages, outbox.bytes, outbox.isEmpty]).toEqual([0, 0, true]);
  });

  it('should do nothing when there is nothing to take out', () => {
    outbox.shift();
    expect([outbox.messages, outbox.bytes, outbox.isEmpty]).toEqual([0, 0, true]);
    outbox.add('one');
    expect(outbox.peek()).toEqual(waiting('one'));
  });

  it('should keep a copy of bytes, also of a view on a larger buffer', () => {
    const buffer = Buffer.from('abcdef');
    outbox.add(buffer.subarray(2, 4));
    buffer.fill(0);
    expect(outbox.peek()).toEqual(waiting(Buffer.from('cd')));
  });

  it('should keep a view on memory of any kind by its bytes', () => {
    const memory = new Uint8Array(new SharedArrayBuffer(3)).fill(7);
    outbox.add(memory);
    expect(outbox.bytes).toBe(3);
    expect(outbox.peek()).toEqual(waiting(Buffer.of(7, 7, 7)));
  });

  it('should refuse a message too many, and keep the rest', () => {
    outbox = new Outbox({ maxMessages: 2, maxBytes: Infinity });
    outbox.add('one');
    outbox.add('two');
    expect(() => {
      outbox.add('three');
    }).toThrow(new OutboxFullError('The outbox is full: 2 messages wait already'));
    outbox.shift();
    outbox.add('four');
    expect(drain(outbox)).toEqual([sent('two'), sent('four')]);
  });

  it('should refuse bytes too many, and take a smaller message still', () => {
    outbox = new Outbox({ maxMessages: Infinity, maxBytes: 10 });
    outbox.add('12345678');
    expect(() => {
      outbox.add('üü');
    }).toThrow(new OutboxFullError('The outbox is full: 8 of 10 bytes wait, 4 more do not fit'));
    outbox.add('ü');
    outbox.add('');
    expect([outbox.messages, outbox.bytes]).toEqual([3, 10]);
  });

  it('should keep nothing with a limit of 0, but order a close', () => {
    outbox = new Outbox({ maxMessages: 0, maxBytes: 0 });
    expect(() => {
      outbox.add('');
    }).toThrow(OutboxFullError);
    outbox.addClose(NORMAL_CLOSE);
    expect(outbox.isEmpty).toBe(false);
  });

  it('should forget the orders to close and keep the messages', () => {
    outbox.add('gone');
    outbox.addClose(NORMAL_CLOSE);
    outbox.add('one');
    outbox.addClose(NORMAL_CLOSE);
    outbox.add('two');
    outbox.shift();
    outbox.dropCloses();
    expect([outbox.messages, outbox.bytes]).toEqual([2, 6]);
    expect(drain(outbox)).toEqual([sent('one'), sent('two')]);
  });

  it('should be empty when only orders to close were in it', () => {
    outbox.addClose(NORMAL_CLOSE);
    outbox.dropCloses();
    expect(outbox.isEmpty).toBe(true);
  });

  it('should give the message as it waits, and tell of it when it does not any more', () => {
    const one = outbox.add('one');
    const two = outbox.add('two');
    expect([one.isWaiting, two.isWaiting]).toEqual([true, true]);
    expect(outbox.peek()).toBe(one);
    outbox.shift();
    expect([one.isWaiting, two.isWaiting]).toEqual([false, true]);
  });

  describe('withdraw', () => {
    it.each([
      ['the first', 0],
      ['one in the middle', 1],
      ['the last', 2],
    ])('should take out %s, and keep the order of the others', (_where, index) => {
      const texts = ['one', 'two', 'three'];
      const messages = texts.map((text) => outbox.add(text));
      const [withdrawn] = messages.slice(index);
      if (withdrawn === undefined) throw new Error('no message');
      outbox.withdraw(withdrawn);
      expect(withdrawn.isWaiting).toBe(false);
      expect(outbox.messages).toBe(2);
      expect(drain(outbox)).toEqual(texts.toSpliced(index, 1).map(sent));
    });

    it('should count a message down once, also when it was taken out before', () => {
      const message = outbox.add('one');
      outbox.add('two');
      outbox.withdraw(message);
      outbox.withdraw(message);
      expect([outbox.messages, outbox.bytes]).toEqual([1, 3]);
      outbox.shift();
      expect(outbox.isEmpty).toBe(true);
      outbox.withdraw(message);
      expect([outbox.messages, outbox.bytes, outbox.isEmpty]).toEqual([0, 0, true]);
    });

    it('should make room', () => {
      outbox = new Outbox({ maxMessages: 1, maxBytes: 3 });
      outbox.withdraw(outbox.add('one'));
      outbox.add('two');
      expect(drain(outbox)).toEqual([sent('two')]);
    });

    it('should leave an order to close in its place', () => {
      const message = outbox.add('one');
      outbox.addClose(NORMAL_CLOSE);
      outbox.add('two');
      outbox.withdraw(message);
      expect(outbox.peek()).toEqual({ _tag: 'Close', order: NORMAL_CLOSE });
      outbox.dropCloses();
      expect(outbox.peek()).toEqual(waiting('two'));
    });

    it('should leave the outbox empty when nothing else was in it', () => {
      outbox.withdraw(outbox.add('one'));
      expect(outbox.isEmpty).toBe(true);
      expect(outbox.peek()).toBeUndefined();
    });
  });

  describe('clear', () => {
    it('should forget messages and closes, and tell of it', () => {
      const message = outbox.add('one');
      outbox.addClose(NORMAL_CLOSE);
      const other = outbox.add('two');
      outbox.clear();
      expect([outbox.messages, outbox.bytes, outbox.isEmpty]).toEqual([0, 0, true]);
      expect(outbox.peek()).toBeUndefined();
      expect([message.isWaiting, other.isWaiting]).toEqual([false, false]);
    });

    it('should do nothing when nothing waits', () => {
      outbox.clear();
      outbox.add('one');
      expect(drain(outbox)).toEqual([sent('one')]);
    });
  });

  it('should keep its order over thousands, while some always wait', () => {
    const numbers: string[] = [];
    for (let next = 0; next < 5_000; next += 1) {
      outbox.add(String(next));
      if (next < 10) continue;
      const entry = outbox.peek();
      if (entry?._tag === 'Message') numbers.push(String(entry.payload));
      outbox.shift();
    }
    expect(numbers).toEqual(Array.from({ length: 4_990 }, (_, index) => String(index)));
    expect(outbox.messages).toBe(10);
  });

  it('should let go of what is done with, while some always wait', async () => {
    let gone = 0;
    const registry = new FinalizationRegistry<undefined>(() => (gone += 1));
    outbox.add('first');
    for (let next = 0; next < 3_000; next += 1) {
      registry.register(outbox.add(String(next)), undefined);
      outbox.shift();
    }
    expect(outbox.messages).toBe(1);
    setFlagsFromString('--expose-gc');
    (runInNewContext('gc') as () => void)();
    await until(() => expect(gone).toBeGreaterThan(1_000));
    expect(outbox.messages).toBe(1);
  });

  it('should behave as a plain array does, whatever is done to it', () => {
    const step = fc.oneof(
      {
        weight: 5,
        arbitrary: fc.record({
          do: fc.constant('add' as const),
          text: fc.string({ maxLength: 6 }),
        }),
      },
      { weight: 3, arbitrary: fc.record({ do: fc.constant('shift' as const) }) },
      {
        weight: 2,
        arbitrary: fc.record({ do: fc.constant('withdraw' as const), index: fc.nat(30) }),
      },
      {
        weight: 1,
        arbitrary: fc.record({
          do: fc.constant('close' as const),
          code: fc.integer({ min: 3000, max: 4999 }),
        }),
      },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('drop' as const) }) },
    );
    const limits = fc.record({ maxMessages: fc.nat(6), maxBytes: fc.nat(20) });
    fc.assert(
      fc.property(limits, fc.array(step, { maxLength: 60 }), (given, steps) => {
        const tested = new Outbox(given);
        const added: QueuedMessage[] = [];
        let model: OutboxEntry[] = [];
        const messages = (): readonly QueuedMessage[] =>
          model.filter((each) => each._tag === 'Message');
        const bytes = (): number => messages().reduce((sum, { size }) => sum + size, 0);
        for (const each of steps) {
          if (each.do === 'add') {
            const fits =
              messages().length < given.maxMessages &&
              bytes() + Buffer.byteLength(each.text) <= given.maxBytes;
            if (fits) {
              const message = tested.add(each.text);
              added.push(message);
              model.push(message);
            } else {
              expect(() => {
                tested.add(each.text);
              }).toThrow(OutboxFullError);
            }
          } else if (each.do === 'shift') {
            tested.shift();
            model.shift();
          } else if (each.do === 'withdraw') {
            const message = added[each.index % Math.max(1, added.length)];
            if (message === undefined) continue;
            tested.withdraw(message);
            model = model.filter((entry) => entry !== message);
          } else if (each.do === 'close') {
            const order = { code: each.code, reason: '' };
            tested.addClose(order);
            model.push({ _tag: 'Close', order });
          } else {
            tested.dropCloses();
            model = model.filter(({ _tag }) => _tag === 'Message');
          }
          expect(tested.peek()).toEqual(model[0]);
          expect([tested.isEmpty, tested.messages, tested.bytes]).toEqual([
            model.length === 0,
            messages().length,
            bytes(),
          ]);
          expect(added.filter(({ isWaiting }) => isWaiting)).toEqual(messages());
        }
        expect(drain(tested)).toEqual(model);
      }),
    );
  });
});

describe('OutboxFullError', () => {
  it('should be an error of the family', () => {
    const error = new OutboxFullError('full');
    expect(error).toBeInstanceOf(OutboxFullError);
    expect(error).toBeInstanceOf(WssError);
    expect(error).toMatchObject({
      name: 'OutboxFullError',
      _tag: 'OutboxFullError',
      code: 'ERR_WSS_OUTBOX_FULL',
      message: 'full',
    });
  });
});

describe('DEFAULT_OUTBOX', () => {
  it('should be 10,000 messages and 16 MiB, for good', () => {
    expect(DEFAULT_OUTBOX).toEqual({ maxMessages: 10_000, maxBytes: 16_777_216 });
    expect(Object.isFrozen(DEFAULT_OUTBOX)).toBe(true);
  });
});
