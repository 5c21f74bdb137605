import { Observable } from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import { createWssServer } from '../../src/testing/index.js';
import type { WssServer } from '../../src/testing/index.js';
import { subscribeChannel } from '../../src/streams/channels.js';
import { NORMAL_CLOSE } from '../../src/streams/close-request.js';
import { DisposedError } from '../../src/streams/disposed-error.js';
import type { Undelivered } from '../../src/streams/outbox/delivery.js';
import { checkOptions } from '../../src/streams/settings.js';
import { SocketCore } from '../../src/streams/socket-core.js';
import type { SocketOptions } from '../../src/streams/socket-options.js';
import { until } from './until.js';
import { VirtualClock } from './virtual-clock.js';

describe('SocketCore', () => {
  const servers: WssServer[] = [];
  const cores: SocketCore<unknown, unknown>[] = [];

  afterEach(async () => {
    for (const core of cores.splice(0)) core.dispose();
    await Promise.all(servers.splice(0).map((each) => each.close()));
  });

  async function serving(): Promise<WssServer> {
    const server = await createWssServer();
    servers.push(server);
    return server;
  }

  function coreOf(options: Partial<SocketOptions<unknown, unknown>> = {}) {
    const clock = new VirtualClock();
    const defaults = { url: 'ws://127.0.0.1:1', scheduler: clock, heartbeat: false } as const;
    const core = new SocketCore(
      checkOptions<unknown, unknown>({ ...defaults, connectTimeout: Infinity, ...options }),
    );
    cores.push(core);
    const told: unknown[] = [];
    const undelivered: Undelivered<unknown>[] = [];
    core.undelivered.subscribe((each) => undelivered.push(each));
    const join = (): (() => void) => {
      const subscription = new Observable<unknown>((subscriber) =>
        core.join(core.incoming.subscribers, subscriber),
      ).subscribe({
        next: (message) => told.push(message),
        error: (error: unknown) => told.push(error),
        complete: () => told.push('complete'),
      });
      return () => {
        subscription.unsubscribe();
      };
    };
    const tag = (): string => core.state.present._tag;
    return { core, clock, told, undelivered, join, tag };
  }

  const isOpen = ({ core }: { readonly core: SocketCore<unknown, unknown> }): Promise<void> =>
    until(() => expect(core.state.present._tag).toBe('Open'));

  it('should dial for the first who joins, and hang up when the last one has left', async () => {
    const server = await serving();
    const each = coreOf({ url: server.url });
    expect([each.tag(), each.core.connection]).toEqual(['Idle', undefined]);
    const leave = [each.join(), each.join()];
    await isOpen(each);
    expect(each.core.connection).toBe(1);
    leave[0]?.();
    expect(each.tag()).toBe('Open');
    leave[1]?.();
    expect(each.tag()).toBe('Closing');
    expect(each.core.connection).toBeUndefined();
    expect(each.told).toEqual([]);
    expect(server.connections).toHaveLength(1);
  });

  it('should stay for who holds it', async () => {
    const server = await serving();
    const each = coreOf({ url: server.url, route: String });
    const leave = each.join();
    await isOpen(each);
    expect(each.core.incoming.take).toBeUndefined();
    const told: unknown[] = [];
    const channel = each.core.channels.channel({ key: 'a', subscribe: () => 'sub' });
    const reading = channel.subscribe((message) => told.push(message));
    expect(each.core.incoming.take).toBeDefined();
    leave();
    expect(each.tag()).toBe('Open');
    const peer = await server.nextConnection();
    expect(await peer.nextMessage()).toMatchObject({ text: '"sub"' });
    await peer.send('"a"');
    await until(() => expect(told).toEqual(['a']));
    reading.unsubscribe();
    expect(each.tag()).toBe('Closing');
    expect(each.core.incoming.take).toBeUndefined();
  });

  it('should linger, and have one timer for it', async () => {
    const server = await serving();
    const each = coreOf({ url: server.url, linger: 100 });
    const leave = each.join();
    await isOpen(each);
    leave();
    each.join()();
    expect(each.clock.pending).toBe(1);
    each.clock.advance(99);
    expect(each.tag()).toBe('Open');
    each.clock.advance(1);
    expect(each.tag()).toBe('Closing');
  });

  it('should look at messages where that is wanted: an answer is for nobody, a cursor moves', async () => {
    const server = await serving();
    const each = coreOf({
      url: server.url,
      acknowledge: {
        id: (message) => message,
        ack: (message) => (message === 'ack' ? 1 : undefined),
      },
      resume: { cursor: (message) => message },
    });
    each.join();
    const peer = await server.nextConnection();
    await isOpen(each);
    each.core.next(1);
    await peer.send('"ack"');
    await peer.send('"told"');
    await until(() => expect(each.told).toEqual(['told']));
    expect(each.core.settings.cursor?.value).toBe('told');
    expect([each.undelivered, each.core.outgoing.gauge.messages]).toEqual([[], 0]);
  });

  it('should tell of what may not have reached the server', () => {
    const each = coreOf({ outbox: { maxMessages: 1, overflow: 'drop-oldest', ttl: 10 } });
    const published: unknown[] = [];
    const unsubscribe = subscribeChannel('rx-wss:undelivered', (message) =>
      published.push(message),
    );
    each.core.next('one');
    each.core.next('two');
    each.clock.advance(10);
    const withdrawn = each.core.post('three');
    expect(withdrawn.isWaiting).toBe(true);
    withdrawn.withdraw();
    expect(withdrawn.isWaiting).toBe(false);
    unsubscribe();
    const dropped = { _tag: 'Dropped', why: 'overflow' };
    expect(each.undelivered).toEqual([
      { message: 'one', delivery: dropped },
      { message: 'two', delivery: { _tag: 'Expired' } },
    ]);
    const socket = each.core.number;
    expect(published).toEqual([
      { socket, delivery: dropped },
      { socket, delivery: { _tag: 'Expired' } },
    ]);
  });

  it('should keep an order to close only behind messages while there is no stream', async () => {
    const server = await serving();
    const each = coreOf({ url: server.url });
    each.core.close(NORMAL_CLOSE);
    expect(each.core.outgoing.isEmpty).toBe(true);
    each.core.next('one');
    each.core.close(NORMAL_CLOSE);
    each.join();
    const peer = await server.nextConnection();
    await until(() => expect(each.told).toEqual(['complete']));
    expect(peer.messages).toMatchObject([{ text: '"one"' }]);
  });

  it('should do nothing without a stream', () => {
    const { core, tag } = coreOf();
    core.reconnect(NORMAL_CLOSE);
    core.terminate();
    core.overrun(2, 1);
    core.fault(new Error('bug'));
    expect(core.sendNow('one')).toBe(false);
    expect(tag()).toBe('Idle');
  });

  it('should send ahead of what waits', async () => {
    const server = await serving();
    const each = coreOf({ url: server.url });
    each.join();
    const peer = await server.nextConnection();
    await isOpen(each);
    expect(each.core.sendNow('one')).toBe(true);
    expect(await peer.nextMessage()).toMatchObject({ text: '"one"' });
    expect(each.core.stats()).toMatchObject({ messagesSent: 1, queuedMessages: 0 });
  });

  describe('dispose', () => {
    it('should let everybody go without a word, and give what waits a fate', () => {
      const each = coreOf();
      each.join();
      each.core.next('one');
      each.core.dispose();
      expect(each.told).toEqual([]);
      expect(each.undelivered).toEqual([
        { message: 'one', delivery: { _tag: 'Dropped', why: 'disposed' } },
      ]);
      expect(each.tag()).toBe('Closed');
      expect(each.clock.pending).toBe(0);
    });

    it('should take no more', () => {
      const each = coreOf();
      each.core.dispose();
      expect(() => each.core.next('one')).toThrow(DisposedError);
      expect(() => each.core.sendNow('one')).toThrow(DisposedError);
      each.join();
      const leave = each.join();
      leave();
      expect(each.told).toEqual([]);
      each.clock.advance(0);
      expect(each.told).toEqual([expect.any(DisposedError)]);
    });
  });
});
