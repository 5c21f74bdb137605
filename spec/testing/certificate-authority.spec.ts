import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, type ConnectionOptions, createServer, type TlsOptions } from 'node:tls';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type CertificateAuthority,
  createCertificateAuthority,
  type IssuedCertificate,
} from '../../src/testing/certificate-authority.js';

/** One TLS handshake: what the client ended with, and who the server saw. */
async function handshake(
  server: TlsOptions,
  client: ConnectionOptions,
): Promise<{ readonly result: string; readonly client: string | undefined }> {
  const listening = createServer({ ciphers: 'DEFAULT:@SECLEVEL=0', ...server });
  let seen: string | undefined;
  listening.on('secureConnection', (socket) => {
    const { subject } = socket.getPeerCertificate();
    seen = (subject as { CN?: string } | undefined)?.CN;
    socket.on('error', () => undefined).end('ok');
  });
  listening.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  const { port } = listening.address() as AddressInfo;
  const result = await new Promise<string>((resolve) => {
    connect({ port, host: '127.0.0.1', servername: 'localhost', ...client })
      .on('error', (error: NodeJS.ErrnoException) => resolve(`${error.code} ${error.message}`))
      .on('data', () => resolve('opened'))
      .on('end', () => resolve('ended'));
  });
  await new Promise((resolve) => listening.close(resolve));
  return { result, client: seen };
}

let ca: CertificateAuthority;
let server: IssuedCertificate;

beforeAll(async () => {
  ca = await createCertificateAuthority();
  server = await ca.issue({ commonName: 'server', usage: 'server' });
});

describe('createCertificateAuthority', () => {
  it('should make a self-signed root that may issue', () => {
    const root = new X509Certificate(ca.certificate);
    expect(root.ca).toBe(true);
    expect(root.subject).toMatch(/^CN=rx-wss test authority [\da-f]{8}$/);
    expect(root.verify(root.publicKey)).toBe(true);
    expect(root.serialNumber).toBe(ca.serialNumber);
    expect(ca.key).toMatch(/^-----BEGIN PRIVATE KEY-----/);
    expect(ca.chain).toBe('');
  });

  it.each([
    { keyType: 'rsa', modulusLength: 2048 },
    { namedCurve: 'P-384', hash: 'SHA-384' },
  ] as const)('should issue what opens under a root of %o', async (options) => {
    const root = await createCertificateAuthority({ commonName: 'Root, "Inc" + Co', ...options });
    const { chain, key } = await root.issue({ commonName: 'x', usage: 'server', ...options });
    expect(new X509Certificate(root.certificate).subject).toContain('Inc');
    expect(await handshake({ cert: chain, key }, { ca: root.certificate })).toMatchObject({
      result: 'opened',
    });
  });

  it('should be trusted by who has its certificate, and by nobody else', async () => {
    const { cert, key } = server;
    const other = await createCertificateAuthority();
    expect((await handshake({ cert, key }, { ca: ca.certificate })).result).toBe('opened');
    expect((await handshake({ cert, key }, { ca: other.certificate })).result).toMatch(
      /^UNABLE_TO_VERIFY_LEAF_SIGNATURE /,
    );
  });

  describe('issue', () => {
    it('should hold for loopback when a server is not named', () => {
      const certificate = new X509Certificate(server.cert);
      expect(certificate.subjectAltName).toBe(
        'DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1',
      );
      expect(certificate.checkIP('::1')).toBe('::1');
      expect(certificate.ca).toBe(false);
      expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
      expect(server.chain).toBe(server.cert);
    });

    it('should be valid from an hour ago for a day', () => {
      const { validFrom, validTo } = new X509Certificate(server.cert);
      const [from, to] = [validFrom, validTo].map((each) => Date.parse(each) - Date.now());
      expect(from).toBeGreaterThan(-3_700_000);
      expect(from).toBeLessThan(-3_500_000);
      expect(to).toBeGreaterThan(86_300_000);
      expect(to).toBeLessThan(86_500_000);
    });

    it('should give each certificate its own positive serial number', async () => {
      const all = await Promise.all(
        Array.from({ length: 20 }, () => ca.issue({ commonName: 'x', usage: 'client' })),
      );
      const numbers = all.map(({ serialNumber }) => serialNumber);
      expect(new Set(numbers).size).toBe(20);
      for (const number of numbers) expect(number).toMatch(/^[4-7][\dA-F]{31}$/);
      expect(all.map(({ cert }) => new X509Certificate(cert).serialNumber)).toEqual(numbers);
    });

    it('should hold for the names it was given and for no other', async () => {
      const names = { dns: ['*.feed.test'], ip: ['10.0.0.7'] };
      const { cert, key } = await ca.issue({ commonName: 'x', usage: 'server', ...names });
      const trust = { ca: ca.certificate };
      const open = await handshake({ cert, key }, { ...trust, servername: 'a.feed.test' });
      const refused = await handshake({ cert, key }, { ...trust, servername: 'localhost' });
      expect(open.result).toBe('opened');
      expect(refused.result).toMatch(/^ERR_TLS_CERT_ALTNAME_INVALID /);
      expect(new X509Certificate(cert).checkIP('10.0.0.7')).toBe('10.0.0.7');
    });

    it('should carry only a common name when asked', async () => {
      const { cert } = await ca.issue({ commonName: 'localhost', usage: 'server', dns: [] });
      const certificate = new X509Certificate(cert);
      expect(certificate.subjectAltName).toBeUndefined();
      expect(certificate.checkHost('localhost', { subject: 'never' })).toBeUndefined();
      expect(certificate.checkHost('localhost')).toBe('localhost');
    });

    it('should carry only names when the common name is empty', async () => {
      const { cert, key } = await ca.issue({ commonName: '', usage: 'server', dns: ['localhost'] });
      // RFC 5280, 4.2.1.6: the names are critical when the subject is empty.
      expect(new X509Certificate(cert).raw.toString('hex')).toContain('0603551d110101ff');
      expect(new X509Certificate(cert).toLegacyObject().subject).toEqual(Object.create(null));
      expect((await handshake({ cert, key }, { ca: ca.certificate })).result).toBe('opened');
    });

    it.each([
      {
        name: 'expired',
        options: { notBefore: new Date('2020-01-01'), notAfter: new Date('2021-01-01') },
        expected: /^CERT_HAS_EXPIRED /,
      },
      {
        name: 'not yet valid',
        options: { notBefore: new Date('2060-01-01'), notAfter: new Date('2061-01-01') },
        expected: /^CERT_NOT_YET_VALID /,
      },
      { name: 'for clients', options: { usage: 'client' }, expected: /^INVALID_PURPOSE / },
      { name: 'for both', options: { usage: ['server', 'client'] }, expected: /^opened$/ },
      {
        name: 'self-signed',
        options: { isSelfSigned: true },
        expected: /^DEPTH_ZERO_SELF_SIGNED_CERT /,
      },
      {
        name: 'signed with SHA-1',
        options: { hash: 'SHA-1' },
        expected: /signature digest algorithm too weak/,
      },
    ] as const)('should make a server that is $name', async ({ options, expected }) => {
      const { chain, key } = await ca.issue({
        commonName: 'server',
        usage: 'server',
        dns: ['localhost'],
        ...options,
      });
      const { result } = await handshake({ cert: chain, key }, { ca: ca.certificate });
      expect(result).toMatch(expected);
    });

    it('should make weak RSA keys', async () => {
      const weak = { keyType: 'rsa', modulusLength: 1024 } as const;
      const { cert } = await ca.issue({ commonName: 'x', usage: 'server', ...weak });
      expect(new X509Certificate(cert).publicKey.asymmetricKeyDetails).toMatchObject({
        modulusLength: 1024,
      });
    });

    it.each(['TLSv1.2', 'TLSv1.3'] as const)(
      'should identify a client over %s',
      async (version) => {
        const me = await ca.issue({ commonName: 'trader-7', usage: 'client' });
        const { cert, key } = server;
        const asking = { cert, key, ca: ca.certificate, requestCert: true, maxVersion: version };
        const trust = { ca: ca.certificate };
        expect(await handshake(asking, { ...trust, cert: me.chain, key: me.key })).toEqual({
          result: 'opened',
          client: 'trader-7',
        });
        expect((await handshake(asking, trust)).result).not.toBe('opened');
      },
    );

    it('should refuse what is not an IP address', async () => {
      await expect(
        ca.issue({ commonName: 'x', usage: 'server', ip: ['127.0.0.1', 'localhost'] }),
      ).rejects.toMatchObject({ code: 'ERR_WSS_OPTION_TYPE', option: 'ip[1]' });
    });
  });

  describe('issueIntermediate', () => {
    const open = async (chain: string, key: string): Promise<string> =>
      (await handshake({ cert: chain, key }, { ca: ca.certificate })).result;

    it('should issue chains that lead to the root', async () => {
      const upper = await ca.issueIntermediate();
      const lower = await upper.issueIntermediate({ commonName: 'lower' });
      const { cert, chain, key } = await lower.issue({ commonName: 'x', usage: 'server' });
      expect(chain).toBe(cert + lower.certificate + upper.certificate);
      expect(new X509Certificate(lower.certificate).subject).toBe('CN=lower');
      expect(new X509Certificate(lower.certificate).issuer).toBe(
        new X509Certificate(upper.certificate).subject,
      );
      expect(await open(chain, key)).toBe('opened');
      expect(await open(cert, key)).toMatch(/^UNABLE_TO_VERIFY_LEAF_SIGNATURE /);
    });

    it.each([
      { name: 'expired', options: { notAfter: new Date(1) }, expected: /^CERT_HAS_EXPIRED / },
      {
        name: 'is no authority',
        options: { isAuthority: false },
        expected: /^INVALID_PURPOSE /,
      },
      {
        name: 'may not issue for localhost',
        options: { nameConstraints: { permittedDns: ['.allowed.test', 'allowed.test'] } },
        expected: /permitted subtree violation/,
      },
      {
        name: 'may issue for all but localhost',
        options: { nameConstraints: { excludedDns: ['localhost'] } },
        expected: /excluded subtree violation/,
      },
      {
        name: 'may issue for localhost',
        options: { nameConstraints: { permittedDns: ['localhost'] } },
        expected: /^opened$/,
      },
    ])('should make one that $name', async ({ options, expected }) => {
      const intermediate = await ca.issueIntermediate({ notBefore: new Date(0), ...options });
      const names = { dns: ['localhost'] };
      const leaf = await intermediate.issue({ commonName: 'x', usage: 'server', ...names });
      expect(await open(leaf.chain, leaf.key)).toMatch(expected);
    });

    it('should limit the length of the path', async () => {
      const upper = await ca.issueIntermediate({ pathLength: 0 });
      const lower = await upper.issueIntermediate();
      const fine = await upper.issue({ commonName: 'x', usage: 'server' });
      const exceeding = await lower.issue({ commonName: 'x', usage: 'server' });
      expect(await open(fine.chain, fine.key)).toBe('opened');
      expect(await open(exceeding.chain, exceeding.key)).toMatch(/^PATH_LENGTH_EXCEEDED /);
    });
  });

  describe('issueRevocationList', () => {
    it.each([{}, { keyType: 'rsa' }] as const)(
      'should revoke under a root of %o',
      async (options) => {
        const root = await createCertificateAuthority(options);
        const revoked = await root.issue({ commonName: 'revoked', usage: 'server' });
        const good = await root.issue({ commonName: 'good', usage: 'server' });
        const crl = await root.issueRevocationList({ serialNumbers: [revoked.serialNumber] });
        const trust = { ca: root.certificate, crl };
        const [first, second] = await Promise.all([
          handshake({ cert: revoked.chain, key: revoked.key }, trust),
          handshake({ cert: good.chain, key: good.key }, trust),
        ]);
        expect(first.result).toMatch(/^CERT_REVOKED /);
        expect(second.result).toBe('opened');
      },
    );

    it('should hold only for its time', async () => {
      const { cert, key } = server;
      const past = { thisUpdate: new Date('2020-01-01'), nextUpdate: new Date('2021-01-01') };
      const crl = await ca.issueRevocationList({ serialNumbers: [], ...past });
      const { result } = await handshake({ cert, key }, { ca: ca.certificate, crl });
      expect(result).toMatch(/^CRL_HAS_EXPIRED /);
    });
  });
});
