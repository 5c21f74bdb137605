import { randomBytes } from 'node:crypto';

import * as E from 'fp-ts/lib/Either.js';
import { Subject } from 'rxjs';
import type { Observable } from 'rxjs';

import type { IssuedCertificate, WssConnection, WssRequest } from '../../testing/index.js';
import type { TestKit } from './load-test-kit.js';
import { serverCodec } from './messages.js';
import type { FeedMessage } from './messages.js';

/** A market feed that asks for a client certificate and a token, and whose line is not the best. */
export interface FeedServer {
  readonly url: string;
  /** The trust anchor of its certificate, in PEM. */
  readonly ca: string;
  /** A client certificate that it lets in. */
  readonly client: IssuedCertificate;
  /** The token that it asks for in the header `authorization`. */
  readonly token: string;
  /** What it does that a client cannot know the reason of, in words. */
  readonly actions: Observable<string>;
  close(): Promise<void>;
}

/** The time between two ticks, in milliseconds. */
const TICK_INTERVAL = 110;
/** How many ticks come before the connection breaks, on those that do. */
const TICKS_BEFORE_FAULT = 12;
/** Which tick of the first connection is malformed. */
const MALFORMED = 6;
/** Into how many fragments one tick after the other is cut. */
const FRAGMENTS: readonly number[] = [1, 4, 1, 16];

const OPENING_PRICES: Readonly<Record<string, number>> = {
  BTC: 67_012.5,
  ETH: 3_508.2,
  SOL: 148.7,
};

/**
 * Starts the feed on loopback, with certificates made on the spot, in memory.
 *
 * @remarks
 * Its first connection it closes with 1012 after a while, after a malformed message; under the second
 * one it drops the TCP line; the third one it keeps.
 *
 * @param kit - The test kit.
 */
export async function startFeedServer(kit: typeof TestKit): Promise<FeedServer> {
  const authority = await kit.createCertificateAuthority({ commonName: 'rx-wss demo authority' });
  const { chain, key } = await authority.issue({ commonName: 'localhost', usage: 'server' });
  const client = await authority.issue({ commonName: 'trader-7', usage: 'client' });
  const token = randomBytes(24).toString('base64url');
  const actions = new Subject<string>();
  const server = await kit.createWssServer({
    tls: { cert: chain, key, ca: authority.certificate, requestCert: true },
    onRequest: ({ headers }) =>
      headers.authorization === `Bearer ${token}` ? undefined : { status: 401 },
    onConnection: (connection) => {
      serve(connection, server.accepted, (action) => actions.next(action));
    },
  });
  return {
    url: `${server.url}/v1/ticks`,
    ca: authority.certificate,
    client,
    token,
    actions,
    close: () => server.close(),
  };
}

function serve(connection: WssConnection, number: number, tell: (action: string) => void): void {
  const symbols = ['BTC', 'ETH'];
  const send = (message: FeedMessage, fragments = 1): void => {
    const payload = serverCodec.encode(message);
    if (E.isRight(payload)) void connection.send(payload.right, { fragments });
  };
  send({ type: 'welcome', client: clientOf(connection.request) });
  connection.onMessage((data) => {
    const command = serverCodec.decode(data, 'text');
    if (E.isLeft(command)) return;
    const { id, symbol } = command.right;
    symbols.push(symbol);
    send({ type: 'subscribed', id, symbol });
  });
  let index = 0;
  const timer = setInterval(() => {
    if (number <= 2 && index === TICKS_BEFORE_FAULT) {
      clearInterval(timer);
      breakOff(connection, number, tell);
    } else if (number === 1 && index === MALFORMED) {
      tell('sends a tick whose price is text');
      void connection.send(JSON.stringify({ ...tick('BTC', index, 1), price: '67,012.50' }));
    } else {
      const fragments = FRAGMENTS[index % FRAGMENTS.length] ?? 1;
      send(tick(symbols[index % symbols.length] ?? 'BTC', index, fragments), fragments);
    }
    index += 1;
  }, TICK_INTERVAL);
  void connection.closed.then(() => clearInterval(timer));
}

function breakOff(connection: WssConnection, number: number, tell: (action: string) => void): void {
  if (number === 1) {
    tell('closes with 1012');
    void connection.close(1012, 'service restart');
  } else {
    tell('drops the TCP line (RST)');
    connection.terminate();
  }
}

function tick(symbol: string, index: number, fragments: number): FeedMessage {
  const opening = OPENING_PRICES[symbol] ?? 100;
  const change = round(opening * 0.004 * Math.sin(index * 1.7 + opening));
  return { type: 'tick', symbol, price: round(opening + change), change, fragments };
}

function round(price: number): number {
  return Math.round(price * 100) / 100;
}

function clientOf({ client }: WssRequest): string {
  return client === undefined ? 'nobody' : client.subject.split('\n').join(', ');
}
