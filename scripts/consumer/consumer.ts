// A strict program that uses the package as its documentation says. check-package.js compiles it
// as an ES module, as CommonJS and for a bundler.
import {
  custom,
  exponentialBackoff,
  isOptionError,
  json,
  toStandardSchema,
  webSocket,
  WssError,
} from 'rx-wss';
import type { Codec } from 'rx-wss';
import { cbor } from 'rx-wss/cbor';
import { msgpack } from 'rx-wss/msgpack';
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

export const codecs: readonly Codec<{ symbol: string; price: number }, { subscribe: string }>[] = [
  cbor({ incoming: Tick, outgoing: Command }),
  msgpack({ incoming: Tick, outgoing: Command }),
  custom({
    name: 'query',
    decode: (data) => Object.fromEntries(new URLSearchParams(Buffer.from(data).toString())),
    encode: ({ subscribe }: { subscribe: string }) => subscribe,
    incoming: Tick,
  }),
];
export const lengths: Codec<number, bigint> = custom({
  name: 'lengths',
  decode: (data) => data.byteLength,
  encode: (length: bigint) => length.toString(),
});
// @ts-expect-error -- reads something else
export const wrong: Codec<{ symbol: number }, unknown> = cbor({ incoming: Tick });
export const standard: Codec<{ symbol: string; price: number }, unknown> = json({
  incoming: toStandardSchema(Tick),
});

type Plain<T> = 0 extends 1 & T ? never : T;
export const authority: Plain<ReturnType<typeof createCertificateAuthority>> =
  createCertificateAuthority();
