// A strict program that uses the package as its documentation says. check-package.js compiles it
// as an ES module, as CommonJS and for a bundler.
import { exponentialBackoff, isOptionError, json, webSocket, WssError } from 'rx-wss';
import { createCertificateAuthority } from 'rx-wss/testing';
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import type { Observable, Observer } from 'rxjs';
import { map } from 'rxjs';

const Tick = t.type({ symbol: t.string, price: t.number });
const Command = t.type({ subscribe: t.string });

const socket = webSocket({
  url: 'wss://feed.example.com/v1',
  headers: () => Promise.resolve({ authorization: 'Bearer token' }),
  protocols: ['feed.v1'],
  codec: json({ incoming: Tick, outgoing: Command }),
  reconnect: exponentialBackoff({ initialDelay: 200, maxDelay: 30_000 }),
});

const incoming: Observable<{ symbol: string; price: number }> = socket;
const outgoing: Observer<{ subscribe: string }> = socket;
export const prices: Observable<number> = incoming.pipe(map((tick) => tick.price));

// Whatever is `any` by mistake would let these through.
// @ts-expect-error -- not a command
outgoing.next({ subscribe: 1 });
// @ts-expect-error -- not an option
void webSocket({ url: 'wss://feed.example.com/v1', kodec: 'json' });

export const states: Observable<string> = socket.state.pipe(map((state) => state._tag));
export const reports: Observable<number> = socket.decoded.pipe(
  map((decoded) => (E.isLeft(decoded) ? decoded.left.issues.length : decoded.right.price)),
);
export const codeOf = (error: unknown): string =>
  error instanceof WssError || isOptionError(error) ? error.code : 'unknown';

type Plain<T> = 0 extends 1 & T ? never : T;
export const authority: Plain<ReturnType<typeof createCertificateAuthority>> =
  createCertificateAuthority();
