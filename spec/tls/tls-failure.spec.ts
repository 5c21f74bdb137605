import { once } from 'node:events';
import { connect } from 'node:tls';
import type { ConnectionOptions, TlsOptions } from 'node:tls';
import { beforeAll, describe, expect, it } from 'vitest';
import { createCertificateAuthority, createRawServer } from '../../src/testing/index.js';
import type { CertificateAuthority, IssuedCertificate } from '../../src/testing/index.js';
import { toTlsFailure } from '../../src/tls/tls-failure.js';
import { VerificationError } from '../../src/tls/verification-error.js';

let ca: CertificateAuthority;
let issued: IssuedCertificate;

beforeAll(async () => {
  ca = await createCertificateAuthority();
  issued = await ca.issue({ commonName: 'localhost', usage: 'server' });
});

/** The error of a client that connects to `port`. */
async function errorOfClient(port: number, options: ConnectionOptions = {}): Promise<unknown> {
  const socket = connect({ port, host: '127.0.0.1', ca: ca.certificate, ...options });
  // With TLS 1.3 the client has secureConnect before the server has seen its certificate.
  const [error]: unknown[] = await once(socket.resume(), 'error');
  socket.destroy();
  return error;
}

/** The same against a TLS server with the options of `server`. */
async function errorOfHandshake(server: TlsOptions, client: ConnectionOptions): Promise<unknown> {
  const tls = { cert: issued.chain, key: issued.key, ...server };
  await using listening = await createRawServer(() => undefined, { tls });
  return await errorOfClient(listening.port, client);
}

/** The same against a server that answers everything with `bytes`. */
async function errorOfAnswer(bytes: string | Uint8Array): Promise<unknown> {
  await using server = await createRawServer(({ socket }) => {
    socket.once('data', () => socket.end(bytes));
  });
  return await errorOfClient(server.port);
}

/** A fatal alert as it is on the wire (RFC 8446 section 6). */
const alertRecord = (description: number): Uint8Array =>
  Uint8Array.of(21, 3, 3, 0, 2, 2, description);

const errorWith = (code: unknown, message = ''): Error =>
  Object.assign(new Error(message), { code });

describe('toTlsFailure', () => {
  it('should tell HTTP on the port by what to do', async () => {
    const error = await errorOfAnswer('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
    const failure = toTlsFailure(error);
    expect(failure).toMatchObject({ by: 'policy', phase: 'tls' });
    expect(failure?.reason).toMatch(/^(EPROTO|ERR_SSL_WRONG_VERSION_NUMBER)$/);
    expect(failure?.advice).toBe(
      'The server does not speak TLS on this port: check the port, or use ws://',
    );
    expect(failure).not.toHaveProperty('alert');
    expect(failure?.policyErrors).toEqual([]);
    expect(failure?.pins).toEqual([]);
  });

  it.each([
    ['TLSv1.2', 40],
    ['TLSv1.3', 116],
  ] as const)(
    'should read the alert of a %s server that wants a client certificate',
    async (version, alert) => {
      const server: TlsOptions = { requestCert: true, ca: ca.certificate, maxVersion: version };
      const failure = toTlsFailure(await errorOfHandshake(server, {}));
      expect(failure).toMatchObject({ by: 'server', phase: 'tls', alert, policyErrors: [] });
      expect(failure?.reason).toMatch(/^(EPROTO|ERR_SSL_)/);
      expect(failure?.advice).toMatch(/wants a client certificate: set tls\.cert and tls\.key$/);
    },
  );

  it.each<[string, TlsOptions, ConnectionOptions]>([
    ['an old server', { maxVersion: 'TLSv1.2' }, { minVersion: 'TLSv1.3' }],
    ['an old client', { minVersion: 'TLSv1.3' }, { maxVersion: 'TLSv1.2' }],
  ])('should read the alert of versions that do not meet: %s', async (_name, server, client) => {
    expect(toTlsFailure(await errorOfHandshake(server, client))).toMatchObject({
      by: 'server',
      alert: 70,
      advice: 'The server does not speak a TLS version that is allowed here: check tls.minVersion',
    });
  });

  it('should read the alert of a server that does not speak HTTP/1.1', async () => {
    const error = await errorOfHandshake(
      { ALPNProtocols: ['h2'] },
      { ALPNProtocols: ['http/1.1'] },
    );
    expect(toTlsFailure(error)).toMatchObject({
      by: 'server',
      alert: 120,
      advice: 'The server does not speak HTTP/1.1 here',
    });
  });

  it('should read the alert of ciphers that do not meet', async () => {
    const error = await errorOfHandshake(
      { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' },
      { ciphers: 'ECDHE-ECDSA-AES256-GCM-SHA384' },
    );
    expect(toTlsFailure(error)).toMatchObject({ by: 'server', alert: 40 });
  });

  it.each([
    [40, /no cipher or certificate in common/],
    [42, /could not read the client certificate/],
    [43, /this kind of client certificate/],
    [44, /is revoked/],
    [45, /has expired/],
    [46, /refuses the client certificate/],
    [48, /does not know who issued/],
    [49, /denies access/],
    [51, /could not verify the signature/],
    [70, /TLS version/],
    [71, /stronger security/],
    [80, /failed within/],
    [109, /See cause/],
    [112, /does not serve this name/],
  ])('should read the number of alert %i off the wire', async (alert, advice) => {
    const failure = toTlsFailure(await errorOfAnswer(alertRecord(alert)));
    expect(failure).toMatchObject({ by: 'server', phase: 'tls', alert });
    expect(failure?.advice).toMatch(advice);
  });

  it('should tell our own refusal of a wrong answer from an alert', async () => {
    // A ServerHello of TLS 1.1, which nobody offered.
    const hello = Buffer.from(`020000260302${'00'.repeat(32)}00c02b00`, 'hex');
    const record = Buffer.concat([Buffer.from([22, 3, 1, 0, hello.length]), hello]);
    const failure = toTlsFailure(await errorOfAnswer(record));
    expect(failure).toMatchObject({ by: 'policy', phase: 'tls', policyErrors: [] });
    expect(failure).not.toHaveProperty('alert');
  });

  it('should take over what a verification found', () => {
    const error = new VerificationError('CERT_HAS_EXPIRED', {
      policyErrors: ['chain', 'name-mismatch'],
      pins: ['sha256/leaf'],
    });
    expect(toTlsFailure(error)).toEqual({
      by: 'policy',
      phase: 'verify',
      reason: 'CERT_HAS_EXPIRED',
      policyErrors: ['chain', 'name-mismatch'],
      pins: ['sha256/leaf'],
      advice: "A certificate in the server's chain has expired: renew it",
    });
  });

  it('should list the pins of a server that matches none, to be copied', () => {
    const pins = ['sha256/leaf', 'sha256/root'];
    expect(toTlsFailure(new VerificationError('PIN_MISMATCH', { policyErrors: [], pins }))).toEqual(
      {
        by: 'policy',
        phase: 'verify',
        reason: 'PIN_MISMATCH',
        policyErrors: [],
        pins,
        advice:
          "None of tls.pins matches; the pins of the server's chain, leaf first, are sha256/leaf sha256/root",
      },
    );
  });

  it.each([
    ['VERIFIER_REFUSED', /tls\.verify refuses it: see cause/],
    ['VERIFIER_FAILED', /must give an Either/],
  ])('should tell what to do for %s', (reason, advice) => {
    const error = new VerificationError(reason, { policyErrors: [], pins: [] });
    expect(toTlsFailure(error)).toMatchObject({ by: 'policy', phase: 'verify', reason });
    expect(toTlsFailure(error)?.advice).toMatch(advice);
  });

  it.each([
    ['write EPROTO 40C7:error:0A000410:SSL routines::alert:1584:SSL alert number 40\n', 40],
    ['error:0A00045C:SSL routines::tlsv13 alert certificate required', 116],
    // Another library's number 1000 and up is no alert.
    ['error:1C800464:Provider routines::bad decrypt', undefined],
    ['error:0A00010B:SSL routines::wrong version number', undefined],
    ['error:0a000410:SSL routines::lower case', undefined],
    ['no number at all', undefined],
    ['', undefined],
  ])('should find in %j the alert %s', (message, alert) => {
    const failure = toTlsFailure(errorWith('EPROTO', message));
    expect(failure?.alert).toBe(alert);
    expect(failure?.by).toBe(alert === undefined ? 'policy' : 'server');
  });

  it.each(['EPROTO', 'ERR_SSL_NO_PROTOCOLS_AVAILABLE', 'ERR_TLS_INVALID_PROTOCOL_VERSION'])(
    'should take the code %s for one of TLS',
    (code) => {
      expect(toTlsFailure(errorWith(code))).toMatchObject({ reason: code, phase: 'tls' });
    },
  );

  it.each<[string, unknown]>([
    ['ECONNRESET', errorWith('ECONNRESET')],
    ['ENOTFOUND', errorWith('ENOTFOUND')],
    ['ERR_SOCKET_CLOSED', errorWith('ERR_SOCKET_CLOSED')],
    ['a numeric code', errorWith(40)],
    ['no code', new Error('EPROTO')],
    ['no error', { code: 'EPROTO', message: '' }],
    ['a string', 'EPROTO'],
    ['undefined', undefined],
  ])('should say of %s that it is none of TLS', (_name, error) => {
    expect(toTlsFailure(error)).toBeUndefined();
  });
});
