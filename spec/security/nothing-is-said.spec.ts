import { X509Certificate } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { setImmediate as tick, setTimeout as pause } from 'node:timers/promises';
import { TLSSocket } from 'node:tls';

import * as E from 'fp-ts/lib/Either.js';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';

import {
  concatPolicies,
  constantBackoff,
  inspectServer,
  limitRetries,
  pinOf,
  text,
  webSocket,
} from '../../src/index.js';
import type { Peer, SocketOptions, SocketSubject, TlsOptions, Verifier } from '../../src/index.js';
import type { IssuedCertificate, RawConnection, RawServer } from '../../src/testing/index.js';
import { activeResources, nothingLeftSince } from '../integration/support/leaks.js';
import { afterUpgrade } from '../integration/support/peer.js';
import type { Script } from '../integration/support/peer.js';
import { useServers } from '../integration/support/servers.js';
import { until, within } from '../integration/support/until.js';
import { endingOf, inState, statesOf, watch } from '../integration/support/watch.js';
import { createPki } from './support/pki.js';
import type { Pki } from './support/pki.js';

const servers = useServers();

let pki: Pki;
/** Expired, for another name, and issued by nobody that the client trusts. */
let bad: IssuedCertificate;

beforeAll(async () => {
  pki = await createPki();
  bad = await pki.stranger.issue({ commonName: 'x', usage: 'server', dns: ['other.test'] });
});

const VERSIONS = ['TLSv1.2', 'TLSv1.3'] as const;
type Version = (typeof VERSIONS)[number];

const accept: Verifier = () => E.right(undefined);
const refuse: Verifier = () => E.left('not today');

/** Accepts the opening handshake and leaves the line open. */
const open: Script = afterUpgrade(() => undefined);

function start(
  maxVersion: Version = 'TLSv1.3',
  script: Script = open,
  { chain: cert, key }: IssuedCertificate = pki.leaf,
): Promise<RawServer> {
  return servers.raw(script, { tls: { cert, key, maxVersion } });
}

/** A socket with secrets to tell, `Expect` among its headers: Node sends such a request early. */
function dialling(
  server: RawServer,
  tls: TlsOptions,
  options: Omit<SocketOptions<string, string>, 'url' | 'codec' | 'tls'> = {},
): SocketSubject<string, string> {
  return webSocket({
    url: `${server.url}/v1?token=secret`,
    headers: { authorization: 'Bearer secret', expect: '100-continue' },
    codec: text(),
    connectTimeout: 3_000,
    tls: { ca: pki.root.certificate, ...tls },
    ...options,
  });
}

/** Waits until the server has seen the end of every connection, and gives what it was told. */
async function toldInTheEnd(server: RawServer, connections = 1): Promise<string> {
  await until(
    'the connections',
    () => server.connections.length + server.handshakeErrors.length >= connections,
  );
  await within('the end', Promise.all(server.connections.map(({ closed }) => closed)));
  return server.connections.map(({ received }) => received.toString('latin1')).join('');
}

/** A verifier that leaves everybody waiting. */
function hanging(): {
  readonly verify: Verifier;
  /** The peer, once it was asked about. */
  readonly asked: Promise<Peer>;
  /** Gives the verdict after all. */
  readonly decide: (verdict: E.Either<unknown, unknown>) => void;
} {
  let ask: (peer: Peer) => void;
  let decide: (verdict: E.Either<unknown, unknown>) => void = () => undefined;
  const asked = new Promise<Peer>((resolve) => {
    ask = resolve;
  });
  const verdict = new Promise<E.Either<unknown, unknown>>((resolve) => {
    decide = resolve;
  });
  return {
    asked,
    decide,
    verify: (peer) => {
      ask(peer);
      return verdict;
    },
  };
}

type Delayed = (verifier: Verifier, atVerdict: () => void) => Verifier;

const after =
  (wait: () => Promise<unknown>): Delayed =>
  (verifier, atVerdict) =>
  async (peer) => {
    await wait();
    atVerdict();
    return verifier(peer);
  };

const DELAYS: readonly { readonly delay: string; readonly delayed: Delayed }[] = [
  {
    delay: 'no time',
    delayed: (verifier, atVerdict) => (peer) => {
      atVerdict();
      return verifier(peer);
    },
  },
  { delay: 'a microtask', delayed: after(() => Promise.resolve()) },
  { delay: 'a tick', delayed: after(() => tick()) },
  { delay: '50 ms', delayed: after(() => pause(50)) },
];

describe.each(VERSIONS)('before the verdict, %s', (version) => {
  it.each(DELAYS)(
    'should say nothing, then all, to a server accepted after $delay',
    async ({ delayed }) => {
      const server = await start(version);
      const heard: number[] = [];
      const verify = delayed(accept, () => heard.push(server.bytesReceived));
      const socket = dialling(server, { verify });
      const { subscription } = watch(socket);
      const { tls } = await inState(socket, 'Open');
      expect(tls).toMatchObject({ protocol: version, acceptedBy: 'verify', dangerous: false });
      expect(heard).toEqual([0]);
      const [connection] = server.connections;
      const received = connection?.received.toString('latin1');
      expect(received).toMatch(/^GET \/v1\?token=secret HTTP\/1.1\r\n/);
      expect(received).toMatch(/\r\nauthorization: Bearer secret\r\n/i);
      expect(received).toMatch(/\r\nexpect: 100-continue\r\n/i);
      subscription.unsubscribe();
      connection?.socket.end();
      await endingOf(socket);
    },
  );

  it.each(DELAYS)('should say nothing to a server refused after $delay', async ({ delayed }) => {
    const before = activeResources();
    const server = await start(version);
    const heard: number[] = [];
    const verify = delayed(refuse, () => heard.push(server.bytesReceived));
    const socket = dialling(server, { verify });
    const { outcomes } = watch(socket);
    expect(await endingOf(socket)).toMatchObject({
      _tag: 'TlsFailed',
      by: 'policy',
      phase: 'verify',
      reason: 'VERIFIER_REFUSED',
      policyErrors: [],
    });
    expect(heard).toEqual([0]);
    expect(await toldInTheEnd(server)).toBe('');
    expect(outcomes).toHaveLength(1);
    await server.close();
    await nothingLeftSince(before);
  });

  it('should give up a verifier that takes for ever', async () => {
    const before = activeResources();
    const server = await start(version);
    const { verify, asked, decide } = hanging();
    const socket = dialling(server, { verify }, { connectTimeout: 150 });
    watch(socket);
    const { signal } = await asked;
    expect(await endingOf(socket)).toMatchObject({
      _tag: 'TimedOut',
      by: 'policy',
      phase: 'verify',
      option: 'connectTimeout',
      limit: 150,
    });
    expect(signal.aborted).toBe(true);
    // Too late.
    decide(E.right(undefined));
    expect(await toldInTheEnd(server)).toBe('');
    await server.close();
    await nothingLeftSince(before);
  });

  it.each(['unsubscribe', 'AbortSignal'])('should be cancelled at once by %s', async (by) => {
    const before = activeResources();
    const server = await start(version);
    const controller = new AbortController();
    const { verify, asked, decide } = hanging();
    const socket = dialling(server, { verify }, { signal: controller.signal });
    const { subscription, outcomes } = watch(socket);
    const { signal } = await asked;
    expect(signal.aborted).toBe(false);
    if (by === 'unsubscribe') subscription.unsubscribe();
    else controller.abort();
    expect(signal.aborted).toBe(true);
    expect(await endingOf(socket)).toMatchObject({ _tag: 'Cancelled', phase: 'verify' });
    expect(outcomes).toHaveLength(by === 'unsubscribe' ? 0 : 1);
    // Too late.
    decide(E.right(undefined));
    expect(await toldInTheEnd(server)).toBe('');
    await server.close();
    await nothingLeftSince(before);
  });

  it.each<[string, (connection: RawConnection) => void, RegExp]>([
    // On Node 20 a TLS socket may still end its half before the line beneath it is reset.
    ['resets the line', (connection) => connection.reset(), /^(reset|ended)$/],
    ['ends the line', ({ socket }) => void socket.end(), /^ended$/],
  ])('should stop at once when the server %s', async (_name, act, kind) => {
    const server = await start(version, () => undefined);
    const { verify, asked, decide } = hanging();
    const socket = dialling(server, { verify });
    watch(socket);
    const { signal } = await asked;
    await until('the connection', () => server.connections.length === 1);
    server.connections.forEach(act);
    expect(await endingOf(socket)).toMatchObject({
      _tag: 'NetworkFailed',
      phase: 'verify',
      kind: expect.stringMatching(kind),
    });
    expect(signal.aborted).toBe(true);
    decide(E.right(undefined));
    expect(await toldInTheEnd(server)).toBe('');
  });

  it('should ask the verifier once for each of 100 connections', async () => {
    const server = await start(
      version,
      afterUpgrade(({ socket }) => socket.destroy()),
    );
    const heard: number[] = [];
    const attempts: number[] = [];
    const verify: Verifier = ({ attempt }) => {
      attempts.push(attempt);
      heard.push(server.connections[attempt - 1]?.bytesReceived ?? 0);
      return E.right(undefined);
    };
    const socket = dialling(
      server,
      { verify },
      { reconnect: concatPolicies(constantBackoff({ delay: 0 }), limitRetries(99)) },
    );
    const states = statesOf(socket);
    const { outcome } = watch(socket);
    await until('the end', () => states.at(-1)?._tag === 'Closed', 10_000);
    await outcome();
    expect(attempts).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
    expect(server.connections).toHaveLength(100);
    expect(server.handshakeErrors).toEqual([]);
    expect(heard.every((bytes) => bytes === 0)).toBe(true);
    expect(server.connections.some(isResumed)).toBe(false);
  });
});

function isResumed({ socket }: RawConnection): boolean {
  return socket instanceof TLSSocket && socket.isSessionReused();
}

/** Answers that are no verdict, from a program that is not written in TypeScript. */
const NO_VERDICTS: readonly [string, unknown][] = [
  ['undefined', undefined],
  ['null', null],
  ['true', true],
  ['1', 1],
  ["'Right'", 'Right'],
  ['an empty object', {}],
  ['an empty list', []],
  ['an object of another library', { ok: true, value: undefined }],
  ["another spelling, { _tag: 'right' }", { _tag: 'right' }],
  ['an Option', { _tag: 'Some', value: true }],
  ['a function', accept],
];

type Rule = 'verify' | 'dangerouslyAcceptCertificate';

describe.each<[Rule]>([['verify'], ['dangerouslyAcceptCertificate']])('%s', (rule) => {
  /** Dials a server that `rule` is asked about. */
  const refusedBy = async (verifier: () => unknown): Promise<Record<string, unknown>> => {
    const server = await start('TLSv1.3', open, rule === 'verify' ? pki.leaf : bad);
    const socket = dialling(server, { [rule]: verifier });
    watch(socket);
    const ending = await endingOf(socket);
    expect(await toldInTheEnd(server)).toBe('');
    return { ...ending };
  };

  it.each(NO_VERDICTS)('should refuse when it gives %s', async (_name, verdict) => {
    expect(await refusedBy(() => verdict)).toMatchObject({ reason: 'VERIFIER_FAILED' });
  });

  it.each(NO_VERDICTS)('should refuse when it gives a promise of %s', async (_name, verdict) => {
    const expected = { reason: 'VERIFIER_FAILED' };
    expect(await refusedBy(() => Promise.resolve(verdict))).toMatchObject(expected);
  });

  const failure = new Error('the directory is down');

  it.each<[string, () => unknown, string]>([
    [
      'throws',
      () => {
        throw failure;
      },
      'VERIFIER_FAILED',
    ],
    ['gives a promise that rejects', () => Promise.reject(failure), 'VERIFIER_FAILED'],
    ['gives a left', () => E.left(failure), 'VERIFIER_REFUSED'],
    ['gives a promise of a left', () => Promise.resolve(E.left(failure)), 'VERIFIER_REFUSED'],
  ])('should refuse when it %s, and pass the cause on', async (_name, verifier, reason) => {
    const ending = await refusedBy(verifier);
    expect(ending).toMatchObject({ _tag: 'TlsFailed', phase: 'verify', reason });
    expect(ending['cause']).toMatchObject({ cause: failure });
  });
});

describe('the order of the rules', () => {
  const pinned = (...certificates: readonly IssuedCertificate[]): readonly string[] =>
    certificates.map(({ cert }) => pinOf(new X509Certificate(cert)));

  it.each<[string, () => TlsOptions, () => IssuedCertificate]>([
    ['for another host', () => ({ servername: 'other.test' }), () => pki.leaf],
    ['of an untrusted root', () => ({ servername: 'other.test' }), () => bad],
    ['that matches no pin', () => ({ pins: pinned(bad) }), () => pki.leaf],
    [
      'that dangerouslyAcceptCertificate refuses',
      () => ({ dangerouslyAcceptCertificate: refuse }),
      () => bad,
    ],
    [
      'that matches no pin, after dangerouslyAcceptCertificate',
      () => ({ dangerouslyAcceptCertificate: accept, pins: pinned(pki.leaf) }),
      () => bad,
    ],
  ])('should not ask verify about a certificate %s', async (_name, tls, certificate) => {
    const server = await start('TLSv1.3', open, certificate());
    const verify = vi.fn(accept);
    const socket = dialling(server, { ...tls(), verify });
    watch(socket);
    expect(await endingOf(socket)).toMatchObject({ _tag: 'TlsFailed', phase: 'verify' });
    expect(verify).not.toHaveBeenCalled();
    expect(await toldInTheEnd(server)).toBe('');
  });

  it('should not ask dangerouslyAcceptCertificate about a good certificate', async () => {
    const server = await start();
    const dangerouslyAcceptCertificate = vi.fn(refuse);
    const socket = dialling(server, { dangerouslyAcceptCertificate });
    watch(socket);
    expect((await inState(socket, 'Open')).tls).toMatchObject({
      acceptedBy: 'chain',
      dangerous: false,
    });
    expect(dangerouslyAcceptCertificate).not.toHaveBeenCalled();
  });

  it('should ask for each in turn', async () => {
    const server = await start('TLSv1.3', open, bad);
    const order: string[] = [];
    const telling =
      (name: string): Verifier =>
      () => {
        order.push(`${name} ${server.bytesReceived}`);
        return E.right(undefined);
      };
    const socket = dialling(server, {
      dangerouslyAcceptCertificate: telling('dangerouslyAcceptCertificate'),
      pins: pinned(bad),
      verify: telling('verify'),
    });
    watch(socket);
    await inState(socket, 'Open');
    expect(order).toEqual(['dangerouslyAcceptCertificate 0', 'verify 0']);
  });

  it('should let a verifier refuse what dangerouslyAcceptCertificate accepts', async () => {
    const server = await start('TLSv1.3', open, bad);
    const socket = dialling(server, {
      dangerouslyAcceptCertificate: accept,
      verify: refuse,
    });
    watch(socket);
    expect(await endingOf(socket)).toMatchObject({
      reason: 'VERIFIER_REFUSED',
      policyErrors: ['chain', 'name-mismatch'],
    });
    expect(await toldInTheEnd(server)).toBe('');
  });
});

describe('what a verifier sees', () => {
  it('should be all that is known of a good server', async () => {
    const { chain: cert, key } = await pki.intermediate.issue({
      commonName: 'localhost',
      usage: 'server',
    });
    const server = await servers.raw(open, { tls: { cert, key } });
    const verify = vi.fn(accept);
    const socket = dialling(server, { verify, servername: 'localhost' });
    watch(socket);
    const { tls } = await inState(socket, 'Open');
    const [peer] = verify.mock.calls[0] ?? [];
    expect(peer).toMatchObject({
      host: '127.0.0.1',
      servername: 'localhost',
      attempt: 1,
      policyErrors: [],
      codes: [],
      protocol: 'TLSv1.3',
      cipher: expect.stringMatching(/^TLS_/),
    });
    const chain = [cert, pki.intermediate.certificate, pki.root.certificate].map(
      (each) => new X509Certificate(each),
    );
    expect(peer?.certificate?.fingerprint256).toBe(chain[0]?.fingerprint256);
    expect(peer?.chain.map(String)).toEqual(chain.map(String));
    expect(peer?.pins).toEqual(chain.map(pinOf));
    expect(tls?.pins).toEqual(chain.map(pinOf));
    expect(peer?.signal.aborted).toBe(false);
  });

  it('should be the errors of chain and name together, for dangerouslyAcceptCertificate', async () => {
    const server = await start('TLSv1.3', open, bad);
    const dangerouslyAcceptCertificate = vi.fn(accept);
    const socket = dialling(server, { dangerouslyAcceptCertificate });
    watch(socket);
    const { tls } = await inState(socket, 'Open');
    expect(dangerouslyAcceptCertificate).toHaveBeenCalledOnce();
    expect(dangerouslyAcceptCertificate.mock.calls[0]?.[0]).toMatchObject({
      policyErrors: ['chain', 'name-mismatch'],
      codes: ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    });
    expect(tls).toMatchObject({
      acceptedBy: 'dangerouslyAcceptCertificate',
      dangerous: true,
      subject: 'CN=x',
    });
  });
});

describe('the channel rx-wss:tls', () => {
  const notices: unknown[] = [];
  const listen = (notice: unknown): void => void notices.push(notice);

  afterEach(() => {
    unsubscribe('rx-wss:tls', listen);
    notices.splice(0);
  });

  it('should tell of a danger that was accepted, once for each socket', async () => {
    subscribe('rx-wss:tls', listen);
    const server = await start(
      'TLSv1.3',
      afterUpgrade(({ socket }) => socket.destroy()),
      bad,
    );
    const reconnect = concatPolicies(constantBackoff({ delay: 0 }), limitRetries(4));
    const tls = { dangerouslyAcceptCertificate: accept };
    const address = `127.0.0.1:${server.port}`;
    const notice = {
      _tag: 'DangerAccepted',
      role: 'server',
      address,
      tls: expect.objectContaining({ dangerous: true, subject: 'CN=x' }),
    };
    for (const count of [1, 2]) {
      const socket = dialling(server, tls, { reconnect });
      watch(socket);
      await endingOf(socket);
      // Subscribed to again, it is the same socket.
      watch(socket);
      await inState(socket, 'Closed');
      await until('all connections', () => server.connections.length === count * 10);
      await endingOf(socket);
      expect(notices).toMatchObject(Array.from({ length: count }, () => notice));
    }
  });

  it('should say nothing of a danger that was refused, nor of a good server', async () => {
    subscribe('rx-wss:tls', listen);
    const [refused, good] = await Promise.all([start('TLSv1.3', open, bad), start()]);
    const first = dialling(refused, { dangerouslyAcceptCertificate: refuse });
    watch(first);
    await endingOf(first);
    const second = dialling(good, { dangerouslyAcceptCertificate: accept });
    watch(second);
    await inState(second, 'Open');
    expect(notices).toEqual([]);
  });
});

describe('inspectServer', () => {
  it.each(['good', 'bad'])('should say nothing to a %s server', async (kind) => {
    const server = await start('TLSv1.3', open, kind === 'good' ? pki.leaf : bad);
    const { checks } = await inspectServer({
      url: server.url,
      tls: { ca: pki.root.certificate, verify: after(() => pause(50))(accept, () => undefined) },
    });
    expect(checks.map(({ check, passed }) => [check, passed])).toEqual(
      kind === 'good'
        ? [
            ['chain', true],
            ['name', true],
            ['verify', true],
          ]
        : [
            ['chain', false],
            ['name', false],
          ],
    );
    expect(await toldInTheEnd(server)).toBe('');
  });

  it('should give up a verifier that takes for ever', async () => {
    const server = await start();
    const { verify, asked } = hanging();
    const report = inspectServer({
      url: server.url,
      connectTimeout: 150,
      tls: { ca: pki.root.certificate, verify },
    });
    await expect(within('the time limit', report, 1_500)).rejects.toMatchObject({
      ending: { _tag: 'TimedOut', phase: 'verify' },
    });
    expect((await asked).signal.aborted).toBe(true);
    expect(await toldInTheEnd(server)).toBe('');
  });
});
