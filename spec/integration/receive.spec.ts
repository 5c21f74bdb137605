import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { take } from 'rxjs';
import { beforeAll, describe, expect, it } from 'vitest';

import { bytes, constantBackoff, json, text, webSocket } from '../../src/index.js';
import type { Rejected, SocketSubject } from '../../src/index.js';
import {
  acceptUpgrade,
  closePayload,
  createCertificateAuthority,
  frame,
  readRequestHead,
} from '../../src/testing/index.js';
import type { CertificateAuthority, IssuedCertificate } from '../../src/testing/index.js';
import { eitherCodec } from './support/either-codec.js';
import { afterUpgrade, frameFrom, framesOf, sending } from './support/peer.js';
import type { Script } from './support/peer.js';
import { useServers } from './support/servers.js';
import { until, within } from './support/until.js';
import { inState, stateOf, watch } from './support/watch.js';

const servers = useServers();

let ca: CertificateAuthority;
let issued: IssuedCertificate;

beforeAll(async () => {
  ca = await createCertificateAuthority();
  issued = await ca.issue({ commonName: 'localhost', usage: 'server' });
});

const MIB = 1024 * 1024;
const TEXT = 'grüße, 世界 🚀 – every length of UTF-8';

/** Bytes that repeat at no power of two, so that a fragment in the wrong place shows. */
function patterned(size: number): Buffer {
  return Buffer.from(Uint8Array.from({ length: size }, (_, index) => (index * 31) % 251));
}

/** Connects `codec` to a raw server that runs `script`. */
async function dialRaw<T>(
  script: Script,
  codec: Parameters<typeof webSocket<T, T>>[0]['codec'],
  options: { readonly maxPayload?: number } = {},
): Promise<SocketSubject<T, T>> {
  const server = await servers.raw(script);
  return webSocket({ url: server.url, codec, ...options });
}

describe('a message', () => {
  it.each([
    { name: 'fragments of 1 byte', options: { fragmentSize: 1 } },
    { name: 'one frame', options: {} },
    { name: 'fragments that cut characters in two', options: { fragmentSize: 3 } },
    { name: 'more fragments than bytes', options: { fragments: 100 } },
  ])('should come whole as text in $name', async ({ options }) => {
    const server = await servers.wss();
    const socket = webSocket({ url: server.url, codec: text() });
    const seen = watch(socket);
    const connection = await server.nextConnection();
    await connection.send(TEXT, options);
    await connection.send('next', options);
    expect(await seen.received(2)).toEqual([TEXT, 'next']);
    seen.subscription.unsubscribe();
    await connection.closed;
  });

  it('should come whole as binary in fragments of 1 byte', async () => {
    const server = await servers.wss();
    const socket = webSocket({ url: server.url, codec: bytes() });
    const seen = watch(socket);
    const connection = await server.nextConnection();
    const message = patterned(1000);
    await connection.send(message, { fragmentSize: 1 });
    const [received] = await seen.received(1);
    expect(Buffer.from(received ?? []).equals(message)).toBe(true);
    seen.subscription.unsubscribe();
    await connection.closed;
  });

  it.each(['ws', 'wss'] as const)(
    'should come whole with 5 MiB in 64 KiB fragments, %s',
    async (scheme) => {
      const isSecure = scheme === 'wss';
      const server = await servers.wss(
        isSecure ? { tls: { cert: issued.chain, key: issued.key } } : {},
      );
      const socket = webSocket({
        url: server.url,
        codec: bytes(),
        ...(isSecure ? { tls: { ca: ca.certificate } } : {}),
      });
      const seen = watch(socket);
      const connection = await server.nextConnection();
      const message = patterned(5 * MIB);
      await connection.send(message, { fragmentSize: 65_536 });
      const [received] = await seen.received(1);
      expect(Buffer.from(received ?? []).equals(message)).toBe(true);
      seen.subscription.unsubscribe();
      await connection.closed;
    },
  );

  it('should come whole when a frame comes byte by byte', async () => {
    const socket = await dialRaw(
      afterUpgrade(async ({ socket: line }) => {
        line.setNoDelay(true);
        for (const byte of frame({ opcode: 1, payload: TEXT })) {
          await new Promise((resolve) => line.write(Uint8Array.of(byte), resolve));
        }
      }),
      text(),
    );
    const seen = watch(socket);
    expect(await seen.received(1)).toEqual([TEXT]);
    seen.subscription.unsubscribe();
  });

  it('should come whole when pings and pongs come in between its fragments', async () => {
    const server = await servers.raw(
      afterUpgrade(async (connection) => {
        const { socket } = connection;
        socket.write(frame({ opcode: 1, fin: false, payload: '"a' }));
        socket.write(frame({ opcode: 9, payload: 'are you there?' }));
        socket.write(frame({ opcode: 0, fin: false, payload: 'b' }));
        socket.write(frame({ opcode: 10, payload: 'unasked' }));
        await frameFrom(connection, 10);
        socket.write(frame({ opcode: 0, payload: 'c"' }));
      }),
    );
    const seen = watch(webSocket(server.url));
    expect(await seen.received(1)).toEqual(['abc']);
    seen.subscription.unsubscribe();
  });

  it('should come whole when a character is cut by a fragment, with a ping in the cut', async () => {
    const rocket = Buffer.from('🚀');
    const socket = await dialRaw(
      sending(
        frame({ opcode: 1, fin: false, payload: rocket.subarray(0, 1) }),
        frame({ opcode: 9 }),
        frame({ opcode: 0, fin: false, payload: rocket.subarray(1, 3) }),
        frame({ opcode: 0, fin: true, payload: rocket.subarray(3) }),
      ),
      text(),
    );
    const seen = watch(socket);
    expect(await seen.received(1)).toEqual(['🚀']);
    seen.subscription.unsubscribe();
  });

  it('should come once it is whole, not before', async () => {
    let finish = (): void => undefined;
    const server = await servers.raw(
      afterUpgrade(async (connection) => {
        connection.socket.write(frame({ opcode: 1, fin: false, payload: 'first ' }));
        connection.socket.write(frame({ opcode: 9 }));
        finish = () => void connection.socket.write(frame({ opcode: 0, payload: 'second' }));
        await connection.closed;
      }),
    );
    const seen = watch(webSocket({ url: server.url, codec: text() }));
    const connection = await until('the connection', () => server.connections[0]);
    await within('the pong', frameFrom(connection, 10));
    expect(seen.values).toEqual([]);
    finish();
    expect(await seen.received(1)).toEqual(['first second']);
    seen.subscription.unsubscribe();
  });

  it('should be delivered when it is empty, as text and as binary', async () => {
    const asText = await dialRaw(
      sending(
        frame({ opcode: 1 }),
        frame({ opcode: 1, fin: false }),
        frame({ opcode: 0 }),
        frame({ opcode: 1, payload: 'end' }),
      ),
      text(),
    );
    const seenText = watch(asText);
    expect(await seenText.received(3)).toEqual(['', '', 'end']);
    seenText.subscription.unsubscribe();

    const asBytes = await dialRaw(sending(frame({ opcode: 2 })), bytes());
    const seenBytes = watch(asBytes);
    expect(await seenBytes.received(1)).toEqual([Buffer.alloc(0)]);
    seenBytes.subscription.unsubscribe();
  });

  it.each([
    { name: 'one frame', cut: 1000 },
    { name: 'fragments', cut: 300 },
  ])('should be delivered when it is exactly maxPayload long, in $name', async ({ cut }) => {
    const message = patterned(1000);
    const socket = await dialRaw(
      sending(
        frame({ opcode: 2, fin: cut === 1000, payload: message.subarray(0, cut) }),
        ...(cut === 1000 ? [] : [frame({ opcode: 0, payload: message.subarray(cut) })]),
      ),
      bytes(),
      { maxPayload: 1000 },
    );
    const seen = watch(socket);
    expect(await seen.received(1)).toEqual([message]);
    seen.subscription.unsubscribe();
  });

  it('should be delivered when it is exactly the default of 16 MiB long', async () => {
    const server = await servers.wss();
    const seen = watch(webSocket({ url: server.url, codec: bytes() }));
    const connection = await server.nextConnection();
    await connection.send(Buffer.alloc(16 * MIB, 7), { fragmentSize: MIB });
    const [received] = await seen.received(1);
    expect(received?.byteLength).toBe(16 * MIB);
    seen.subscription.unsubscribe();
    await connection.closed;
  });

  it('should be decompressed when both sides agreed on it', async () => {
    const server = await servers.wss({ compression: true });
    const socket = webSocket({ url: server.url, codec: text(), perMessageDeflate: true });
    const seen = watch(socket);
    const connection = await server.nextConnection();
    expect(connection.request.headers['sec-websocket-extensions']).toContain('permessage-deflate');
    const long = TEXT.repeat(200);
    await connection.send(long);
    await connection.send(long, { fragmentSize: 100 });
    expect(await seen.received(2)).toEqual([long, long]);
    socket.next(long);
    expect((await connection.nextMessage()).text).toBe(long);
    seen.subscription.unsubscribe();
    await connection.closed;
  });

  it.each([true, false])(
    'should go out as it was, though its buffer is used again; compressed: %s',
    async (perMessageDeflate) => {
      const server = await servers.wss({ compression: true });
      const socket = webSocket({ url: server.url, codec: bytes(), perMessageDeflate });
      const seen = watch(socket);
      const connection = await server.nextConnection();
      await inState(socket, 'Open');
      const buffer = Buffer.alloc(4_096);
      for (const byte of [1, 2, 3]) socket.next(buffer.fill(byte));
      for (const byte of [1, 2, 3]) {
        const { data } = await connection.nextMessage();
        expect(Buffer.from(data)).toEqual(Buffer.alloc(4_096, byte));
      }
      seen.subscription.unsubscribe();
      await connection.closed;
    },
  );

  it('should not be compressed unless asked for', async () => {
    const server = await servers.wss({ compression: true });
    const seen = watch(webSocket({ url: server.url, codec: text() }));
    const connection = await server.nextConnection();
    expect(connection.request.headers['sec-websocket-extensions']).toBeUndefined();
    seen.subscription.unsubscribe();
    await connection.closed;
  });
});

describe('several messages', () => {
  const messages = ['1', '{"a":2}', '[3]', '"four"'];
  const frames = Buffer.concat(messages.map((payload) => frame({ opcode: 1, payload })));

  it('should all be delivered from one TCP segment', async () => {
    const server = await servers.raw(sending(frames));
    const seen = watch(webSocket(server.url));
    expect(await seen.received(4)).toEqual([1, { a: 2 }, [3], 'four']);
    seen.subscription.unsubscribe();
  });

  it.each(['ws', 'wss'] as const)(
    'should all be delivered from the segment of the 101 answer, %s',
    async (scheme) => {
      const isSecure = scheme === 'wss';
      const server = await servers.raw(
        async ({ socket }) => {
          const head = await readRequestHead(socket);
          socket.cork();
          acceptUpgrade(socket, head);
          socket.write(frames);
          socket.write(frame({ opcode: 8, payload: closePayload(1000, 'that was all') }));
          socket.uncork();
        },
        isSecure ? { tls: { cert: issued.chain, key: issued.key } } : {},
      );
      const socket = webSocket({
        url: server.url,
        closeTimeout: 60,
        ...(isSecure ? { tls: { ca: ca.certificate } } : {}),
      });
      const seen = watch(socket);
      expect(await seen.outcome()).toEqual({ _tag: 'Completed' });
      expect(seen.values).toEqual([1, { a: 2 }, [3], 'four']);
      expect(stateOf(socket)).toMatchObject({
        _tag: 'Closed',
        ending: {
          _tag: 'Closed',
          by: 'server',
          code: 1000,
          reason: 'that was all',
          wasClean: true,
        },
      });
    },
  );

  it('should keep their order over 10,000 of them, text and binary mixed', async () => {
    const server = await servers.wss();
    const socket = webSocket({ url: server.url, codec: eitherCodec });
    const seen = watch(socket);
    const connection = await server.nextConnection();
    const count = 10_000;
    const expected = Array.from({ length: count }, (_, index) =>
      index % 3 === 0 ? Buffer.from(`binary ${index}`) : `text ${index}`,
    );
    await Promise.all(
      expected.map((each, index) => connection.send(each, index % 7 === 0 ? { fragments: 3 } : {})),
    );
    const received = await seen.received(count);
    expect(received.map((each) => Buffer.from(each).toString())).toEqual(expected.map(String));
    expect(received.map((each) => typeof each === 'string')).toEqual(
      expected.map((each) => typeof each === 'string'),
    );
    seen.subscription.unsubscribe();
    await connection.closed;
  });

  it('should come after 60 pings in one segment, each of which is answered', async () => {
    const pings = Array.from({ length: 60 }, (_, index) =>
      frame({ opcode: 9, payload: String(index) }),
    );
    const server = await servers.raw(
      sending(Buffer.concat([...pings, frame({ opcode: 1, payload: '"after"' })])),
    );
    const seen = watch(webSocket(server.url));
    expect(await seen.received(1)).toEqual(['after']);
    const connection = await until('the connection', () => server.connections[0]);
    await until('the pongs', () => framesOf(connection).length === 60);
    seen.subscription.unsubscribe();
  });

  it('should reach every subscriber, each from its own beginning', async () => {
    const server = await servers.wss();
    const socket = webSocket({ url: server.url, codec: text() });
    const first = watch(socket);
    const connection = await server.nextConnection();
    await inState(socket, 'Open');
    await connection.send('one');
    await first.received(1);
    const second = watch(socket);
    const only = watch(socket.pipe(take(1)));
    await connection.send('two');
    await second.received(1);
    await connection.send('three');
    await second.received(2);
    expect(first.values).toEqual(['one', 'two', 'three']);
    expect(second.values).toEqual(['two', 'three']);
    expect(only.values).toEqual(['two']);
    expect(only.outcomes).toEqual([{ _tag: 'Completed' }]);
    expect(server.accepted).toBe(1);
    first.subscription.unsubscribe();
    second.subscription.unsubscribe();
    await connection.closed;
  });
});

describe('a message that does not decode', () => {
  const Tick = t.type({ symbol: t.string, price: t.number });
  const good = '{"symbol":"A","price":1}';

  it('should go to rejected with its bytes, and leave the stream alive', async () => {
    const server = await servers.wss();
    const socket = webSocket({ url: server.url, codec: json({ incoming: Tick }) });
    const seen = watch(socket);
    const rejected = watch(socket.rejected);
    const connection = await server.nextConnection();
    const bad = ['{"symbol":"B"}', 'not json', '{"symbol":3,"price":"x"}'];
    await connection.send(good);
    for (const each of bad) await connection.send(each, { fragments: 2 });
    await connection.send(Buffer.from(good));
    await connection.send(good);
    await seen.received(3);
    const tick = { symbol: 'A', price: 1 };
    expect(seen.values).toEqual([tick, tick, tick]);
    expect(seen.outcomes).toEqual([]);
    expect(rejected.values.map((each) => each.connection)).toEqual([1, 1, 1]);
    expect(rejected.values.map(bytesOf)).toEqual(bad);
    expect(rejected.values.map(({ failure }) => failure.phase)).toEqual([
      'schema',
      'json',
      'schema',
    ]);
    expect(rejected.values[0]?.failure.issues).toMatchObject([
      { path: ['price'], expected: 'number' },
    ]);
    rejected.subscription.unsubscribe();
    seen.subscription.unsubscribe();
    await connection.closed;
  });

  it('should tell the number of its connection', async () => {
    const server = await servers.wss();
    const socket = webSocket({
      url: server.url,
      codec: json({ incoming: Tick }),
      reconnect: constantBackoff({ delay: 1 }),
    });
    const seen = watch(socket);
    const rejected = watch(socket.rejected);
    for (const number of [1, 2, 3]) {
      const connection = await server.nextConnection();
      await connection.send(`"bad ${number}"`);
      await rejected.received(number);
      await connection.close(1012);
    }
    expect(rejected.values.map((each) => [each.connection, bytesOf(each)])).toEqual([
      [1, '"bad 1"'],
      [2, '"bad 2"'],
      [3, '"bad 3"'],
    ]);
    expect(seen.outcomes).toEqual([]);
    rejected.subscription.unsubscribe();
    seen.subscription.unsubscribe();
  });

  it('should not dial, nor replay, for a subscriber of rejected alone', async () => {
    const server = await servers.wss();
    const socket = webSocket({ url: server.url, codec: json({ incoming: Tick }) });
    const alone = watch(socket.rejected);
    expect(stateOf(socket)).toEqual({ _tag: 'Idle' });
    const seen = watch(socket);
    const connection = await server.nextConnection();
    await connection.send('bad');
    await alone.received(1);
    const late = watch(socket.rejected);
    await connection.send(good);
    await seen.received(1);
    expect(late.values).toEqual([]);
    alone.subscription.unsubscribe();
    late.subscription.unsubscribe();
    seen.subscription.unsubscribe();
    await connection.closed;
    expect(server.accepted).toBe(1);
  });

  it('should come as Left among the Rights of decoded, in order, over the same connection', async () => {
    const server = await servers.wss();
    const socket = webSocket({ url: server.url, codec: json({ incoming: Tick }) });
    const decoded = watch(socket.decoded);
    const seen = watch(socket);
    const connection = await server.nextConnection();
    await connection.send(good);
    await connection.send('bad');
    await connection.send(good);
    await decoded.received(3);
    expect(decoded.values.map(({ _tag }) => _tag)).toEqual(['Right', 'Left', 'Right']);
    expect(decoded.values.filter(E.isRight).map(({ right }) => right)).toEqual(seen.values);
    expect(server.accepted).toBe(1);
    seen.subscription.unsubscribe();
    expect(stateOf(socket)._tag).toBe('Open');
    decoded.subscription.unsubscribe();
    expect(stateOf(socket)._tag).toBe('Closing');
    expect(await connection.closed).toEqual({ code: 1000, reason: '' });
  });

  it('should let decoded dial by itself, complete and fail like the stream', async () => {
    const server = await servers.wss();
    const socket = webSocket({ url: server.url, codec: json({ incoming: Tick }) });
    const first = watch(socket.decoded);
    const connection = await server.nextConnection();
    void connection.close(1000, 'done');
    expect(await first.outcome()).toEqual({ _tag: 'Completed' });
    const second = watch(socket.decoded);
    const next = await server.nextConnection();
    await inState(socket, 'Open');
    next.terminate();
    expect((await second.failure()).ending).toMatchObject({ _tag: 'NetworkFailed', kind: 'reset' });
  });

  function bytesOf({ failure }: Rejected): string {
    return Buffer.from(failure.data).toString();
  }
});
