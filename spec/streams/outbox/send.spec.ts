import { getEventListeners } from 'node:events';
import * as E from 'fp-ts/lib/Either.js';
import { beforeEach, describe, expect, it } from 'vitest';
import { OptionRangeError, OptionTypeError } from '../../../src/errors/option-error.js';
import type { Codec } from '../../../src/codec/codec.js';
import { DisposedError } from '../../../src/streams/disposed-error.js';
import { EncodeError } from '../../../src/streams/encode-error.js';
import type { Delivery } from '../../../src/streams/outbox/delivery.js';
import { OutboxFullError } from '../../../src/streams/outbox/outbox-full-error.js';
import { checkOutbox } from '../../../src/streams/outbox/outbox-options.js';
import type { OutboxOptions } from '../../../src/streams/outbox/outbox-options.js';
import { Outgoing } from '../../../src/streams/outbox/outgoing.js';
import { checkSend, DEFAULT_SEND_TTL, send } from '../../../src/streams/outbox/send.js';
import type { SendOptions, SendPlace } from '../../../src/streams/outbox/send.js';
import { SocketCounters } from '../../../src/streams/socket-stats.js';
import { VirtualClock } from '../virtual-clock.js';
import { LooseCarrier } from './loose-carrier.js';

const raw: Codec<string, string> = {
  name: 'raw',
  decode: (data) => E.right(data.toString()),
  encode: (message) =>
    message === '!'
      ? E.left({ _tag: 'EncodeFailure', codec: 'raw', reason: 'it is a !' })
      : E.right(message),
};

describe('send', () => {
  let clock = new VirtualClock();

  beforeEach(() => {
    clock = new VirtualClock();
  });

  function placeOf(options: OutboxOptions = {}) {
    const outbox = checkOutbox('outbox', options);
    const outgoing = new Outgoing<string, string>(
      { codec: raw, outbox, acknowledge: undefined, scheduler: clock },
      new SocketCounters(),
    );
    const place: SendPlace<string, string> = {
      settings: { outbox },
      outgoing,
      send: (message, given) => outgoing.post(message, given),
    };
    const to = (message: string, given: SendOptions = {}): Promise<Delivery> =>
      send(place, message, checkSend('send', given));
    const open = () => {
      const carrier = new LooseCarrier();
      const outlet = outgoing.createOutlet(carrier, 3);
      outgoing.attach(outlet);
      return { carrier, outlet };
    };
    return { outgoing, place, to, open };
  }

  it('should tell when it is with the system', async () => {
    const { to, open } = placeOf();
    const { carrier, outlet } = open();
    const delivery = to('one');
    carrier.flush(outlet);
    expect(await delivery).toEqual({ _tag: 'Flushed', connection: 3 });
  });

  it.each<[string, OutboxOptions, SendOptions, number]>([
    ['a minute', {}, {}, DEFAULT_SEND_TTL],
    ['that of the outbox', { ttl: 10 }, {}, 10],
    ['its own', { ttl: 10 }, { ttl: 20 }, 20],
  ])('should expire after %s', async (_name, outbox, options, ttl) => {
    const { outgoing, to } = placeOf(outbox);
    const delivery = to('one', options);
    clock.advance(ttl - 1);
    expect(outgoing.messages).toBe(1);
    clock.advance(1);
    expect(await delivery).toEqual({ _tag: 'Expired' });
  });

  it('should wait for ever with Infinity', () => {
    void placeOf().to('one', { ttl: Infinity });
    expect(clock.pending).toBe(0);
  });

  it('should hand on the key', async () => {
    const { to } = placeOf({ overflow: 'latest-by-key' });
    const delivery = to('one', { key: 'a' });
    void to('two', { key: 'a' });
    expect(await delivery).toEqual({ _tag: 'Dropped', why: 'superseded' });
  });

  it('should tell what is not taken', async () => {
    const { place, to } = placeOf({ maxMessages: 0 });
    expect(await to('!')).toEqual({ _tag: 'Rejected', error: expect.any(EncodeError) as unknown });
    expect(await to('one')).toEqual({
      _tag: 'Rejected',
      error: expect.any(OutboxFullError) as unknown,
    });
    const disposed: typeof place = {
      ...place,
      send: () => {
        throw new DisposedError();
      },
    };
    expect(await send(disposed, 'one', checkSend('send', {}))).toMatchObject({
      _tag: 'Rejected',
      error: { _tag: 'DisposedError' },
    });
  });

  it('should tell at once what is dropped at once', async () => {
    const { signal } = new AbortController();
    const { to } = placeOf({ maxMessages: 0, overflow: 'drop-newest' });
    expect(await to('one', { signal })).toEqual({ _tag: 'Dropped', why: 'overflow' });
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('should reject with what a function among the options threw', async () => {
    const bug = new RangeError('bug');
    const { place } = placeOf();
    const faulty: typeof place = {
      ...place,
      send: () => {
        throw bug;
      },
    };
    await expect(send(faulty, 'one', checkSend('send', {}))).rejects.toBe(bug);
  });

  describe('the signal', () => {
    it('should take it out of the outbox', async () => {
      const controller = new AbortController();
      const { signal } = controller;
      const { outgoing, to } = placeOf();
      const delivery = to('one', { signal });
      expect(getEventListeners(signal, 'abort')).toHaveLength(1);
      controller.abort();
      expect(await delivery).toEqual({ _tag: 'Dropped', why: 'cancelled' });
      expect(outgoing.isEmpty).toBe(true);
      expect(getEventListeners(signal, 'abort')).toEqual([]);
    });

    it('should leave what was sent by then, and be let go of once there is a fate', async () => {
      const controller = new AbortController();
      const { signal } = controller;
      const { to, open } = placeOf();
      const { carrier, outlet } = open();
      const delivery = to('one', { signal });
      controller.abort();
      carrier.flush(outlet);
      expect(await delivery).toEqual({ _tag: 'Flushed', connection: 3 });
      const other = new AbortController();
      const second = to('two', { signal: other.signal });
      carrier.flush(outlet);
      await second;
      expect(getEventListeners(other.signal, 'abort')).toEqual([]);
    });

    it('should keep it from being taken when it was aborted before', async () => {
      const { outgoing, to } = placeOf();
      const signal = AbortSignal.abort();
      expect(await to('one', { signal })).toEqual({ _tag: 'Dropped', why: 'cancelled' });
      expect(outgoing.isEmpty).toBe(true);
    });
  });
});

describe('checkSend', () => {
  it('should take what is given', () => {
    const { signal } = new AbortController();
    expect(checkSend('send', {})).toEqual({ ttl: undefined, key: undefined, signal: undefined });
    expect(checkSend('send', { ttl: Infinity, key: 1, signal })).toEqual({
      ttl: Infinity,
      key: 1,
      signal,
    });
  });

  it.each<[unknown, typeof OptionTypeError | typeof OptionRangeError, RegExp]>([
    [null, OptionTypeError, /^send: must be an object, got null$/],
    [{ ttl: -1 }, OptionRangeError, /^send\.ttl: /],
    [{ ttl: '1' }, OptionTypeError, /^send\.ttl: /],
    [{ signal: {} }, OptionTypeError, /^send\.signal: /],
    [{ timeout: 1 }, OptionTypeError, /^send\.timeout: is not an option; known here: ttl, key, /],
  ])('should refuse %o', (options, type, message) => {
    const check = (): unknown => checkSend('send', options as SendOptions);
    expect(check).toThrow(type);
    expect(check).toThrow(message);
  });
});
