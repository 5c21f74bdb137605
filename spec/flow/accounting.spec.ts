import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { OutboxOptions } from '../../src/index.js';
import { createCertificateAuthority, createRelay } from '../../src/testing/index.js';
import { anyTrouble } from '../faults/support/any-trouble.js';
import { diceOf } from '../faults/support/dice.js';
import { activeResources, nothingLeftSince } from '../integration/support/leaks.js';
import { collectUncaught } from '../integration/support/uncaught.js';
import type { UncaughtErrors } from '../integration/support/uncaught.js';
import { until } from '../integration/support/until.js';
import { audit, countFates } from './support/audit.js';
import { NoteClient } from './support/note-client.js';
import { createNoteServer } from './support/note-server.js';
import { recover, strike } from './support/strike.js';

const FAULTS = Number(process.env['FLOW_FAULTS'] ?? 60);
const SEED = Number(process.env['FLOW_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const OVERFLOWS = ['reject', 'drop-oldest', 'drop-newest', 'latest-by-key'] as const;
/** One for each rule of overflow, with and without acknowledgements. */
const CLIENTS = 2 * OVERFLOWS.length;

let uncaught: UncaughtErrors;

beforeEach(() => {
  uncaught = collectUncaught();
});

afterEach(() => {
  uncaught.stop();
  expect(uncaught.errors).toEqual([]);
});

/** Small enough for every bound to be reached. */
function outboxOf(index: number): OutboxOptions {
  return {
    overflow: OVERFLOWS[index % OVERFLOWS.length],
    maxMessages: 40,
    maxBytes: 20_000_000,
    highWaterMark: 100_000,
    ...(index % 2 === 1 && { ttl: 250 }),
  };
}

describe('the fates of messages', () => {
  it(
    `should add up through ${FAULTS} random faults`,
    async () => {
      const before = activeResources();
      const ca = await createCertificateAuthority();
      const { chain, key } = await ca.issue({ commonName: 'localhost', usage: 'server' });
      const server = await createNoteServer({ cert: chain, key });
      const clients: NoteClient[] = [];
      const problems: string[] = [];
      let left = FAULTS;

      async function runClient(index: number): Promise<void> {
        const relay = await createRelay({
          target: { port: server.server.port },
          seed: index,
        });
        const dice = diceOf(SEED * CLIENTS + index);
        const client = new NoteClient({
          name: `/client-${index}`,
          url: relay.url,
          ca: ca.certificate,
          outbox: outboxOf(index),
          acknowledges: index >= OVERFLOWS.length,
          dice: diceOf(SEED * CLIENTS + index + 1_000_000),
        });
        clients.push(client);
        try {
          await recover(client, relay);
          while (left > 0) {
            left -= 1;
            const trouble = anyTrouble(dice);
            const withBurst = dice.integer(1, 8) === 1;
            try {
              await strike({ client, relay, server }, trouble, withBurst);
            } catch (error) {
              problems.push(`${client.name}: ${String(error)}; ${JSON.stringify(trouble)}`);
              await relay.setFaults([]);
            }
          }
          client.rest();
          await recover(client, relay);
          await until('every promise to settle', () => client.open === 0, 10_000);
          if (!(await client.stop())) problems.push(`${client.name}: not drained`);
        } catch (error) {
          problems.push(`${client.name}: ${String(error)}; ${client.open} promises are open`);
        } finally {
          client.rest();
          await relay.close();
        }
      }

      await Promise.all(Array.from({ length: CLIENTS }, (_, index) => runClient(index)));
      await server.server.close();
      // One that ended as the server did has its last words yet.
      await new Promise(setImmediate);

      const notes = clients.flatMap((client) => client.notes);
      const counts = countFates(notes);
      if (process.env['FLOW_REPORT'] !== undefined) {
        const came = server.connections.reduce((sum, { received }) => sum + received.length, 0);
        console.log(
          `seed ${SEED}: ${FAULTS} faults, ${server.connections.length} connections, ` +
            `${notes.length} notes given, ${came} came`,
        );
        console.table(
          Object.fromEntries(
            clients.map(({ name, overflow, acknowledges, notes: own }) => [
              `${name} ${overflow}${acknowledges ? ' acknowledged' : ''}`,
              countFates(own),
            ]),
          ),
        );
      }
      expect(
        {
          problems,
          wrong: clients.flatMap((client) => audit(client, server.connections)),
          accounted: Object.values(counts).reduce((sum, count) => sum + count, 0),
        },
        `FLOW_SEED=${SEED} FLOW_FAULTS=${FAULTS}`,
      ).toEqual({ problems: [], wrong: [], accounted: notes.length });
      // Or this proves nothing.
      for (const fate of ['Flushed', 'Acknowledged', 'Expired', 'Dropped', 'Rejected'] as const) {
        expect(counts[fate], fate).toBeGreaterThan(0);
      }
      await nothingLeftSince(before);
    },
    30_000 + FAULTS * 1_000,
  );
});
