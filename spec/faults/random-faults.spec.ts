import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createCertificateAuthority, createRelay } from '../../src/testing/index.js';
import { activeResources, nothingLeftSince } from '../integration/support/leaks.js';
import { collectUncaught } from '../integration/support/uncaught.js';
import type { UncaughtErrors } from '../integration/support/uncaught.js';
import { until } from '../integration/support/until.js';
import { anyTrouble } from './support/any-trouble.js';
import { watchClientSockets } from './support/client-sockets.js';
import { diceOf } from './support/dice.js';
import { endure, PATIENCE } from './support/endure.js';
import type { Outcome } from './support/endure.js';
import { briefly, faultReport } from './support/fault-report.js';
import { NumberedClient } from './support/numbered-client.js';
import { createNumberedEcho } from './support/numbered-echo.js';
import { LIMITS, nameOf, PATIENT_LIMITS } from './support/trouble.js';

const RUNS = Number(process.env['FAULTS_RUNS'] ?? 150);
const SEED = Number(process.env['FAULTS_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
// All of them in this process, and with them the server and the relays: more would only be slower.
const CLIENTS = 4;

let uncaught: UncaughtErrors;

beforeEach(() => {
  uncaught = collectUncaught();
});

afterEach(() => {
  uncaught.stop();
  expect(uncaught.errors).toEqual([]);
});

/** Gives what is wrong with `outcome`, in a line that it can be found again by. */
function complaintOf({ trouble, endings, isExplained, problem }: Outcome): string | undefined {
  if (problem === undefined && isExplained) return undefined;
  const { moment, closer = 'nobody', now, next, refuse, haste } = trouble;
  const what = `${nameOf(trouble)} while ${moment}, closed by ${closer}`;
  const ended = endings.map(briefly).join(', then ');
  const faults = JSON.stringify({ now, next, refuse, haste });
  return `${what}: ${problem ?? 'recovered'}; ended by ${ended || 'nothing'}; ${faults}`;
}

describe('a socket on a bad network', () => {
  it(
    `should recover from ${RUNS} random faults and say what each was`,
    async () => {
      const before = activeResources();
      const ca = await createCertificateAuthority();
      const { chain, key } = await ca.issue({ commonName: 'localhost', usage: 'server' });
      const echo = await createNumberedEcho({ cert: chain, key });
      const sockets = watchClientSockets();
      const outcomes: Outcome[] = [];
      const violations: string[] = [];
      let left = RUNS;

      async function runClient(index: number): Promise<void> {
        const relay = await createRelay({ target: { port: echo.port }, seed: index });
        sockets.watch(relay.port);
        const isPatient = index % 2 === 0;
        const client = new NumberedClient({
          name: `client ${index}`,
          authority: `${relay.host}:${relay.port}`,
          tls: { ca: ca.certificate },
          delay: 10,
          interval: 10,
          ...(isPatient ? PATIENT_LIMITS : LIMITS),
        });
        const temper = isPatient ? 'patient' : 'impatient';
        const dice = diceOf(SEED * CLIENTS + index);
        await until('the first echo', () => client.echoed > 0, PATIENCE);
        while (left > 0) {
          left -= 1;
          outcomes.push(await endure({ client, relay, echo }, anyTrouble(dice, temper)));
        }
        client.stop();
        await until('the client to be gone', () => client.state._tag === 'Closed', PATIENCE);
        violations.push(...client.violations);
        await relay.close();
      }

      await Promise.all(Array.from({ length: CLIENTS }, (_, index) => runClient(index)));
      if (process.env['FAULTS_REPORT'] !== undefined) {
        console.log(`seed ${SEED}\n${faultReport(outcomes)}`);
      }
      await echo.stop();
      sockets.stop();
      expect(
        {
          complaints: outcomes.map(complaintOf).filter((each) => each !== undefined),
          violations: [...violations, ...echo.violations, ...sockets.violations],
          open: sockets.open(),
        },
        `FAULTS_SEED=${SEED} FAULTS_RUNS=${RUNS}`,
      ).toEqual({ complaints: [], violations: [], open: 0 });
      await nothingLeftSince(before);
    },
    RUNS * 400,
  );
});
