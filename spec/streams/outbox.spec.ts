import * as fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { WssError } from '../../src/errors/wss-error.js';
import type { Payload } from '../../src/codec/codec.js';
import { NORMAL_CLOSE } from '../../src/streams/close-request.js';
import { DEFAULT_OUTBOX, Outbox, OutboxFullError } from '../../src/streams/outbox.js';
import type { OutboxEntry, OutboxLimits } from '../../src/streams/outbox.js';

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

const message = (payload: Payload): OutboxEntry => ({
  _tag: 'Message',
  payload,
  size: Buffer.byteLength(payload),
});

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
      message('one'),
      message(Buffer.from('two')),
      { _tag: 'Close', order: NORMAL_CLOSE },
      message('three'),
    ]);
  });

  it('should leave in place what is only looked at', () => {
    outbox.add('one');
    expect(outbox.peek()).toEqual(message('one'));
    expect(outbox.peek()).toEqual(message('one'));
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
    expect(outbox.peek()).toEqual(message('one'));
  });

  it('should keep a copy of bytes, also of a view on a larger buffer', () => {
    const buffer = Buffer.from('abcdef');
    outbox.add(buffer.subarray(2, 4));
    buffer.fill(0);
    expect(outbox.peek()).toEqual(message(Buffer.from('cd')));
  });

  it('should keep a view on memory of any kind by its bytes', () => {
    const memory = new Uint8Array(new SharedArrayBuffer(3)).fill(7);
    outbox.add(memory);
    expect(outbox.bytes).toBe(3);
    expect(outbox.peek()).toEqual(message(Buffer.of(7, 7, 7)));
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
    expect(drain(outbox)).toEqual([message('two'), message('four')]);
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
    expect(drain(outbox)).toEqual([message('one'), message('two')]);
  });

  it('should be empty when only orders to close were in it', () => {
    outbox.addClose(NORMAL_CLOSE);
    outbox.dropCloses();
    expect(outbox.isEmpty).toBe(true);
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
      { weight: 4, arbitrary: fc.record({ do: fc.constant('shift' as const) }) },
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
        let model: OutboxEntry[] = [];
        const waiting = (): readonly OutboxEntry[] =>
          model.filter(({ _tag }) => _tag === 'Message');
        const bytes = (): number =>
          model.reduce((sum, each) => sum + (each._tag === 'Message' ? each.size : 0), 0);
        for (const each of steps) {
          if (each.do === 'add') {
            const entry = message(each.text);
            const fits =
              waiting().length < given.maxMessages &&
              bytes() + Buffer.byteLength(each.text) <= given.maxBytes;
            if (fits) {
              tested.add(each.text);
              model.push(entry);
            } else {
              expect(() => {
                tested.add(each.text);
              }).toThrow(OutboxFullError);
            }
          } else if (each.do === 'shift') {
            tested.shift();
            model.shift();
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
            waiting().length,
            bytes(),
          ]);
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
