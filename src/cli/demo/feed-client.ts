import {
  catchError,
  concat,
  defer,
  EMPTY,
  filter,
  from,
  ignoreElements,
  map,
  merge,
  mergeMap,
  of,
  take,
  takeWhile,
  tap,
} from 'rxjs';
import type { Observable } from 'rxjs';

import { exponentialBackoff, SocketError, webSocket } from '../../index.js';
import type { SocketOptions, SocketState, SocketSubject } from '../../index.js';
import type { DemoEvent, Lack } from './demo-event.js';
import type { FeedServer } from './feed-server.js';
import { clientCodec } from './messages.js';
import type { Command, FeedMessage } from './messages.js';

type FeedSocket = SocketSubject<FeedMessage, Command>;

/** How often the line has to come back, and how many ticks have to follow, before it is enough. */
const RECONNECTS = 2;
const LAST_TICKS = 10;

/**
 * Uses the feed as a service would: connects, subscribes to one more symbol on each connection, and
 * says goodbye after some ticks on the third. Before that it tries to get in without its certificate,
 * and without its token.
 *
 * @param feed - The server.
 * @returns What happens, in order; completes when the connection is over. Unsubscribing closes it.
 */
export function useFeed(feed: FeedServer): Observable<DemoEvent> {
  return concat(tryWithout('certificate', feed), tryWithout('token', feed), follow(feed));
}

function optionsFor(
  { url, ca, client, token }: FeedServer,
  lack?: Lack,
): SocketOptions<FeedMessage, Command> & { readonly codec: typeof clientCodec } {
  return {
    url,
    headers: lack === 'token' ? {} : { authorization: `Bearer ${token}` },
    tls: lack === 'certificate' ? { ca } : { ca, cert: client.chain, key: client.key },
    codec: clientCodec,
  };
}

function tryWithout(lack: Lack, feed: FeedServer): Observable<DemoEvent> {
  return webSocket(optionsFor(feed, lack)).pipe(
    take(1),
    ignoreElements(),
    catchError((error: unknown) =>
      error instanceof SocketError
        ? of<DemoEvent>({ _tag: 'Refused', lack, ending: error.ending })
        : EMPTY,
    ),
  );
}

function follow(feed: FeedServer): Observable<DemoEvent> {
  const socket = webSocket({
    ...optionsFor(feed),
    reconnect: exponentialBackoff({ initialDelay: 400, maxDelay: 1_600, jitter: 'equal' }),
  });
  const states = socket.state.pipe(
    filter((state) => state._tag !== 'Idle'),
    mergeMap((state) =>
      concat(
        of<DemoEvent>({ _tag: 'StateChanged', state }),
        state._tag === 'Open' ? subscribeTo('SOL', socket) : EMPTY,
      ),
    ),
  );
  const rejected = socket.rejected.pipe(
    map((each): DemoEvent => ({ _tag: 'MessageRejected', rejected: each })),
  );
  const actions = feed.actions.pipe(map((action): DemoEvent => ({ _tag: 'ServerActed', action })));
  const received = socket.pipe(
    map((message): DemoEvent => ({ _tag: 'Received', message })),
    // The state tells what it failed with.
    catchError(() => EMPTY),
  );
  return merge(actions, states, rejected, received).pipe(sayGoodbye(socket), takeWhile(isUnderWay, true));
}
