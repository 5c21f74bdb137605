import { webcrypto, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:tls';
import type { ConnectionOptions, TLSSocket, TlsOptions } from 'node:tls';
import 'reflect-metadata';
import { SubjectAlternativeNameExtension, X509CertificateGenerator } from '@peculiar/x509';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createCertificateAuthority, createRawServer } from '../../src/testing/index.js';
import type { CertificateAuthority, LeafOptions, RawServer } from '../../src/testing/index.js';
import { inspectPeer } from '../../src/tls/peer.js';
import type { Peer, PeerQuestion } from '../../src/tls/peer.js';
import { pinOf } from '../../src/tls/pins.js';

const HOUR = 3_600_000;

let ca: CertificateAuthority;
let intermediate: CertificateAuthority;
let otherCa: CertificateAuthority;

beforeAll(async () => {
  ca = await createCertificateAuthority({ commonName: 'root' });
  intermediate = await ca.issueIntermediate({ commonName: 'intermediate' });
  otherCa = await createCertificateAuthority();
});

describe('inspectPeer', () => {
  const servers: RawServer[] = [];
  const sockets: TLSSocket[] = [];
  const { signal } = new AbortController();

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
      // As openSecureLine makes it: Node's own check of the name would show as a failed chain.
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

  const inspect = (
    socket: TLSSocket,
    servername: string,
    question: Partial<PeerQuestion> = {},
  ): Peer =>
    inspectPeer(socket, {
      host: '127.0.0.1',
      servername,
      attempt: 1,
      commonNameFallback: false,
      signal,
      ...question,
    });

  const commonNames = ({ chain }: Peer): readonly string[] => chain.map(({ subject }) => subject);

  it('should tell what is known of a server whose certificate passes', async () => {
    const { chain, cert, key } = await intermediate.issue({
      commonName: 'feed',
      usage: 'server',
      dns: ['a.example'],
    });
    const socket = await handshake({ cert: chain, key });
    const peer = inspect(socket, 'a.example', { host: 'h', attempt: 7 });
    const { certificate, chain: seen, ...rest } = peer;
    const expected = [cert, intermediate.certificate, ca.certificate].map(
      (pem) => new X509Certificate(pem),
    );
    expect(certificate?.raw).toEqual(expected[0]?.raw);
    expect(seen.map(({ raw }) => raw)).toEqual(expected.map(({ raw }) => raw));
    expect(rest).toStrictEqual({
      host: 'h',
      servername: 'a.example',
      attempt: 7,
      pins: expected.map(pinOf),
      policyErrors: [],
      codes: [],
      protocol: 'TLSv1.3',
      cipher: 'TLS_AES_256_GCM_SHA384',
      signal,
    });
  });

  it('should give the chain up to the root in its order, whatever was sent', async () => {
    const { cert, key } = await intermediate.issue({ commonName: 'feed', usage: 'server' });
    const sent = cert + otherCa.certificate + ca.certificate + intermediate.certificate;
    const peer = inspect(await handshake({ cert: sent, key }), 'localhost');
    expect(commonNames(peer)).toEqual(['CN=feed', 'CN=intermediate', 'CN=root']);
    expect(peer.codes).toEqual([]);
  });

  it('should give the chain as far as it goes', async () => {
    const { cert, key } = await intermediate.issue({ commonName: 'feed', usage: 'server' });
    const peer = inspect(await handshake({ cert, key }), 'localhost');
    expect(commonNames(peer)).toEqual(['CN=feed']);
    expect(peer.pins).toHaveLength(1);
    expect(peer).toMatchObject({
      policyErrors: ['chain'],
      codes: ['UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    });
  });

  it('should name the version and the cipher of TLS 1.2 by the standard', async () => {
    const { chain, key } = await ca.issue({ commonName: 'x', usage: 'server' });
    const ciphers = 'ECDHE-ECDSA-AES128-GCM-SHA256';
    const socket = await handshake({ cert: chain, key, maxVersion: 'TLSv1.2', ciphers });
    expect(inspect(socket, 'localhost')).toMatchObject({
      protocol: 'TLSv1.2',
      cipher: 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
    });
  });

  it('should say so when the version is unknown', async () => {
    const socket = await issuedTo({});
    vi.spyOn(socket, 'getProtocol').mockReturnValue(null);
    expect(inspect(socket, 'localhost').protocol).toBe('unknown');
  });

  it('should give the same again, since nothing is used up', async () => {
    const socket = await issuedTo({});
    const raw = ({ chain }: Peer): readonly Buffer[] => chain.map((each) => each.raw);
    const first = inspect(socket, 'localhost');
    const second = inspect(socket, '127.0.0.1');
    expect(raw(second)).toEqual(raw(first));
    expect(second.policyErrors).toEqual([]);
  });

  it('should take a certificate that signed itself for its own trust anchor', async () => {
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
    const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
    const certificate = await X509CertificateGenerator.createSelfSigned({
      name: 'CN=feed',
      keys,
      signingAlgorithm: algorithm,
      notAfter: new Date(Date.now() + HOUR),
      extensions: [new SubjectAlternativeNameExtension([{ type: 'dns', value: 'a.example' }])],
    });
    const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
    const key = `-----BEGIN PRIVATE KEY-----\n${der.toString('base64')}\n-----END PRIVATE KEY-----`;
    const cert = certificate.toString('pem');
    const peer = inspect(await handshake({ cert, key }, { ca: cert }), 'a.example');
    expect(commonNames(peer)).toEqual(['CN=feed']);
    expect(peer.policyErrors).toEqual([]);
  });

  it.each([
    ['a.example', ['a.example']],
    ['A.EXAMPLE', ['a.example']],
    ['b.example', ['a.example', 'b.example']],
    ['x.a.example', ['*.a.example']],
    ['xn--bcher-kva.example', ['xn--bcher-kva.example']],
  ])('should take the name %s for %j', async (name, dns) => {
    expect(inspect(await issuedTo({ dns }), name)).toMatchObject({ policyErrors: [], codes: [] });
  });

  it('should take a certificate with an empty subject, whose names are all it has', async () => {
    const socket = await issuedTo({ commonName: '', dns: ['a.example'] });
    expect(inspect(socket, 'a.example').policyErrors).toEqual([]);
    expect(inspect(socket, 'b.example').policyErrors).toEqual(['name-mismatch']);
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
  ])('should find the name %s mismatched for %j', async (name, dns) => {
    const socket = await issuedTo({ dns });
    for (const commonNameFallback of [false, true]) {
      expect(inspect(socket, name, { commonNameFallback })).toMatchObject({
        policyErrors: ['name-mismatch'],
        codes: ['ERR_TLS_CERT_ALTNAME_INVALID'],
      });
    }
  });

  it.each(['127.0.0.1', '::1', '0:0:0:0:0:0:0:1'])('should take the address %s', async (name) => {
    const socket = await issuedTo({ ip: ['127.0.0.1', '::1'] });
    expect(inspect(socket, name).policyErrors).toEqual([]);
  });

  it.each(['127.0.0.2', '::2', 'localhost'])(
    'should find %s mismatched for the address 127.0.0.1 alone',
    async (name) => {
      const socket = await issuedTo({ ip: ['127.0.0.1'] });
      expect(inspect(socket, name).policyErrors).toEqual(['name-mismatch']);
    },
  );

  it('should go by the common name only when it is told to, and there is nothing else', async () => {
    const alone = await issuedTo({ commonName: 'a.example', dns: [] });
    expect(inspect(alone, 'a.example').policyErrors).toEqual(['name-mismatch']);
    const fallingBack = { commonNameFallback: true };
    expect(inspect(alone, 'a.example', fallingBack).policyErrors).toEqual([]);
    expect(inspect(alone, 'b.example', fallingBack).policyErrors).toEqual(['name-mismatch']);
    const beside = await issuedTo({ commonName: 'a.example', dns: ['b.example'] });
    expect(inspect(beside, 'a.example', fallingBack).policyErrors).toEqual(['name-mismatch']);
  });

  it('should never take an address from the common name', async () => {
    const socket = await issuedTo({ commonName: '127.0.0.1', dns: [] });
    const peer = inspect(socket, '127.0.0.1', { commonNameFallback: true });
    expect(peer.policyErrors).toEqual(['name-mismatch']);
  });

  it('should not let a chain that does not hold hide a wrong name', async () => {
    const { chain, key } = await otherCa.issue({ commonName: 'x', usage: 'server' });
    const socket = await handshake({ cert: chain, key });
    expect(inspect(socket, 'localhost')).toMatchObject({
      policyErrors: ['chain'],
      codes: ['UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    });
    expect(inspect(socket, 'a.example')).toMatchObject({
      policyErrors: ['chain', 'name-mismatch'],
      codes: ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    });
  });

  it.each<[string, Partial<LeafOptions>, string]>([
    ['has expired', { notAfter: new Date(Date.now() - HOUR / 2) }, 'CERT_HAS_EXPIRED'],
    ['is not valid yet', { notBefore: new Date(Date.now() + HOUR) }, 'CERT_NOT_YET_VALID'],
    ['signed itself', { isSelfSigned: true }, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['is for clients', { usage: 'client', dns: ['localhost'] }, 'INVALID_PURPOSE'],
  ])('should give the code of a certificate that %s', async (_name, leaf, code) => {
    const peer = inspect(await issuedTo(leaf), 'localhost');
    expect(peer).toMatchObject({ policyErrors: ['chain'], codes: [code] });
    expect(peer.certificate).toBeInstanceOf(X509Certificate);
  });

  it('should say of a server that shows no certificate just that', async () => {
    const anonymous = { ciphers: 'aNULL:@SECLEVEL=0', maxVersion: 'TLSv1.2' } as const;
    const peer = inspect(await handshake(anonymous, anonymous), 'localhost');
    expect(peer).toMatchObject({
      certificate: undefined,
      chain: [],
      pins: [],
      policyErrors: ['not-available'],
      codes: ['NO_CERTIFICATE'],
      protocol: 'TLSv1.2',
    });
  });

  it('should trust nothing that Node does not say is authorized, whatever else it says', async () => {
    const socket = await issuedTo({});
    socket.authorized = false;
    const peer = inspect(socket, 'localhost');
    expect(peer.policyErrors).toEqual(['chain']);
    expect(peer.codes).toHaveLength(1);
  });

  it('should go by the certificate that it is given', async () => {
    const socket = await issuedTo({ dns: ['a.example'] });
    const shown = socket.getPeerCertificate(true);
    const again = vi.spyOn(socket, 'getPeerCertificate');
    const question = { host: 'h', attempt: 1, commonNameFallback: false, signal };
    const peer = inspectPeer(socket, { ...question, servername: 'a.example' }, shown);
    expect(peer).toMatchObject({ policyErrors: [], codes: [] });
    expect(peer.chain).toHaveLength(2);
    expect(again).not.toHaveBeenCalled();
  });

  it('should find nothing to accept on a socket that is gone by now', async () => {
    const socket = await issuedTo({});
    socket.destroy();
    expect(inspect(socket, 'localhost')).toMatchObject({
      certificate: undefined,
      policyErrors: ['not-available'],
      codes: ['NO_CERTIFICATE'],
    });
  });
});
