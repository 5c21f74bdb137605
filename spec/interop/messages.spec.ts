import { createHash, randomBytes } from 'node:crypto';

import * as t from 'io-ts';
import { beforeAll, describe, expect, it } from 'vitest';

import { bytes, json, ProtocolError, text, webSocket } from '../../src/index.js';
import type { Codec, SocketOptions, SocketSubject } from '../../src/index.js';
import { record } from './recording.js';
import { startStack } from './servers/stack.js';
import type { Stack } from './servers/stack.js';

const MIB = 1024 * 1024;
const FRAGMENT = 64 * 1024;

// Characters of one, two, three and four bytes, and a length that no fragment divides.
const LARGE_TEXT = 'aé✓😀 '.repeat(Math.ceil((5 * MIB) / 11));

const TEXTS = [
  { name: 'a short text', message: 'héllo ✓ 😀' },
  { name: 'a text of 5 MiB', message: LARGE_TEXT },
];

const BINARIES = [
  { name: 'every byte', message: Buffer.from(Array.from({ length: 256 }, (_, index) => index)) },
  // Where the length of a frame gets another form (RFC 6455 section 5.2).
  ...[125, 126, 65_535, 65_536].map((size) => ({
    name: `${size} bytes`,
    message: randomBytes(size),
  })),
  { name: '5 MiB', message: randomBytes(5 * MIB) },
];

const EMPTY = [{ name: 'nothing', message: '' }];

/** What the backend says of a message. */
const Measures = t.type({ kind: t.string, length: t.number, sha256: t.string });

function measure(message: string | Uint8Array): t.TypeOf<typeof Measures> {
  return {
    kind: typeof message === 'string' ? 'text' : 'binary',
    length: Buffer.byteLength(message),
    sha256: createHash('sha256').update(message).digest('hex'),
  };
}

describe('messages', () => {
  let stack: Stack;

  beforeAll(async () => {
    stack = await startStack();
    return stack.stop;
  });

  function open<In, Out>(
    path: string,
    codec: Codec<In, Out>,
    options: Partial<SocketOptions<In, Out>> = {},
  ): SocketSubject<In, Out> {
    return webSocket({ url: stack.url(path), tls: stack.tls, ...options, codec });
  }

  /** Sends `message` to `path` and gives what comes back. */
  async function exchange<T>(
    path: string,
    codec: Codec<T, T>,
    message: T,
    options: Partial<SocketOptions<T, T>> = {},
  ): Promise<T> {
    const socket = open(path, codec, options);
    const recording = record(socket);
    socket.next(message);
    return recording.message(0);
  }

  /** Sends `message` with `codec` and gives what the backend measured. */
  async function measured<T extends string | Uint8Array>(
    codec: Codec<unknown, T>,
    message: T,
  ): Promise<unknown> {
    const socket = open('/measure', {
      name: 'measures',
      decode: json({ incoming: Measures, outgoing: t.unknown }).decode,
      encode: codec.encode,
    });
    const recording = record(socket);
    socket.next(message);
    return recording.message(0);
  }

  it.each([...EMPTY, ...TEXTS])('should bring $name to the backend', async ({ message }) => {
    expect(await measured(text(), message)).toEqual(measure(message));
  });

  it.each(BINARIES)('should bring $name to the backend', async ({ message }) => {
    expect(await measured(bytes(), message)).toEqual(measure(message));
  });

  it.each([...EMPTY, ...TEXTS])('should bring $name back from it', async ({ message }) => {
    const received = await exchange('/echo', text(), message);

    expect(measure(received)).toEqual(measure(message));
  });

  it.each(BINARIES)('should bring $name back from it', async ({ message }) => {
    const received = await exchange('/echo', bytes(), message);

    expect(measure(received)).toEqual(measure(message));
    expect(message.equals(received)).toBe(true);
  });

  it.each(TEXTS)('should put $name together from fragments', async ({ message }) => {
    // The backend cuts between characters; a fragment of 64 Ki of them has more bytes.
    const received = await exchange(`/fragment?size=${FRAGMENT}`, text(), message);

    expect(measure(received)).toEqual(measure(message));
  });

  it.each(BINARIES)('should put $name together from fragments', async ({ message }) => {
    const received = await exchange(`/fragment?size=${FRAGMENT}`, bytes(), message);

    expect(measure(received)).toEqual(measure(message));
  });

  it('should put a message together from fragments of one byte', async () => {
    const message = randomBytes(10_000);
    const received = await exchange('/fragment?size=1', bytes(), message);

    expect(message.equals(received)).toBe(true);
  });

  it('should count the fragments of a message', async () => {
    const message = randomBytes(5 * MIB);
    const path = `/fragment?size=${FRAGMENT}`;
    // 80 of 64 KiB and an empty one: that many do come, then.
    const received = await exchange(path, bytes(), message, { maxFragments: 81 });
    const socket = open(path, bytes(), { maxFragments: 80 });
    const recording = record(socket);
    socket.next(message);
    const error = await recording.failed();

    expect(message.equals(received)).toBe(true);
    expect(error).toBeInstanceOf(ProtocolError);
    expect(error.ending).toMatchObject({
      _tag: 'ProtocolViolated',
      code: 1008,
      violation: 'TOO_MANY_BUFFERED_PARTS',
    });
    expect(recording.messages).toEqual([]);
  });

  it('should bring a message back under compression', async () => {
    const received = await exchange('/echo', text(), LARGE_TEXT, { perMessageDeflate: true });

    expect(measure(received)).toEqual(measure(LARGE_TEXT));
  });

  it('should bring many messages back in order', async () => {
    const messages = Array.from({ length: 2_000 }, (_, index) => `message ${index}`);
    const socket = open('/echo', text());
    const recording = record(socket);
    for (const message of messages) socket.next(message);
    await recording.message(messages.length - 1);

    expect(recording.messages).toEqual(messages);
  });
});
