import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';

import { anyLife } from './support/any-life.js';
import { Life } from './support/life.js';

vi.mock('../../src/tls/dial.js', async () => {
  const { scriptedDial } = await import('./support/scripted-network.js');
  return { dial: scriptedDial };
});

vi.mock('../../src/streams/connection.js', async () => {
  const { ScriptedConnection } = await import('./support/scripted-connection.js');
  return { Connection: ScriptedConnection };
});

const RUNS = Number(process.env['MODEL_RUNS'] ?? 500);
const SEED = Number(process.env['MODEL_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

describe('the whole life of a socket', () => {
  it(
    `should keep to its rules in any ${RUNS} lives`,
    async () => {
      await fc.assert(
        fc.asyncProperty(anyLife, async (plan) => {
          expect(await new Life(plan).live()).toBeUndefined();
        }),
        { numRuns: RUNS, seed: SEED },
      );
    },
    Math.max(30_000, RUNS * 20),
  );
});
