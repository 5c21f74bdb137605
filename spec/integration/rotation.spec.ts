import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TlsOptions as ServerTls } from 'node:tls';

import type { Subscription } from 'rxjs';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { constantBackoff, text, webSocket } from '../../src/index.js';
import type {
  Ending,
  PerAttempt,
  SocketState,
  SocketSubject,
  TlsNotice,
  TlsOptions,
} from '../../src/index.js';
import { createCertificateAuthority } from '../../src/testing/index.js';
import type {
  CertificateAuthority,
  IssuedCertificate,
  WssConnection,
  WssServer,
} from '../../src/testing/index.js';
import { brief } from './support/brief.js';
import { useServers } from './support/servers.js';
import { collectUncaught } from './support/uncaught.js';
import type { UncaughtErrors } from './support/uncaught.js';
import { until } from './support/until.js';
import { inState, statesOf } from './support/watch.js';

const ROTATIONS = 5;
const ROUNDS = 25;

const servers = useServers();
const soon = constantBackoff({ delay: 1 });

let ca: CertificateAuthority;
let serving: ServerTls;
let folder: string;
let uncaught: UncaughtErrors;
let notices: TlsNotice[];
let subscription: Subscription | undefined;

const keep = (notice: unknown): void => void notices.push(notice as TlsNotice);

beforeAll(async () => {
  ca = await createCertificateAuthority();
  const { chain, key } = await ca.issue({ commonName: 'localhost', usage: 'server' });
  serving = { cert: chain, key, ca: ca.certificate, requestCert: true };
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rx-wss-rotation-'));
  uncaught = collectUncaught();
  notices = [];
  subscribe('rx-wss:tls', keep);
});

afterEach(() => {
  subscription?.unsubscribe();
  unsubscribe('rx-wss:tls', keep);
  rmSync(folder, { recursive: true });
  uncaught.stop();
  expect(uncaught.errors).toEqual([]);
});

const pathOf = (name: string): string => join(folder, name);

const issue = (): Promise<IssuedCertificate> =>
  ca.issue({ commonName: 'trader-7', usage: 'client' });

/** The files of the client, with `issued` in them. */
function filesWith(issued: IssuedCertificate): TlsOptions {
  writeFileSync(pathOf('me.pem'), issued.chain);
  writeFileSync(pathOf('me.key'), issued.key);
  return {
    ca: ca.certificate,
    cert: { file: pathOf('me.pem') },
    key: { file: pathOf('me.key') },
  };
}

/** Writes a file in place and in pieces, with a turn of the event loop after each. */
async function writeSlowly(name: string, content: string): Promise<void> {
  const file = await open(pathOf(name), 'w');
  for (let at = 0; at < content.length; at += 100) {
    await file.write(content.slice(at, at + 100));
    await new Promise(setImmediate);
  }
  await file.close();
}

/** Starts a server on `port` that asks for certificates and echoes; it speaks first. */
function echoing(port?: number): Promise<WssServer> {
  return servers.wss({
    tls: serving,
    ...(port === undefined ? {} : { port }),
    onConnection: (connection) => {
      const send = (data: string | Uint8Array): void => {
        // It ends when the server does.
        connection.send(data, { isBinary: false }).catch(() => undefined);
      };
      connection.onMessage(send);
      send('ping');
    },
  });
}

/** A socket that echoes as well, so that messages flow both ways as fast as they can. */
function flowing(url: string, tls: PerAttempt<TlsOptions>): SocketSubject<string, string> {
  const socket = webSocket({ url, tls, codec: text(), reconnect: soon });
  subscription = socket.subscribe((message) => {
    socket.next(message);
  });
  return socket;
}

/** Waits until `count` more messages have come in on `connection`. */
async function flowsOn(connection: WssConnection, count: number = ROUNDS): Promise<void> {
  const before = connection.messages.length;
  await until(`${count} more messages`, () => connection.messages.length >= before + count);
}

const serialOf = ({ request }: WssConnection): string | undefined => request.client?.serialNumber;

/** Every ending that the socket went through, in order. */
const endingsIn = (states: readonly SocketState[]): readonly Ending[] =>
  states.flatMap((state) =>
    state._tag === 'Waiting' || state._tag === 'Closed' ? [state.ending] : [],
  );

/** Makes sure that every ending is the server's being down, and none is of our making. */
function expectServerDown(endings: readonly Ending[]): void {
  for (const ending of endings) {
    expect(brief(ending)).toMatchObject({
      _tag: 'NetworkFailed',
      by: 'network',
      kind: expect.stringMatching(/^(refused|reset|ended)$/) as unknown,
    });
  }
}

/** A new connection at `server`, once messages flow on it, and the certificate it came with. */
async function arrival(
  server: WssServer,
): Promise<{ readonly connection: WssConnection; readonly serial: string | undefined }> {
  const connection = await server.nextConnection();
  await flowsOn(connection);
  return { connection, serial: serialOf(connection) };
}

describe('rotation under load', () => {
  it('should show each new certificate, and the last good one in between', async () => {
    const first = await issue();
    let server = await echoing();
    const { url, port } = server;
    const socket = flowing(url, filesWith(first));
    const states = statesOf(socket);
    const seen: (string | undefined)[] = [];
    const restart = async (): Promise<void> => {
      await server.close();
      server = await echoing(port);
    };

    let { connection, serial } = await arrival(server);
    seen.push(serial);
    const expected = [first.serialNumber];
    for (let each = 1; each <= ROTATIONS; each += 1) {
      const next = await issue();
      // The certificate is there, but only half of it, or not its key: whichever comes first.
      const half = each % 2 === 0 ? next.chain : next.chain.slice(0, 300);
      await writeSlowly('me.pem', half);
      await flowsOn(connection);
      await restart();
      ({ connection, serial } = await arrival(server));
      seen.push(serial);
      expected.push(expected.at(-1) ?? '');
      const kept = await inState(socket, 'Open');
      expect(kept.tls?.problem?.option).toBe(each % 2 === 0 ? 'tls.key' : 'tls.cert');
      expect(notices).toHaveLength(each);
      expect(notices.at(-1)).toMatchObject({ _tag: 'CredentialsKept', problem: kept.tls?.problem });

      await writeSlowly('me.pem', next.chain);
      await writeSlowly('me.key', next.key);
      await flowsOn(connection);
      await restart();
      ({ connection, serial } = await arrival(server));
      seen.push(serial);
      expected.push(next.serialNumber);
      expect((await inState(socket, 'Open')).tls).not.toHaveProperty('problem');
    }

    expect(seen).toEqual(expected);
    expect(new Set(seen).size).toBe(ROTATIONS + 1);
    const endings = endingsIn(states);
    expect(endings.length).toBeGreaterThanOrEqual(2 * ROTATIONS);
    expectServerDown(endings);
    expect(notices).toHaveLength(ROTATIONS);
  });

  it('should fail no attempt over files that are written while it reads them', async () => {
    const first = await issue();
    let server = await echoing();
    const { url, port } = server;
    const socket = flowing(url, filesWith(first));
    const states = statesOf(socket);
    const seen = [(await arrival(server)).serial];
    const expected = [first.serialNumber];

    /** Waits until `count` more attempts have begun. */
    const attempts = async (count: number): Promise<void> => {
      const begun = (): number => states.filter(({ _tag }) => _tag === 'Connecting').length;
      const before = begun();
      await until(`${count} attempts`, () => begun() >= before + count);
    };

    for (let each = 1; each <= ROTATIONS; each += 1) {
      const next = await issue();
      await server.close();
      await attempts(2);
      // Attempt after attempt reads them meanwhile.
      await writeSlowly('me.pem', next.chain);
      await attempts(2);
      await writeSlowly('me.key', next.key);
      // The one under way may have read the old ones.
      await attempts(2);
      server = await echoing(port);
      seen.push((await arrival(server)).serial);
      expected.push(next.serialNumber);
      expect((await inState(socket, 'Open')).tls).not.toHaveProperty('problem');
    }

    expect(seen).toEqual(expected);
    expectServerDown(endingsIn(states));
  });

  it('should ask a function for the credentials of every attempt', async () => {
    let server = await echoing();
    const { url, port } = server;
    const calls: { readonly attempt: number; readonly signal: AbortSignal }[] = [];
    const issued: string[] = [];
    const socket = flowing(url, async (attempt: number, signal: AbortSignal) => {
      calls.push({ attempt, signal });
      const { chain, key, serialNumber } = await issue();
      issued.push(serialNumber);
      return { ca: ca.certificate, cert: chain, key };
    });
    const states = statesOf(socket);
    const seen = [(await arrival(server)).serial];
    for (let each = 1; each <= ROTATIONS; each += 1) {
      await server.close();
      const before = calls.length;
      await until('an attempt without a server', () => calls.length > before + 1);
      server = await echoing(port);
      seen.push((await arrival(server)).serial);
    }

    expect(new Set(seen).size).toBe(ROTATIONS + 1);
    // Each connection shows what was issued for it, later than for the one before.
    const order = seen.map((serial) => issued.indexOf(serial ?? ''));
    expect(order).not.toContain(-1);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    const begun = states.flatMap((state) => (state._tag === 'Connecting' ? [state.attempt] : []));
    expect(calls.map(({ attempt }) => attempt)).toEqual(begun);
    expect(calls.slice(0, -1).every(({ signal }) => signal.aborted)).toBe(true);
    expect(calls.at(-1)?.signal.aborted).toBe(false);
    expectServerDown(endingsIn(states));
  });
});
