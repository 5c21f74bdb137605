import * as t from 'io-ts';
import { isRight } from 'fp-ts/lib/Either.js';
import { beforeAll, describe, expect, it } from 'vitest';

import { DEFAULT_OUTBOX } from '../../src/index.js';
import { createWssServer } from '../../src/testing/index.js';
import { buildProgram } from './support/built-program.js';
import type { BuiltProgram } from './support/built-program.js';
import { SYSTEM_BUFFERS } from './support/flood.js';
import type { MemoryTask } from './support/memory-task.js';

/** 30 for the whole of it. */
const SECONDS = Number(process.env['MEMORY_SECONDS'] ?? 2);
const MiB = 1024 * 1024;
const MESSAGES = 10_000 * SECONDS;
const SIZE = 2 * 1024;
const OFFERED = { messages: 4_800, size: 64 * 1024 };
/** The most that a consumer may take, in bytes. */
const MOST = 32 * MiB;

const Received = t.type({ used: t.number, live: t.number, taken: t.number, received: t.number });
const Offered = t.type({
  used: t.number,
  live: t.number,
  given: t.number,
  settled: t.number,
  queued: t.number,
  fates: t.record(t.string, t.number),
});

let program: BuiltProgram;

beforeAll(async () => {
  program = await buildProgram('spec/flow/support/memory-program.ts');
}, 60_000);

async function run<T>(type: t.Type<T>, task: MemoryTask): Promise<T> {
  const told = type.decode(await program.run(task));
  if (isRight(told)) return told.right;
  throw new Error('the program told something else');
}

function report(what: string, figures: object): void {
  if (process.env['FLOW_REPORT'] !== undefined) console.log(what, JSON.stringify(figures));
}

/** Has a client consume what a server sends as fast as it can. */
async function consumed(
  how: string,
): Promise<t.TypeOf<typeof Received> & { readonly sent: number }> {
  let sent = 0;
  await using server = await createWssServer({
    onConnection: (connection) => {
      const send = async (): Promise<void> => {
        for (; sent < MESSAGES; sent += 1) await connection.send(`${sent} `.padEnd(SIZE, 'x'));
      };
      // The client leaves in the middle.
      send().catch(() => undefined);
    },
  });
  const figures = { ...(await run(Received, { url: server.url, how, seconds: SECONDS })), sent };
  report(how, figures);
  return figures;
}

/** Has a client send to a server that does not read. */
async function offered(how: string): Promise<t.TypeOf<typeof Offered>> {
  await using server = await createWssServer({
    onConnection: (connection) => {
      connection.pause();
    },
  });
  const figures = await run(Offered, { url: server.url, how, seconds: 2, ...OFFERED });
  report(how, figures);
  return figures;
}

const LONG = 60_000 + SECONDS * 2_000;

describe('the memory of a slow consumer', () => {
  it.each(['consume', 'for await'])(
    'should be bounded with %s',
    async (how) => {
      const { used, live, taken, received, sent } = await consumed(how);
      expect(taken).toBeGreaterThan(50 * SECONDS);
      expect(live).toBeLessThan(MOST / 2);
      expect(used).toBeLessThan(MOST);
      expect(received - taken).toBeLessThan(1_100);
      expect(sent).toBeLessThan(MESSAGES);
      expect((sent - received) * SIZE).toBeLessThan(SYSTEM_BUFFERS);
    },
    LONG,
  );

  it(
    'should not be so with a plain subscriber that queues',
    async () => {
      const { live, taken, sent } = await consumed('plain subscriber');
      expect(sent).toBe(MESSAGES);
      expect(live).toBeGreaterThan(((MESSAGES - taken) * SIZE) / 2);
    },
    LONG,
  );
});

describe('the memory of a sender whose peer does not read', () => {
  it.each(['reject', 'drop-oldest', 'drop-newest'])(
    'should be bounded by the outbox, each message with its fate, under the rule %s',
    async (how) => {
      const { live, used, given, settled, queued, fates } = await offered(how);
      expect(given).toBe(OFFERED.messages);
      expect(settled).toBe(given);
      expect(Object.values(fates).reduce((sum, count) => sum + count, 0)).toBe(given);
      expect(queued).toBeLessThanOrEqual(DEFAULT_OUTBOX.maxBytes + 2 * MiB);
      expect(live).toBeLessThan(2 * DEFAULT_OUTBOX.maxBytes);
      // What was dropped and is not collected yet is in it.
      expect(used).toBeLessThan(12 * DEFAULT_OUTBOX.maxBytes);
      // What the system took, and no more.
      expect((fates['Flushed'] ?? 0) * OFFERED.size).toBeLessThan(SYSTEM_BUFFERS);
      expect((fates['Rejected'] ?? 0) + (fates['Dropped'] ?? 0)).toBeGreaterThan(given / 2);
    },
    LONG,
  );

  it(
    'should be bounded where it takes its messages as they can go',
    async () => {
      const { live, given } = await offered('sendAll');
      expect(given * OFFERED.size).toBeLessThan(SYSTEM_BUFFERS + 2 * DEFAULT_OUTBOX.highWaterMark);
      expect(live).toBeLessThan(8 * MiB);
    },
    LONG,
  );
});
