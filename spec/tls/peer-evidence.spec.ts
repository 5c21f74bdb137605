import { X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { OptionRangeError } from '../../src/errors/option-error.js';
import { createCertificateAuthority } from '../../src/testing/index.js';
import { onOneLine, toEvidence } from '../../src/tls/peer-evidence.js';
import { peerWith } from './peers.js';

const EXPIRY = new Date('2049-01-02T03:04:05Z');

describe('toEvidence', () => {
  let named: X509Certificate;
  let nameless: X509Certificate;

  beforeAll(async () => {
    const ca = await createCertificateAuthority({ commonName: 'root' });
    const issued = await ca.issue({
      commonName: 'feed',
      usage: 'server',
      dns: ['a.example'],
      ip: ['10.0.0.1'],
      notAfter: EXPIRY,
    });
    named = new X509Certificate(issued.cert);
    nameless = new X509Certificate(
      (await ca.issue({ commonName: '', usage: 'client', notAfter: EXPIRY })).cert,
    );
  });

  it('should tell what is known of the server', () => {
    const peer = peerWith({ certificate: named });
    expect(toEvidence(peer, 'chain', undefined)).toStrictEqual({
      protocol: 'TLSv1.3',
      cipher: 'TLS_AES_256_GCM_SHA384',
      subject: 'CN=feed',
      issuer: 'CN=root',
      altNames: 'DNS:a.example, IP Address:10.0.0.1',
      validTo: EXPIRY,
      pins: ['sha256/leaf', 'sha256/root'],
      acceptedBy: 'chain',
      dangerous: false,
    });
  });

  it('should have empty texts for what the certificate does not have', () => {
    expect(toEvidence(peerWith({ certificate: nameless }), 'chain', undefined)).toMatchObject({
      subject: '',
      issuer: 'CN=root',
      altNames: '',
      validTo: EXPIRY,
    });
  });

  it('should have no expiry for a server that showed no certificate', () => {
    const evidence = toEvidence(peerWith({ pins: [] }), 'dangerouslyAcceptCertificate', undefined);
    expect(evidence).toStrictEqual({
      protocol: 'TLSv1.3',
      cipher: 'TLS_AES_256_GCM_SHA384',
      subject: '',
      issuer: '',
      altNames: '',
      pins: [],
      acceptedBy: 'dangerouslyAcceptCertificate',
      dangerous: true,
    });
  });

  it.each([
    ['chain', false],
    ['pins', false],
    ['verify', false],
    ['dangerouslyAcceptCertificate', true],
  ] as const)('should tell of %s whether that was dangerous: %s', (acceptedBy, dangerous) => {
    expect(toEvidence(peerWith(), acceptedBy, undefined)).toMatchObject({ acceptedBy, dangerous });
  });

  it('should tell why older credentials were used', () => {
    const problem = new OptionRangeError('tls.key', 'does not fit');
    expect(toEvidence(peerWith(), 'chain', problem).problem).toBe(problem);
  });
});

describe('onOneLine', () => {
  it.each([
    ['CN=feed', 'CN=feed'],
    ['C=DE\nO=Example\nOU=Feeds\nCN=feed', 'CN=feed, OU=Feeds, O=Example, C=DE'],
    ['', ''],
    [undefined, ''],
  ])('should write %j as %j', (name, expected) => {
    expect(onOneLine(name)).toBe(expected);
  });
});
