import { X509Certificate } from 'node:crypto';

import { beforeAll, describe, expect, it } from 'vitest';

import { serverReport } from '../../src/cli/server-report.js';
import { createPaint } from '../../src/cli/paint.js';
import type { PeerCheck } from '../../src/index.js';
import { createCertificateAuthority } from '../../src/testing/index.js';

const plain = createPaint(false);
const DAY = 24 * 60 * 60 * 1_000;

let chain: readonly X509Certificate[];

beforeAll(async () => {
  const root = await createCertificateAuthority({ commonName: 'the root' });
  const intermediate = await root.issueIntermediate({ commonName: 'in between' });
  const leaf = await intermediate.issue({ commonName: '', usage: 'server', dns: ['a.example'] });
  chain = [leaf.cert, intermediate.certificate, root.certificate].map(
    (pem) => new X509Certificate(pem),
  );
});

const reportOf = (checks: readonly PeerCheck[], now: number): readonly string[] =>
  serverReport(
    {
      target: 'a.example:443',
      servername: 'a.example',
      protocol: 'TLSv1.3',
      cipher: 'TLS_AES_256_GCM_SHA384',
      chain,
      pins: ['sha256/1', 'sha256/2', 'sha256/3'],
      checks,
    },
    now,
    plain,
  );

describe('serverReport', () => {
  it('should describe each certificate, one without a subject too', () => {
    const lines = reportOf([], Date.now());
    expect(lines).toContain('  0 (no subject)');
    expect(lines).toContain('  1 CN=in between');
    expect(lines).toContain('  2 CN=the root');
    expect(lines.filter((line) => line.includes('names '))).toEqual([
      '    names        DNS:a.example',
    ]);
  });

  it('should count the days that are left', () => {
    const end = Date.parse(chain[0]?.validTo ?? '');
    expect(reportOf([], end - 3.5 * DAY).join('\n')).toContain(', 3 days left');
    expect(reportOf([], end + 1.5 * DAY).join('\n')).toContain(', expired 2 days ago');
  });

  it('should name the place of each pin in the chain', () => {
    expect(reportOf([], Date.now()).slice(-3)).toEqual([
      "  'sha256/1', // leaf",
      "  'sha256/2', // intermediate",
      "  'sha256/3', // root",
    ]);
  });

  it('should escape what comes from the server', () => {
    const checks: PeerCheck[] = [
      { check: 'verify', passed: false, reason: 'NO\u001b[31m', advice: 'line\nbreak' },
      { check: 'name', passed: true },
      { check: 'chain', passed: false },
    ];
    const text = reportOf(checks, Date.now()).join('|');
    expect(text).toContain('FAILED  verify       NO\\u001b[31m. line\\u000abreak');
    expect(text).toContain('|  ok      name|');
    expect(text).toContain('FAILED  chain        . ');
  });
});
