import * as t from 'io-ts';

import { json, webSocket } from '../../../src/index.js';
import type { ChannelOptions, SocketOptions, SocketSubject } from '../../../src/index.js';
import { createWssServer } from '../../../src/testing/index.js';
import type { WssConnection, WssServer } from '../../../src/testing/index.js';

/** A message of a topic. */
export interface Trade {
  readonly topic: string;
  readonly price?: number;
  readonly error?: string;
}

const Trade: t.Type<Trade> = t.intersection([
  t.type({ topic: t.string }),
  t.partial({ price: t.number, error: t.string }),
]);

/** What a client asks for. */
export interface Command {
  readonly op: 'subscribe' | 'unsubscribe' | 'order' | 'login';
  readonly topic: string;
}

/** A server of topics. */
export interface TopicServer {
  readonly server: WssServer;
  /** What came on each connection, e.g. `subscribe a`. */
  readonly commands: readonly (readonly string[])[];
  /** Sends a price to whoever has asked for the topic. @returns To how many. */
  publish(topic: string, price: number): number;
  /** Sends anything to everybody. */
  say(message: object): void;
  /** Drops every line. */
  drop(): void;
}

/** Starts a server of topics. */
export async function createTopicServer(): Promise<TopicServer> {
  const commands: string[][] = [];
  const wanted = new Map<WssConnection, Set<string>>();
  const server = await createWssServer({
    recordsMessages: false,
    onConnection: (connection) => {
      const own: string[] = [];
      const topics = new Set<string>();
      commands.push(own);
      wanted.set(connection, topics);
      connection.onMessage((data) => {
        const { op, topic } = JSON.parse(Buffer.from(data).toString()) as Command;
        own.push(`${op} ${topic}`);
        if (op === 'subscribe') topics.add(topic);
        else if (op === 'unsubscribe') topics.delete(topic);
      });
      void connection.closed.then(() => wanted.delete(connection));
    },
  });
  return {
    server,
    commands,
    publish(topic, price) {
      const to = [...wanted].filter(([, topics]) => topics.has(topic));
      for (const [connection] of to) void connection.send(JSON.stringify({ topic, price }));
      return to.length;
    },
    say(message) {
      for (const connection of server.connections) void connection.send(JSON.stringify(message));
    },
    drop() {
      for (const connection of server.connections) connection.terminate();
    },
  };
}

/** Gives a socket that has topics. */
export function topicSocket(
  url: string,
  options: Partial<SocketOptions<Trade, Command>> = {},
): SocketSubject<Trade, Command> {
  return webSocket<Trade, Command>({
    url,
    codec: json({ incoming: Trade }),
    route: ({ topic }) => topic,
    ...options,
  });
}

/** Asks for a topic. */
export function trades(topic: string): ChannelOptions<Trade, Command> {
  return {
    key: topic,
    subscribe: () => ({ op: 'subscribe', topic }),
    unsubscribe: () => ({ op: 'unsubscribe', topic }),
    failure: ({ error }) => (error === undefined ? undefined : new Error(error)),
  };
}
