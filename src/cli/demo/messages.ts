import * as t from 'io-ts';

import { json } from '../../index.js';
import type { Codec } from '../../index.js';

/** The first message on a connection: who the server says that the client is. */
export interface Welcome {
  readonly type: 'welcome';
  /** The subject of the client's certificate, as the server saw it. */
  readonly client: string;
}

/** A price. */
export interface Tick {
  readonly type: 'tick';
  readonly symbol: string;
  readonly price: number;
  readonly change: number;
  /** How many fragments the server cut this message into. */
  readonly fragments: number;
}

/** The answer to the command with the same id. */
export interface Subscribed {
  readonly type: 'subscribed';
  readonly id: number;
  readonly symbol: string;
}

/** What the feed sends. */
export type FeedMessage = Welcome | Tick | Subscribed;

/** What the feed takes: ticks of one more symbol are wanted. */
export interface Command {
  readonly type: 'subscribe';
  readonly id: number;
  readonly symbol: string;
}

const FeedMessage: t.Type<FeedMessage> = t.union(
  [
    t.type({ type: t.literal('welcome'), client: t.string }, 'Welcome'),
    t.type(
      {
        type: t.literal('tick'),
        symbol: t.string,
        price: t.number,
        change: t.number,
        fragments: t.number,
      },
      'Tick',
    ),
    t.type({ type: t.literal('subscribed'), id: t.number, symbol: t.string }, 'Subscribed'),
  ],
  'FeedMessage',
);

const Command: t.Type<Command> = t.type(
  { type: t.literal('subscribe'), id: t.number, symbol: t.string },
  'Command',
);

/** The client's side of the feed. */
export const clientCodec: Codec<FeedMessage, Command> = json({
  incoming: FeedMessage,
  outgoing: Command,
});

/** The server's side of it. */
export const serverCodec: Codec<Command, FeedMessage> = json({
  incoming: Command,
  outgoing: FeedMessage,
});
