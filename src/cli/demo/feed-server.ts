import { randomBytes } from 'node:crypto';

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { Subject } from 'rxjs';
import type { Observable } from 'rxjs';

import type { IssuedCertificate, WssConnection, WssRequest } from '../../testing/index.js';
import type { TestKit } from './load-test-kit.js';
import { createMarket, inTurn } from './market.js';
import type { Market } from './market.js';
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
  /** What it does on purpose to the line and to messages, in words. */
  readonly actions: Observable<string>;
  close(): Promise<void>;
}

/** The time between two ticks, in milliseconds. */
const TICK_INTERVAL = 110;
/** How many ticks come before the line breaks, on the connections where it does. */
const TICKS_BEFORE_FAULT = 12;
/** After how many ticks of the first connection there is a malformed one. */
const TICKS_BEFORE_MALFORMED = 6;

/**
 * Starts the feed on loopback, with certificates that are made now, in memory.
 *
 * @remarks
 * On the first connection one tick is malformed, and after a while it is closed with 1012. On the
 * second one the TCP line is dropped. The third one is kept.
 *
 * @param kit - The test kit.
 */
export async function startFeedServer(kit: typeof TestKit): Promise<FeedServer> {
  const authority = await kit.createCertificateAuthority({ commonName: 'rx-wss demo authority' });
  const { chain, key } = await authority.issue({ commonName: 'localhost', usage: 'server' });
  const client = await authority.issue({ commonName: 'trader-7', usage: 'client' });
  const token = randomBytes(24).toString('base64url');
  const actions = new Subject<string>();
  const market = createMarket();
  const server = await kit.createWssServer({
    tls: { cert: chain, key, ca: authority.certificate, requestCert: true },
    onRequest: ({ headers }) =>
      headers.authorization === `Bearer ${token}` ? undefined : { status: 401 },
    onConnection: (connection) => {
      serve(connection, server.accepted, market, (action) => actions.next(action));
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

function serve(
  connection: WssConnection,
  number: number,
  nextTick: Market,
  tell: (action: string) => void,
): void {
  const symbols = ['BTC', 'ETH'];
  const turns = inTurn(symbols);
  send(connection, { type: 'welcome', client: subjectOf(connection.request) });
  connection.onMessage((data) => {
    pipe(
      serverCodec.decode(data, 'text'),
      E.map(({ id, symbol }) => {
        symbols.push(symbol);
        send(connection, { type: 'subscribed', id, symbol });
      }),
    );
  });
  let ticks = 0;
  const timer = setInterval(() => {
    if (number <= 2 && ticks === TICKS_BEFORE_FAULT) {
      clearInterval(timer);
      breakOff(connection, number, tell);
    } else if (number === 1 && ticks === TICKS_BEFORE_MALFORMED) {
      tell('sends a tick whose price is text');
      void connection.send(JSON.stringify({ ...nextTick(turns.next().value), price: '67,012.50' }));
    } else {
      const tick = nextTick(turns.next().value);
      send(connection, tick, tick.fragments);
    }
    ticks += 1;
  }, TICK_INTERVAL);
  void connection.closed.then(() => clearInterval(timer));
}

function send(connection: WssConnection, message: FeedMessage, fragments = 1): void {
  pipe(
    serverCodec.encode(message),
    E.map((payload) => connection.send(payload, { fragments })),
  );
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

/** The subject on one line, as the client's side shows the server's. */
function subjectOf({ client }: WssRequest): string {
  return String(client?.subject.split('\n').join(', '));
}
