import {
  catchError,
  concat,
  defer,
  EMPTY,
  filter,
  ignoreElements,
  map,
  merge,
  mergeMap,
  of,
  skip,
  switchMap,
  take,
  takeWhile,
  tap,
} from 'rxjs';
import type { Observable } from 'rxjs';

import { exponentialBackoff, SocketError, webSocket } from '../../index.js';
import type { SocketOptions, SocketSubject } from '../../index.js';
import { stateChanges } from '../state-changes.js';
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
      of(error).pipe(
        filter(isSocketError),
        map(({ ending }): DemoEvent => ({ _tag: 'Refused', lack, ending })),
      ),
    ),
  );
}

// instanceof alone gives its ending the type any.
function isSocketError(error: unknown): error is SocketError {
  return error instanceof SocketError;
}

function follow(feed: FeedServer): Observable<DemoEvent> {
  const socket = webSocket({
    ...optionsFor(feed),
    reconnect: exponentialBackoff({ initialDelay: 400, maxDelay: 1_600, jitter: 'equal' }),
  });
  const states = stateChanges(socket).pipe(
    filter((state) => state._tag !== 'Idle'),
    mergeMap((state) =>
      concat(
        of<DemoEvent>({ _tag: 'StateChanged', state }),
        state._tag === 'Open' ? subscribeTo('SOL', state.attempt, socket) : EMPTY,
      ),
    ),
  );
  const rejected = socket.rejected.pipe(
    map((each): DemoEvent => ({ _tag: 'MessageRejected', rejected: each })),
  );
  const actions = feed.actions.pipe(map((action): DemoEvent => ({ _tag: 'ServerActed', action })));
  const received = socket.pipe(map((message): DemoEvent => ({ _tag: 'Received', message })));
  // The state tells of the end before the stream completes or fails.
  return merge(actions, states, rejected, goodbye(socket), received).pipe(
    takeWhile((event) => !isEnd(event), true),
  );
}

/** The outbox would do too, but a command that was sent is lost with its connection. */
function subscribeTo(symbol: string, id: number, socket: FeedSocket): Observable<DemoEvent> {
  return defer(() => {
    const command: Command = { type: 'subscribe', id, symbol };
    socket.next(command);
    return of<DemoEvent>({ _tag: 'CommandSent', command });
  });
}

/** Closes when the line has come back often enough, and ticks have followed. */
function goodbye(socket: FeedSocket): Observable<never> {
  return stateChanges(socket).pipe(
    filter(({ _tag }) => _tag === 'Open'),
    skip(RECONNECTS),
    take(1),
    switchMap(() => socket),
    filter(({ type }) => type === 'tick'),
    take(LAST_TICKS),
    tap({ complete: () => socket.complete() }),
    ignoreElements(),
  );
}

function isEnd(event: DemoEvent): boolean {
  return event._tag === 'StateChanged' && event.state._tag === 'Closed';
}
