import { setTimeout as pause } from 'node:timers/promises';

import type { Observable } from 'rxjs';
import { afterEach, describe, expect, expectTypeOf, it } from 'vitest';

import { constantBackoff, OptionTypeError, webSocket } from '../../src/index.js';
import type { Channel, ChannelOptions, SocketSubject } from '../../src/index.js';
import { activeResources, nothingLeftSince } from '../integration/support/leaks.js';
import { useNoUncaught } from '../integration/support/no-uncaught.js';
import { until } from '../integration/support/until.js';
import { inState, stateOf, watch } from '../integration/support/watch.js';
import type { Watch } from '../integration/support/watch.js';
import { createTopicServer, topicSocket, trades } from './support/topics.js';
import type { Command, TopicServer, Trade } from './support/topics.js';

const open: TopicServer[] = [];
useNoUncaught();
afterEach(async () => {
  await Promise.all(open.splice(0).map(({ server }) => server.close()));
});

async function start(): Promise<TopicServer> {
  const started = await createTopicServer();
  open.push(started);
  return started;
}

const soon = constantBackoff({ delay: 1 });

/** Waits until what came on a connection is `commands`. */
async function commanded(
  { commands }: TopicServer,
  connection: number,
  expected: readonly string[],
): Promise<void> {
  await until(`${expected.length} commands`, () => {
    const came = commands[connection - 1] ?? [];
    return came.length >= expected.length;
  }).catch(() => undefined);
  expect(commands[connection - 1]).toEqual(expected);
}

function pricesOf({ values }: Watch<Trade>): readonly unknown[] {
  return values.map(({ price }) => price);
}

describe('channel', () => {
  it('should ask once for many subscribers, and end once', async () => {
    const before = activeResources();
    const topics = await start();
    const socket = topicSocket(topics.server.url);
    const seen = Array.from({ length: 10 }, () => watch(socket.channel(trades('a'))));
    await commanded(topics, 1, ['subscribe a']);
    topics.publish('a', 1);
    await Promise.all(seen.map((each) => each.received(1)));
    for (const { subscription } of seen.slice(1)) subscription.unsubscribe();
    topics.publish('a', 2);
    await seen[0]?.received(2);
    seen[0]?.subscription.unsubscribe();
    await inState(socket, 'Closed');
    await commanded(topics, 1, ['subscribe a', 'unsubscribe a']);
    expect(topics.server.accepted).toBe(1);
    expect(seen.map(({ values }) => values.length)).toEqual([2, ...Array<number>(9).fill(1)]);
    await topics.server.close();
    await nothingLeftSince(before);
  });

  it('should ask again on every connection, before what waits in the outbox', async () => {
    const topics = await start();
    const socket = topicSocket(topics.server.url, {
      reconnect: soon,
      onOpen: ({ send }) => {
        send({ op: 'login', topic: '-' });
      },
    });
    socket.next({ op: 'order', topic: 'first' });
    const a = watch(socket.channel(trades('a')));
    const b = watch(socket.channel(trades('b')));
    await commanded(topics, 1, ['login -', 'subscribe a', 'subscribe b', 'order first']);
    for (const connection of [2, 3, 4]) {
      topics.drop();
      await inState(socket, 'Waiting').catch(() => undefined);
      socket.next({ op: 'order', topic: String(connection) });
      await commanded(topics, connection, [
        'login -',
        'subscribe a',
        'subscribe b',
        `order ${connection}`,
      ]);
      topics.publish('a', connection);
      topics.publish('b', -connection);
    }
    await a.received(3);
    await b.received(3);
    expect(pricesOf(a)).toEqual([2, 3, 4]);
    expect(pricesOf(b)).toEqual([-2, -3, -4]);
    a.subscription.unsubscribe();
    b.subscription.unsubscribe();
  });

  it('should send no end on a connection that did not ask', async () => {
    const topics = await start();
    const socket = topicSocket(topics.server.url, { reconnect: constantBackoff({ delay: 50 }) });
    const plain = watch(socket);
    const a = watch(socket.channel(trades('a')));
    const b = watch(socket.channel(trades('b')));
    await commanded(topics, 1, ['subscribe a', 'subscribe b']);
    topics.drop();
    await inState(socket, 'Waiting');
    a.subscription.unsubscribe();
    const c = watch(socket.channel(trades('c')));
    c.subscription.unsubscribe();
    await inState(socket, 'Open');
    socket.next({ op: 'order', topic: 'last' });
    await commanded(topics, 2, ['subscribe b', 'order last']);
    plain.subscription.unsubscribe();
    b.subscription.unsubscribe();
    await inState(socket, 'Closed');
    await commanded(topics, 2, ['subscribe b', 'order last', 'unsubscribe b']);
  });

  it('should send no end to a connection that has opened and was not asked yet', async () => {
    const topics = await start();
    const socket = topicSocket(topics.server.url, { reconnect: soon });
    const a = watch(socket.channel(trades('a')));
    const b = watch(socket.channel(trades('b')));
    await commanded(topics, 1, ['subscribe a', 'subscribe b']);
    topics.drop();
    await until('the line to be lost', () => stateOf(socket)._tag !== 'Open');
    const states = socket.state.subscribe(({ _tag }) => {
      if (_tag === 'Open') a.subscription.unsubscribe();
    });
    await inState(socket, 'Open');
    socket.next({ op: 'order', topic: 'last' });
    await commanded(topics, 2, ['subscribe b', 'order last']);
    states.unsubscribe();
    b.subscription.unsubscribe();
  });

  it('should fail by itself', async () => {
    const topics = await start();
    const socket = topicSocket(topics.server.url);
    const plain = watch(socket);
    const a = watch(socket.channel(trades('a')));
    const b = watch(socket.channel(trades('b')));
    const broken = watch(
      socket.channel({
        key: 'c',
        subscribe: () => {
          throw new Error('no words');
        },
      }),
    );
    await commanded(topics, 1, ['subscribe a', 'subscribe b']);
    topics.say({ topic: 'a', error: 'no such topic' });
    topics.publish('b', 1);
    await b.received(1);
    expect(a.outcomes).toMatchObject([{ _tag: 'Failed', error: { message: 'no such topic' } }]);
    expect(broken.outcomes).toMatchObject([{ _tag: 'Failed', error: { message: 'no words' } }]);
    expect(b.outcomes).toEqual([]);
    expect(plain.values).toEqual([
      { topic: 'a', error: 'no such topic' },
      { topic: 'b', price: 1 },
    ]);
    // Who asks again is asked for again, and who has failed is not ended.
    const again = watch(socket.channel(trades('a')));
    await commanded(topics, 1, ['subscribe a', 'subscribe b', 'subscribe a']);
    topics.publish('a', 2);
    await again.received(1);
    for (const each of [plain, again, b]) each.subscription.unsubscribe();
    await inState(socket, 'Closed');
  });

  it('should end as the stream does', async () => {
    const topics = await start();
    const socket = topicSocket(topics.server.url);
    const a = watch(socket.channel(trades('a')));
    await commanded(topics, 1, ['subscribe a']);
    topics.drop();
    expect((await a.failure()).ending).toMatchObject({ _tag: 'NetworkFailed' });
    const b = watch(socket.channel(trades('b')));
    await commanded(topics, 2, ['subscribe b']);
    for (const connection of topics.server.connections) void connection.close(1000);
    expect(await b.outcome()).toEqual({ _tag: 'Completed' });
    expect(topics.commands).toEqual([['subscribe a'], ['subscribe b']]);
  });

  it('should keep its messages to itself where it is exclusive', async () => {
    const topics = await start();
    const socket = topicSocket(topics.server.url);
    const plain = watch(socket);
    const a = watch(socket.channel({ ...trades('a'), exclusive: true }));
    const b = watch(socket.channel(trades('b')));
    await commanded(topics, 1, ['subscribe a', 'subscribe b']);
    topics.publish('a', 1);
    topics.publish('b', 2);
    await b.received(1);
    expect(pricesOf(plain)).toEqual([2]);
    expect(pricesOf(a)).toEqual([1]);
    for (const each of [plain, a, b]) each.subscription.unsubscribe();
  });

  it('should linger, and be there for who comes in time', async () => {
    const topics = await start();
    const socket = topicSocket(topics.server.url);
    const lingering = { ...trades('a'), linger: 60 };
    watch(socket.channel(lingering)).subscription.unsubscribe();
    const first = watch(socket.channel(lingering));
    await commanded(topics, 1, ['subscribe a']);
    first.subscription.unsubscribe();
    await pause(20);
    const second = watch(socket.channel(lingering));
    topics.publish('a', 1);
    await second.received(1);
    await pause(60);
    expect(topics.commands.at(-1)).toEqual(['subscribe a']);
    second.subscription.unsubscribe();
    await inState(socket, 'Closed');
    await commanded(topics, topics.commands.length, ['subscribe a', 'unsubscribe a']);
  });

  it('should have 1,000 of them over a reconnect', async () => {
    const topics = await start();
    const socket = topicSocket(topics.server.url, { reconnect: soon });
    const names = Array.from({ length: 1_000 }, (_, index) => `topic ${index}`);
    const seen = names.map((name) => watch(socket.channel(trades(name))));
    const asked = names.map((name) => `subscribe ${name}`);
    await until('all to be asked for', () => topics.commands[0]?.length === 1_000);
    topics.drop();
    await until('all to be asked for again', () => topics.commands[1]?.length === 1_000);
    expect(topics.commands).toEqual([asked, asked]);
    for (const [index, name] of names.entries()) expect(topics.publish(name, index)).toBe(1);
    await Promise.all(seen.map((each) => each.received(1)));
    expect(seen.map(pricesOf)).toEqual(names.map((_, index) => [index]));
    for (const { subscription } of seen) subscription.unsubscribe();
    await until('all to be ended', () => topics.commands[1]?.length === 2_000);
    await inState(socket, 'Closed');
  });

  it('should send on', async () => {
    const topics = await start();
    const socket = topicSocket(topics.server.url);
    const channel = socket.channel(trades('a'));
    channel.next({ op: 'order', topic: 'early' });
    const a = watch(channel);
    await commanded(topics, 1, ['subscribe a', 'order early']);
    channel.next({ op: 'order', topic: 'late' });
    await commanded(topics, 1, ['subscribe a', 'order early', 'order late']);
    a.subscription.unsubscribe();
  });

  it('should refuse what it cannot do without', () => {
    const socket = webSocket('ws://127.0.0.1:1');
    expect(() => socket.channel({ key: 'a' })).toThrow(OptionTypeError);
  });

  it('should have the types of its socket', () => {
    type Socket = SocketSubject<Trade, Command>;
    expectTypeOf<ReturnType<Socket['channel']>>().toEqualTypeOf<Channel<Trade, Command>>();
    expectTypeOf<Channel<Trade, Command>>().toExtend<Observable<Trade>>();
    expectTypeOf<Parameters<Channel<Trade, Command>['next']>>().toEqualTypeOf<[Command]>();
    expectTypeOf<Parameters<Socket['channel']>>().toEqualTypeOf<[ChannelOptions<Trade, Command>]>();
    expectTypeOf(trades('a').subscribe).toEqualTypeOf<(() => Command) | undefined>();
  });
});
