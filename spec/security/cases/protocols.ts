import { getDiffieHellman } from 'node:crypto';
import type { TlsOptions as ServerTlsOptions } from 'node:tls';

import type { TlsOptions } from '../../../src/index.js';
import { withGroup } from '../support/key-exchange.js';
import { serverHello } from '../support/tls-records.js';
import type { ServerHello } from '../support/tls-records.js';
import { alerted, broken, brokenByNode, opens, refused } from './result.js';
import type { Result } from './result.js';
import type { SecurityCase } from './security-case.js';

const WEAK = ':@SECLEVEL=0';

/** A good certificate on a server that speaks otherwise. */
const speaking =
  (server: ServerTlsOptions, tls: TlsOptions = {}): SecurityCase['scene'] =>
  ({ leaf: { chain: cert, key } }) => ({
    server: { tls: { cert, key, ...server } },
    client: { tls },
  });

/** The same with an RSA key. */
const speakingRsa =
  (server: ServerTlsOptions, tls: TlsOptions = {}): SecurityCase['scene'] =>
  async ({ rsaLeaf }) => {
    const { chain: cert, key } = await rsaLeaf();
    return { server: { tls: { cert, key, ...server } }, client: { tls } };
  };

/** A server that chooses what nobody offered. */
const choosing = (name: string, hello: ServerHello, expected: Result): SecurityCase => ({
  name,
  scene: () => ({
    server: { script: ({ socket }) => socket.once('data', () => socket.write(serverHello(hello))) },
  }),
  expected,
});

const group = (bits: number): SecurityCase['scene'] => {
  return async ({ rsaLeaf }) => ({ server: { script: withGroup(await rsaLeaf(), bits) } });
};

const OLD: ServerTlsOptions = { ciphers: `DEFAULT${WEAK}`, minVersion: 'TLSv1' };
const DHE = 'DHE-RSA-AES128-GCM-SHA256';
const VERSION_REFUSED = alerted(70);

// RFC 8446 section 4.1.3: what a server that knows TLS 1.3 writes when it is made to speak 1.2.
const DOWNGRADED = Buffer.concat([Buffer.alloc(24, 7), Buffer.from('DOWNGRD\x01', 'latin1')]);

/** Versions, cipher suites and key exchanges. */
export const PROTOCOL_CASES: readonly SecurityCase[] = [
  {
    name: 'TLS 1.0 only',
    scene: speaking({ ...OLD, maxVersion: 'TLSv1' }),
    expected: VERSION_REFUSED,
  },
  {
    name: 'TLS 1.1 only',
    scene: speaking({ ...OLD, maxVersion: 'TLSv1.1' }),
    expected: VERSION_REFUSED,
  },
  {
    name: 'TLS 1.2 only, minVersion TLSv1.3',
    scene: speaking({ maxVersion: 'TLSv1.2' }, { minVersion: 'TLSv1.3' }),
    expected: VERSION_REFUSED,
  },
  {
    name: 'TLS 1.3 only, maxVersion TLSv1.2',
    scene: speaking({ minVersion: 'TLSv1.3' }, { maxVersion: 'TLSv1.2' }),
    expected: VERSION_REFUSED,
  },
  {
    name: 'TLS 1.2 and 1.3, maxVersion TLSv1.2',
    scene: speaking({}, { maxVersion: 'TLSv1.2' }),
    expected: opens('TLSv1.2'),
  },
  choosing('SSL 3.0 chosen', { cipher: 0x002f, version: 0x0300 }, broken(258)),
  choosing('TLS 1.0 chosen', { cipher: 0xc009, version: 0x0301 }, broken(258)),
  choosing('TLS 1.1 chosen', { cipher: 0xc009, version: 0x0302 }, broken(258)),
  choosing(
    'TLS 1.2 chosen, of a server with 1.3',
    { cipher: 0xc02b, random: DOWNGRADED },
    broken(373),
  ),
  choosing('no secure renegotiation', { cipher: 0xc02b, isSecure: false }, broken(338)),
  choosing('RC4-SHA chosen', { cipher: 0x0005 }, broken(248)),
  choosing('RC4-MD5 chosen', { cipher: 0x0004 }, broken(248)),
  choosing('3DES chosen', { cipher: 0x000a }, broken(248)),
  choosing('EXPORT chosen', { cipher: 0x0003 }, broken(248)),
  choosing('NULL-SHA chosen', { cipher: 0x0002 }, broken(261)),
  choosing('anonymous cipher chosen', { cipher: 0xc018 }, broken(261)),
  {
    name: 'NULL ciphers only',
    scene: speaking({ ciphers: `ECDHE-ECDSA-NULL-SHA${WEAK}`, maxVersion: 'TLSv1.2' }),
    expected: alerted(40),
  },
  {
    name: 'anonymous ciphers only',
    scene: () => ({ server: { tls: { ciphers: `aNULL${WEAK}`, maxVersion: 'TLSv1.2' } } }),
    expected: alerted(40),
  },
  {
    name: 'anonymous ciphers, asked for',
    scene: () => ({
      server: { tls: { ciphers: `aNULL${WEAK}`, maxVersion: 'TLSv1.2' } },
      client: { tls: { ciphers: `aNULL${WEAK}`, maxVersion: 'TLSv1.2' } },
    }),
    expected: refused('NO_CERTIFICATE', 'not-available'),
  },
  {
    name: 'no cipher in common',
    scene: speaking(
      { ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256', maxVersion: 'TLSv1.2' },
      { ciphers: 'ECDHE-ECDSA-AES256-GCM-SHA384' },
    ),
    expected: alerted(40),
  },
  {
    name: 'CBC',
    scene: speaking({ ciphers: 'ECDHE-ECDSA-AES128-SHA', maxVersion: 'TLSv1.2' }),
    expected: opens('TLSv1.2'),
  },
  {
    name: 'static RSA',
    scene: speakingRsa({ ciphers: 'AES128-GCM-SHA256', maxVersion: 'TLSv1.2' }),
    expected: opens('TLSv1.2'),
  },
  {
    name: 'DHE 2048',
    scene: speakingRsa({ ciphers: DHE + WEAK, dhparam: groupOf('modp14'), maxVersion: 'TLSv1.2' }),
    expected: opens('TLSv1.2'),
  },
  {
    name: 'DHE 1536',
    scene: speakingRsa({ ciphers: DHE + WEAK, dhparam: groupOf('modp5'), maxVersion: 'TLSv1.2' }),
    expected: brokenByNode('ERR_TLS_DH_PARAM_SIZE'),
    since: { 24: broken(394) },
  },
  {
    name: 'DHE 1024',
    scene: speakingRsa({ ciphers: DHE + WEAK, dhparam: groupOf('modp2'), maxVersion: 'TLSv1.2' }),
    expected: brokenByNode('ERR_TLS_DH_PARAM_SIZE'),
    since: { 24: broken(394) },
  },
  {
    name: 'DHE 1024, minDHSize 1024',
    scene: speakingRsa(
      { ciphers: DHE + WEAK, dhparam: groupOf('modp2'), maxVersion: 'TLSv1.2' },
      { minDHSize: 1024 },
    ),
    expected: opens('TLSv1.2'),
    since: { 24: broken(394) },
  },
  { name: 'DHE 512', scene: group(512), expected: broken(394), since: { 22: broken(168) } },
  { name: 'DHE 480', scene: group(480), expected: broken(126) },
  {
    name: 'ALPN: h2 only',
    scene: speaking({ ALPNProtocols: ['h2'] }),
    expected: alerted(120),
  },
  {
    name: 'ALPN: h2 preferred',
    scene: speaking({ ALPNProtocols: ['h2', 'http/1.1'] }),
    expected: opens(),
  },
];

/** Gives a group of RFC 2409 or 3526 as node:tls takes it; to make one takes seconds. */
function groupOf(name: 'modp2' | 'modp5' | 'modp14'): string {
  const known = getDiffieHellman(name);
  const integers = [known.getPrime(), known.getGenerator()].map((value) =>
    der(0x02, value.readUInt8(0) < 0x80 ? value : Buffer.concat([Buffer.alloc(1), value])),
  );
  const base64 = der(0x30, Buffer.concat(integers)).toString('base64');
  return `-----BEGIN DH PARAMETERS-----\n${base64}\n-----END DH PARAMETERS-----\n`;
}

function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size = length < 0x80 ? [length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}
