import { webcrypto } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:tls';
import type { ConnectionOptions, TLSSocket, TlsOptions } from 'node:tls';
import 'reflect-metadata';
import { SubjectAlternativeNameExtension, X509CertificateGenerator } from '@peculiar/x509';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createCertificateAuthority, createRawServer } from '../../src/testing/index.js';
import type { CertificateAuthority, LeafOptions, RawServer } from '../../src/testing/index.js';
import { VerificationError, verifyPeer } from '../../src/tls/verify-peer.js';

const HOUR = 3_600_000;

let ca: CertificateAuthority;
let otherCa: CertificateAuthority;

beforeAll(async () => {
  ca = await createCertificateAuthority({ commonName: 'verify root' });
  otherCa = await createCertificateAuthority();
});

describe('verifyPeer', () => {
  const servers: RawServer[] = [];
  const sockets: TLSSocket[] = [];

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await Promise.all(servers.splice(0).map((each) => each.close()));
  });

  /** A client's socket after the handshake with a server that has `tls`. */
  async function handshake(tls: TlsOptions, client: ConnectionOptions = {}): Promise<TLSSocket> {
    const server = await createRawServer(() => undefined, { tls });
    servers.push(server);
    const socket = connect({
      port: server.port,
      ca: ca.certificate,
      // As dial makes it: Node's own check of the name would show as a failed chain.
      rejectUnauthorized: false,
      checkServerIdentity: () => undefined,
      ...client,
    });
    sockets.push(socket);
    await once(socket, 'secureConnect');
    return socket;
  }

  /** The same with a certificate that was issued by the trust anchor. */
  async function issuedTo(leaf: Partial<LeafOptions>): Promise<TLSSocket> {
    const { chain, key } = await ca.issue({ commonName: 'localhost', usage: 'server', ...leaf });
    return handshake({ cert: chain, key });
  }

  /** What the verification for `name` refuses. */
  function refusal(socket: TLSSocket, name: string): VerificationError {
    try {
      verifyPeer(socket, name);
    } catch (error) {
      if (error instanceof VerificationError) return error;
      throw error;
    }
    throw new Error('the certificate passed');
  }

  it('should give what is known of a server whose certificate passes', async () => {
    const notAfter = new Date('2049-01-02T03:04:05Z');
    const socket = await issuedTo({
      commonName: 'feed',
      dns: ['a.example'],
      ip: ['10.0.0.1'],
      notAfter,
    });
    expect(verifyPeer(socket, 'a.example')).toEqual({
      protocol: 'TLSv1.3',
      cipher: 'TLS_AES_256_GCM_SHA384',
      subject: 'CN=feed',
      issuer: 'CN=verify root',
      altNames: 'DNS:a.example, IP Address:10.0.0.1',
      validTo: notAfter,
    });
  });

  it('should name the version and the cipher of TLS 1.2 by the standard', async () => {
    const { chain, key } = await ca.issue({ commonName: 'x', usage: 'server' });
    const ciphers = 'ECDHE-ECDSA-AES128-GCM-SHA256';
    const socket = await handshake({ cert: chain, key, maxVersion: 'TLSv1.2', ciphers });
    expect(verifyPeer(socket, 'localhost')).toMatchObject({
      protocol: 'TLSv1.2',
      cipher: 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
    });
  });

  it('should say so when the version is unknown', async () => {
    const socket = await issuedTo({});
    vi.spyOn(socket, 'getProtocol').mockReturnValue(null);
    expect(verifyPeer(socket, 'localhost').protocol).toBe('unknown');
  });

  it('should put a distinguished name on one line, the most specific part first', async () => {
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
    const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
    const certificate = await X509CertificateGenerator.createSelfSigned({
      name: 'C=DE, O=Example, OU=Feeds, CN=feed',
      keys,
      signingAlgorithm: algorithm,
      notAfter: new Date(Date.now() + HOUR),
      extensions: [new SubjectAlternativeNameExtension([{ type: 'dns', value: 'a.example' }])],
    });
    const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
    const key = `-----BEGIN PRIVATE KEY-----\n${der.toString('base64')}\n-----END PRIVATE KEY-----`;
    const cert = certificate.toString('pem');
    const socket = await handshake({ cert, key }, { ca: cert });
    expect(verifyPeer(socket, 'a.example')).toMatchObject({
      subject: 'CN=feed, OU=Feeds, O=Example, C=DE',
      issuer: 'CN=feed, OU=Feeds, O=Example, C=DE',
    });
  });

  it('should take a certificate with an empty subject, whose names are all it has', async () => {
    const socket = await issuedTo({ commonName: '', dns: ['a.example'] });
    expect(verifyPeer(socket, 'a.example')).toMatchObject({
      subject: '',
      altNames: 'DNS:a.example',
    });
  });

  it('should pass again, since nothing is used up', async () => {
    const socket = await issuedTo({});
    expect(verifyPeer(socket, 'localhost')).toEqual(verifyPeer(socket, '127.0.0.1'));
  });

  it.each([
    ['a.example', ['a.example']],
    ['A.EXAMPLE', ['a.example']],
    ['b.example', ['a.example', 'b.example']],
    ['x.a.example', ['*.a.example']],
    ['xn--bcher-kva.example', ['xn--bcher-kva.example']],
  ])('should take the name %s for %j', async (name, dns) => {
    const socket = await issuedTo({ dns });
    expect(verifyPeer(socket, name).subject).toBe('CN=localhost');
  });

  it.each([
    ['b.example', ['a.example']],
    ['a.example', ['a.example.org']],
    // A wildcard stands for exactly one whole label, on the left (RFC 9525 section 6.3).
    ['a.example', ['*.a.example']],
    ['x.y.a.example', ['*.a.example']],
    ['xy.a.example', ['x*.a.example']],
    ['xy.a.example', ['*y.a.example']],
    ['x.a.example', ['x.*.example']],
    ['a.example', ['*']],
    ['a.example', ['*.example']],
    // An address is not a name, and a name is not an address.
    ['127.0.0.1', ['127.0.0.1']],
  ])('should refuse the name %s for %j', async (name, dns) => {
    const error = refusal(await issuedTo({ dns }), name);
    expect(error.policyErrors).toEqual(['name-mismatch']);
    expect(error.reason).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
    expect(error.message).toBe(
      "The server's certificate was refused: ERR_TLS_CERT_ALTNAME_INVALID",
    );
  });

  it.each(['127.0.0.1', '::1', '0:0:0:0:0:0:0:1'])('should take the address %s', async (name) => {
    const socket = await issuedTo({ ip: ['127.0.0.1', '::1'] });
    expect(() => verifyPeer(socket, name)).not.toThrow();
  });

  it.each(['127.0.0.2', '::2', 'localhost'])(
    'should refuse %s for the address 127.0.0.1 alone',
    async (name) => {
      const error = refusal(await issuedTo({ ip: ['127.0.0.1'] }), name);
      expect(error.policyErrors).toEqual(['name-mismatch']);
    },
  );

  it('should refuse a certificate that has its name as common name alone', async () => {
    const error = refusal(await issuedTo({ commonName: 'a.example', dns: [] }), 'a.example');
    expect(error.policyErrors).toEqual(['name-mismatch']);
  });

  it('should refuse a chain that leads elsewhere', async () => {
    const { chain, key } = await otherCa.issue({ commonName: 'x', usage: 'server' });
    const error = refusal(await handshake({ cert: chain, key }), 'localhost');
    expect(error.policyErrors).toEqual(['chain']);
    expect(error.reason).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE');
  });

  it('should report a wrong name beside a chain that does not hold', async () => {
    const { chain, key } = await otherCa.issue({ commonName: 'x', usage: 'server' });
    const error = refusal(await handshake({ cert: chain, key }), 'a.example');
    expect(error.policyErrors).toEqual(['chain', 'name-mismatch']);
    expect(error.reason).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE');
  });

  it.each<[string, Partial<LeafOptions>, string]>([
    ['has expired', { notAfter: new Date(Date.now() - HOUR / 2) }, 'CERT_HAS_EXPIRED'],
    ['is not valid yet', { notBefore: new Date(Date.now() + HOUR) }, 'CERT_NOT_YET_VALID'],
    ['signed itself', { isSelfSigned: true }, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['is for clients', { usage: 'client', dns: ['localhost'] }, 'INVALID_PURPOSE'],
  ])('should refuse a certificate that %s', async (_name, leaf, reason) => {
    const error = refusal(await issuedTo(leaf), 'localhost');
    expect(error.policyErrors).toEqual(['chain']);
    expect(error.reason).toBe(reason);
  });

  it('should refuse a server that shows no certificate', async () => {
    const anonymous = {
      ciphers: 'aNULL:@SECLEVEL=0',
      maxVersion: 'TLSv1.2',
    } as const;
    const socket = await handshake(anonymous, anonymous);
    const error = refusal(socket, 'localhost');
    expect(error.policyErrors).toEqual(['not-available']);
    expect(error.reason).toBe('NO_CERTIFICATE');
  });

  it('should refuse a socket that is gone by now', async () => {
    const socket = await issuedTo({});
    socket.destroy();
    expect(refusal(socket, 'localhost').policyErrors).toEqual(['not-available']);
  });
});

describe('VerificationError', () => {
  it('should be an Error with its reason and the checks that failed', () => {
    const error = new VerificationError('CERT_REVOKED', ['chain']);
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: 'VerificationError',
      message: "The server's certificate was refused: CERT_REVOKED",
      reason: 'CERT_REVOKED',
      policyErrors: ['chain'],
    });
  });
});
