import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel';
import { afterEach, describe, expect, expectTypeOf, it, vi } from 'vitest';
import { OptionTypeError } from '../../src/errors/option-error.js';
import type {
  ChannelMessages,
  ChannelName,
  ConnectingMessage,
  PongMessage,
} from '../../src/streams/channel-messages.js';
import { CHANNEL_NAMES, CHANNELS, subscribeChannel } from '../../src/streams/channels.js';
import { SAMPLES } from './channel-samples.js';

const stops: (() => void)[] = [];

afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

function listen<Name extends ChannelName>(
  name: Name,
  listener: (message: ChannelMessages[Name], name: Name) => void,
): () => void {
  const stop = subscribeChannel(name, listener);
  stops.push(stop);
  return stop;
}

describe('CHANNELS', () => {
  it.each(Object.entries(CHANNELS))('should hold %s under its documented name', (short, each) => {
    expect(each.name).toBe(`rx-wss:${short}`);
    expect(each).toBe(channel(each.name));
  });

  it('should be frozen', () => {
    expect(Object.isFrozen(CHANNELS)).toBe(true);
    expect(Object.isFrozen(CHANNEL_NAMES)).toBe(true);
  });

  it('should have the types of the messages', () => {
    expectTypeOf(CHANNELS.pong.publish).parameter(0).toEqualTypeOf<PongMessage>();
    expectTypeOf(CHANNELS.connecting.publish).parameter(0).toEqualTypeOf<ConnectingMessage>();
    expectTypeOf(CHANNELS.pong.name).toEqualTypeOf<'rx-wss:pong'>();
    expectTypeOf<keyof typeof CHANNELS>().toEqualTypeOf<
      ChannelName extends `rx-wss:${infer Short}` ? Short : never
    >();
  });

  it('should know whether anybody listens', () => {
    expect(CHANNELS.ping.hasSubscribers).toBe(false);
    const stop = listen('rx-wss:ping', () => {});
    expect(CHANNELS.ping.hasSubscribers).toBe(true);
    expect(CHANNELS.pong.hasSubscribers).toBe(false);
    stop();
    expect(CHANNELS.ping.hasSubscribers).toBe(false);
  });

  it('should publish to whoever subscribed by the name', () => {
    const listener = vi.fn();
    subscribe('rx-wss:reject', listener);
    CHANNELS.reject.publish(SAMPLES['rx-wss:reject']);
    unsubscribe('rx-wss:reject', listener);
    CHANNELS.reject.publish(SAMPLES['rx-wss:reject']);
    expect(listener).toHaveBeenCalledExactlyOnceWith(SAMPLES['rx-wss:reject'], 'rx-wss:reject');
  });
});

describe('CHANNEL_NAMES', () => {
  it('should be those of the messages, in the order of a life', () => {
    expect(CHANNEL_NAMES).toEqual(Object.keys(SAMPLES));
  });
});

describe('subscribeChannel', () => {
  it.each(CHANNEL_NAMES)('should hear what is published on %s', (name) => {
    const listener = vi.fn();
    listen(name, listener);
    channel(name).publish(SAMPLES[name]);
    expect(listener).toHaveBeenCalledExactlyOnceWith(SAMPLES[name], name);
  });

  it('should give the listener the types of the channel', () => {
    listen('rx-wss:pong', (message, name) => {
      expectTypeOf(message).toEqualTypeOf<PongMessage>();
      expectTypeOf(name).toEqualTypeOf<'rx-wss:pong'>();
    });
    // @ts-expect-error: a ping has no round trip time
    listen('rx-wss:ping', ({ rtt }: { readonly rtt: number }) => rtt);
  });

  it('should hear nothing of another channel', () => {
    const listener = vi.fn();
    listen('rx-wss:open', listener);
    CHANNELS.ping.publish({ socket: 1, connection: 1 });
    expect(listener).not.toHaveBeenCalled();
  });

  it('should stop when told, and once', () => {
    const first = vi.fn();
    const second = vi.fn();
    const stop = listen('rx-wss:ping', first);
    listen('rx-wss:ping', second);
    stop();
    stop();
    CHANNELS.ping.publish({ socket: 1, connection: 1 });
    expect(first).not.toHaveBeenCalled();
    expect(second).toHaveBeenCalledOnce();
  });

  it('should count a listener that is given twice as two', () => {
    const listener = vi.fn();
    const stop = listen('rx-wss:ping', listener);
    listen('rx-wss:ping', listener);
    stop();
    stop();
    CHANNELS.ping.publish({ socket: 1, connection: 1 });
    expect(listener).toHaveBeenCalledOnce();
  });

  it('should keep what a listener throws from who publishes and from other listeners', async () => {
    // Vitest listens as well, and would call the run failed.
    const others = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    try {
      const fault = new Error('of a listener');
      const uncaught = new Promise((resolve) => process.once('uncaughtException', resolve));
      const second = vi.fn();
      listen('rx-wss:ping', () => {
        throw fault;
      });
      listen('rx-wss:ping', second);
      expect(() => CHANNELS.ping.publish({ socket: 1, connection: 1 })).not.toThrow();
      expect(second).toHaveBeenCalledOnce();
      expect(await uncaught).toBe(fault);
    } finally {
      for (const each of others) process.on('uncaughtException', each);
    }
  });

  it.each([
    ['rx-wss:nothing', "'rx-wss:nothing'"],
    ['ping', "'ping'"],
    [undefined, 'undefined'],
    [Symbol('own'), 'Symbol(own)'],
  ])('should throw for the name %o', (name, shown) => {
    const call = (): unknown => subscribeChannel(name as never, () => {});
    expect(call).toThrow(OptionTypeError);
    expect(call).toThrow(`name: must be one of ${CHANNEL_NAMES.join(', ')}, got ${shown}`);
  });

  it.each([undefined, null, {}])('should throw for the listener %o', (listener) => {
    const call = (): unknown => subscribeChannel('rx-wss:ping', listener as never);
    expect(call).toThrow(OptionTypeError);
    expect(call).toThrow(/^listener: must be a function, got /);
    expect(CHANNELS.ping.hasSubscribers).toBe(false);
  });
});
