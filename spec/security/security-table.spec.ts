import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { activeResources, nothingLeftSince } from '../integration/support/leaks.js';
import { useServers } from '../integration/support/servers.js';
import { CERTIFICATE_CASES } from './cases/certificates.js';
import { CHAIN_CASES } from './cases/chains.js';
import { CLIENT_CERTIFICATE_CASES } from './cases/client-certificates.js';
import { HANDSHAKE_CASES } from './cases/handshakes.js';
import { NAME_CASES } from './cases/names.js';
import { PIN_CASES } from './cases/pins.js';
import { PROTOCOL_CASES } from './cases/protocols.js';
import type { Result } from './cases/result.js';
import { REVOCATION_CASES } from './cases/revocation.js';
import type { SecurityCase } from './cases/security-case.js';
import { SESSION_CASES } from './cases/sessions.js';
import { createPki } from './support/pki.js';
import type { Pki } from './support/pki.js';
import { writeTable } from './support/result-table.js';
import type { ResultLine } from './support/result-table.js';
import { runCase } from './support/run-case.js';

const CASES: readonly SecurityCase[] = [
  ...CERTIFICATE_CASES,
  ...NAME_CASES,
  ...CHAIN_CASES,
  ...REVOCATION_CASES,
  ...PIN_CASES,
  ...PROTOCOL_CASES,
  ...CLIENT_CERTIFICATE_CASES,
  ...HANDSHAKE_CASES,
  ...SESSION_CASES,
];

// To find an RSA key of 4,096 bits takes a second, or ten when the luck is bad.
const PATIENCE = 20_000;

const MAJOR = Number.parseInt(process.versions.node, 10);

/** What this Node must give. */
function expectedOf({ expected, since = {} }: SecurityCase): Result {
  // The keys of an object that are numbers come in ascending order.
  const [, latest = expected] =
    Object.entries(since).findLast(([major]) => Number(major) <= MAJOR) ?? [];
  return latest;
}

const servers = useServers();
const lines: ResultLine[] = [];
let pki: Pki;

beforeAll(async () => {
  pki = await createPki();
});

afterAll(() => {
  writeTable(process.env['RX_WSS_TABLE'], lines);
});

describe('the security table', () => {
  it('should have no row twice', () => {
    const names = CASES.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it.each(CASES)('should hold for: $name', { timeout: PATIENCE }, async (row) => {
    const expected = expectedOf(row);
    const dials = row.dials ?? 1;
    let line: ResultLine = {
      name: row.name,
      expected,
      got: undefined,
      code: '',
      requestBytes: undefined,
    };
    try {
      const scene = await row.scene(pki);
      for (const [name, value] of Object.entries(scene.client?.env ?? {})) vi.stubEnv(name, value);
      const before = activeResources();
      const run = await runCase(scene, pki, servers, dials);
      await nothingLeftSince(before);
      const got = run.results.at(-1);
      const requestBytes = row.mayHear === true ? undefined : run.requestBytes;
      line = { ...line, got, code: run.code, requestBytes };

      expect([expected, row.or]).toContainEqual(got);
      expect(run.results.slice(0, -1).map(({ _tag }) => _tag)).toEqual(
        Array.from({ length: dials - 1 }, () => 'Open'),
      );
      expect(run.endings).toEqual(Array.from({ length: dials }, () => 1));
      expect(run.connections).toBe(expected['_tag'] === 'OptionsInvalid' ? 0 : dials);
      expect(run.isResumed).toBe(false);
      if (isTalkative(expected)) expect(run.requestBytes).toBeGreaterThan(0);
      else if (row.mayHear !== true) expect(run.requestBytes).toBe(0);
    } finally {
      lines.push(line);
    }
  });
});

/** Whether the request must have been sent. */
function isTalkative({ _tag }: Result): boolean {
  return _tag === 'Open' || _tag === 'UpgradeRefused';
}
