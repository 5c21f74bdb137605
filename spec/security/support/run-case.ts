import { TLSSocket } from 'node:tls';

import { text, webSocket } from '../../../src/index.js';
import type { SocketSubject } from '../../../src/index.js';
import { acceptUpgrade, closePayload, frame, readRequestHead } from '../../../src/testing/index.js';
import type { RawConnection, RawServer } from '../../../src/testing/index.js';
import { frameFrom } from '../../integration/support/peer.js';
import type { Servers } from '../../integration/support/servers.js';
import { until, within } from '../../integration/support/until.js';
import { stateOf, statesOf, watch } from '../../integration/support/watch.js';
import { codeOf, resultOf } from '../cases/result.js';
import type { Result } from '../cases/result.js';
import type { ClientRecipe, Scene } from '../cases/security-case.js';
import type { Pki } from './pki.js';
import { payloadLength } from './tls-records.js';

/** What came of a case. */
export interface Run {
  /** What came of each dial. */
  readonly results: readonly Result[];
  /** The code of the last ending. */
  readonly code: string;
  /** How often each dial ended. */
  readonly endings: readonly number[];
  /** The bytes of a request that the server saw after the last dial. */
  readonly requestBytes: number;
  /** The TCP connections that the server saw. */
  readonly connections: number;
  /** Whether any of them resumed a session. */
  readonly isResumed: boolean;
}

/** Starts the server of `scene`, and dials it as often as `dials` says. */
export async function runCase(
  { server: recipe, client = {} }: Scene,
  pki: Pki,
  servers: Servers,
  dials: number,
): Promise<Run> {
  const { script = serve, ...options } = recipe;
  const server = await servers.raw(script, options);
  const socket = dialler(client, pki, server.port);
  const results: Result[] = [];
  const endings: number[] = [];
  let code = '';
  let heard = 0;
  for (let dial = 0; dial < dials; dial += 1) {
    heard = requestBytes(server, 'tls' in recipe);
    const { result, ended, ...more } = await dialOnce(socket);
    results.push(result);
    code = more.code;
    endings.push(ended);
  }
  await allGone(server, results);
  const run = {
    results,
    code,
    endings,
    requestBytes: requestBytes(server, 'tls' in recipe) - heard,
    connections: server.connections.length + server.handshakeErrors.length,
    isResumed: server.connections.some(isResumed),
  };
  await server.close();
  return run;
}

function dialler(
  { host = 'localhost', perAttempt = false, connectTimeout = 3_000, tls = {} }: ClientRecipe,
  { root }: Pki,
  port: number,
): SocketSubject<string, string> {
  const options = { ca: root.certificate, ...tls };
  return webSocket({
    url: `wss://${host}:${port}/v1`,
    headers: { authorization: 'Bearer secret' },
    tls: perAttempt ? () => options : options,
    codec: text(),
    connectTimeout,
    lookup: (_hostname, _options, callback) => {
      callback(null, [{ address: '127.0.0.1', family: 4 }]);
    },
  });
}

async function dialOnce(
  socket: SocketSubject<string, string>,
): Promise<{ readonly result: Result; readonly code: string; readonly ended: number }> {
  const states = statesOf(socket);
  const seen = watch(socket);
  const state = await until('an outcome', () => {
    const last = states.length > 1 && states.at(-1);
    return last && (last._tag === 'Open' || last._tag === 'Closed') && last;
  });
  seen.subscription.unsubscribe();
  await until('the close', () => stateOf(socket)._tag === 'Closed');
  // The first state is the one before the dial.
  const ended = states.slice(1).filter(({ _tag }) => _tag === 'Closed').length;
  if (state._tag === 'Closed')
    return { result: resultOf(state.ending), code: codeOf(state.ending), ended };
  const { protocol = '', acceptedBy = '', dangerous = false } = state.tls ?? {};
  const result = { _tag: 'Open', protocol, acceptedBy, ...(dangerous ? { dangerous } : {}) };
  return { result, code: '', ended };
}

/** Waits until the server has seen the end of each connection. */
async function allGone(server: RawServer, results: readonly Result[]): Promise<void> {
  const dialled = results.filter(({ _tag }) => _tag !== 'OptionsInvalid').length;
  await until(
    'the server to see every connection',
    () => server.connections.length + server.handshakeErrors.length >= dialled,
  );
  await within('the end', Promise.all(server.connections.map(({ closed }) => closed)));
}

function requestBytes(server: RawServer, isTls: boolean): number {
  return isTls
    ? server.bytesReceived
    : server.connections.reduce((sum, { received }) => sum + payloadLength(received), 0);
}

function isResumed({ socket }: RawConnection): boolean {
  return socket instanceof TLSSocket && socket.isSessionReused();
}

/** Accepts the opening handshake, and answers the close. */
async function serve(connection: RawConnection): Promise<void> {
  const { socket } = connection;
  acceptUpgrade(socket, await readRequestHead(socket));
  await frameFrom(connection, 8);
  socket.end(frame({ opcode: 8, payload: closePayload(1000) }));
}
