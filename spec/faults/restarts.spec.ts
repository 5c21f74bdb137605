import { setTimeout as pause } from 'node:timers/promises';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createCertificateAuthority } from '../../src/testing/index.js';
import { activeResources, nothingLeftSince } from '../integration/support/leaks.js';
import { collectUncaught } from '../integration/support/uncaught.js';
import type { UncaughtErrors } from '../integration/support/uncaught.js';
import { until } from '../integration/support/until.js';
import { freePort } from './support/free-port.js';
import { collectedHeap } from './support/heap.js';
import { NumberedClient } from './support/numbered-client.js';
import { createNumberedEcho } from './support/numbered-echo.js';
import type { NumberedEcho } from './support/numbered-echo.js';

const RESTARTS = Number(process.env['RESTARTS'] ?? 12);
const CLIENTS = Number(process.env['CLIENTS'] ?? 20);
/** After so many of them everything is compiled and cached that ever will be. */
const WARM_UPS = Math.min(20, RESTARTS / 2);
/**
 * What the heap may have more at the end, in bytes. What is compiled late was up to 600,000 of 6 restarts, and
 * nothing of 180.
 */
const TOLERANCE = 1_500_000;
/** The longest that all clients may take to be back, in milliseconds. */
const PATIENCE = 20_000;

let uncaught: UncaughtErrors;

beforeEach(() => {
  uncaught = collectUncaught();
});

afterEach(() => {
  uncaught.stop();
  expect(uncaught.errors).toEqual([]);
});

/** Waits until every client has a line that works. */
async function allBack(clients: readonly NumberedClient[]): Promise<void> {
  const marks = clients.map((client) => client.next);
  await until(
    'all clients to be back',
    () => clients.every((client, index) => client.echoed >= (marks[index] ?? Infinity)),
    PATIENCE,
  );
}

/** Gives what waited for a line and did not come, in words. */
function lostOf(clients: readonly NumberedClient[], echo: NumberedEcho): readonly string[] {
  return clients.flatMap(({ name, waited }) =>
    waited
      .filter(({ first, last }) => first <= last)
      .filter((numbers) => !echo.hasReceived(name, numbers))
      .map(({ first, last }) => `${name}: ${first} to ${last}`),
  );
}

describe('a server that is restarted', () => {
  it(
    `should have ${CLIENTS} clients back ${RESTARTS} times, with all that waited`,
    async () => {
      const before = activeResources();
      const ca = await createCertificateAuthority();
      const { chain, key } = await ca.issue({ commonName: 'localhost', usage: 'server' });
      const echo = await createNumberedEcho({ cert: chain, key }, await freePort());
      const clients = Array.from(
        { length: CLIENTS },
        (_, index) =>
          new NumberedClient({
            name: `client ${index}`,
            authority: `127.0.0.1:${echo.port}`,
            tls: { ca: ca.certificate },
            delay: 30,
            interval: 20,
          }),
      );
      await allBack(clients);
      const lost: string[] = [];
      const times: number[] = [];
      let waited = 0;
      let warm = { heap: 0, resources: before };
      for (let restart = 1; restart <= RESTARTS; restart += 1) {
        await pause(Math.random() * 50);
        // In good order and not, by turns.
        if (restart % 2 === 0) for (const { name } of clients) echo.closeAll(name, 1012);
        // What is on its way now may be lost.
        for (const client of clients) client.send();
        await echo.stop();
        await pause(20 + Math.random() * 80);
        await echo.start();
        const start = performance.now();
        await allBack(clients);
        times.push(performance.now() - start);
        lost.push(...lostOf(clients, echo));
        for (const client of clients) {
          waited += client.waited.reduce((sum, { first, last }) => sum + last - first + 1, 0);
          client.forget();
        }
        echo.forget();
        if (restart === WARM_UPS) {
          warm = { heap: await collectedHeap(), resources: activeResources() };
        }
      }
      const growth = (await collectedHeap()) - warm.heap;
      await nothingLeftSince(warm.resources);
      for (const client of clients) client.stop();
      const areGone = (): boolean => clients.every(({ state }) => state._tag === 'Closed');
      await until('all clients to be gone', areGone, PATIENCE);
      await echo.stop();
      await nothingLeftSince(before);
      if (process.env['FAULTS_REPORT'] !== undefined) {
        const given = clients.reduce((sum, { next }) => sum + next - 1, 0);
        const slowest = Math.round(Math.max(...times));
        console.log(
          `${RESTARTS} restarts, ${CLIENTS} clients: ${given} given, ${waited} of them waited, ` +
            `${given - echo.received} lost in flight; all back within ${slowest} ms of the start; ` +
            `heap ${growth} bytes since restart ${WARM_UPS} (${warm.heap})`,
        );
      }
      const violations = [...clients.flatMap((client) => client.violations), ...echo.violations];
      expect({ lost, violations }).toEqual({ lost: [], violations: [] });
      expect(waited).toBeGreaterThan(RESTARTS * CLIENTS);
      expect(clients.map(({ opens }) => opens)).toEqual(clients.map(() => RESTARTS + 1));
      expect(growth).toBeLessThan(TOLERANCE);
    },
    30_000 + RESTARTS * CLIENTS * 100,
  );
});
