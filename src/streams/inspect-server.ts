import type { X509Certificate } from 'node:crypto';

import * as E from 'fp-ts/lib/Either.js';

import { OptionTypeError } from '../errors/option-error.js';
import { dial } from '../tls/dial.js';
import type { DialPhase } from '../tls/dial.js';
import type { Peer } from '../tls/peer.js';
import type { SecureLineOptions } from '../tls/secure-line.js';
import { adviceFor } from '../tls/tls-advice.js';
import { toTlsFailure } from '../tls/tls-failure.js';
import { verifyPeer } from '../tls/verify-peer.js';
import { classifyError } from './classify-error.js';
import type { Phase } from './ending.js';
import { gatherRequest } from './gather-request.js';
import { checkOptions } from './settings.js';
import { toSocketError } from './socket-error.js';
import type { SocketOptions } from './socket-options.js';

/** What {@link inspectServer} is given: the options of a socket that matter for TLS. */
export type InspectOptions = Pick<
  SocketOptions<unknown, unknown>,
  'url' | 'tls' | 'proxy' | 'connectTimeout' | 'lookup'
>;

/** One check of a server, and what came of it. */
export interface PeerCheck {
  /** What was checked. */
  readonly check: 'certificate' | 'chain' | 'name' | 'pins' | 'verify';
  /** Whether it passed. */
  readonly passed: boolean;
  /** OpenSSL's or Node's code, where it did not. */
  readonly reason?: string;
  /** What to do about it. */
  readonly advice?: string;
}

/** What {@link inspectServer} found. */
export interface ServerReport {
  /** The host and port that were dialled. */
  readonly target: string;
  /** The name that the certificate must be for. */
  readonly servername: string;
  /** The TLS version, e.g. `TLSv1.3`. */
  readonly protocol: string;
  /** The cipher suite's name in the TLS standard. */
  readonly cipher: string;
  /** The leaf first, up to the trust anchor; it stops early where an issuer is not known. */
  readonly chain: readonly X509Certificate[];
  /** The pins of the chain, in its order, ready for `tls.pins`. */
  readonly pins: readonly string[];
  /** Every check that applies, in the order in which a socket makes them. */
  readonly checks: readonly PeerCheck[];
}

/**
 * Dials a server, makes the TLS handshake, and reports on its certificate without refusing it. Not a
 * byte of a request is sent.
 *
 * @param options - Where to dial and what to check: the options of a socket.
 * @returns The report. The promise rejects with a SocketError when there is no handshake to report
 * on.
 * @throws OptionTypeError or OptionRangeError for a wrong option, and when the URL is not `wss:`.
 *
 * @example
 * ```ts
 * import { inspectServer } from 'rx-wss';
 *
 * const { pins, checks } = await inspectServer({ url: 'wss://feed.example.com' });
 * console.log(pins[0], checks.filter(({ passed }) => !passed));
 * ```
 */
export async function inspectServer(options: InspectOptions): Promise<ServerReport> {
  const settings = checkOptions<unknown, unknown>(options);
  const { connectTimeout, lookup } = settings;
  let phase: Phase = 'options';
  let target: string | undefined;
  let proxyTarget: string | undefined;
  const controller = new AbortController();
  const { signal } = controller;
  const timer =
    connectTimeout === Infinity
      ? undefined
      : setTimeout(() => {
          controller.abort();
        }, connectTimeout);
  try {
    const request = await untilAborted(signal, gatherRequest(settings, 1, signal));
    const { url, tls, proxy } = request;
    if (tls === undefined) throw new OptionTypeError('url', 'must have the scheme wss:');
    target = url.target;
    proxyTarget = proxy?.target;
    const { host, port } = url;
    const onPhase = (reached: DialPhase): void => {
      phase = reached;
    };
    // The verifier is called before the dial resolves.
    const { seen, ...lookOnly } = looking(tls);
    const where = { host, port, target, attempt: 1, proxy, lookup, signal, onPhase };
    const { socket } = await dial({ ...where, tls: lookOnly });
    socket.destroy();
    return await untilAborted(signal, report(target, await seen, tls));
  } catch (error) {
    const progress = { phase, uptime: 0, ...(target === undefined ? {} : { target }) };
    throw toSocketError(
      signal.aborted
        ? {
            _tag: 'TimedOut',
            by: 'policy',
            option: 'connectTimeout',
            limit: connectTimeout,
            ...progress,
          }
        : classifyError(error, { target: undefined, proxy: proxyTarget, ...progress }),
    );
  } finally {
    clearTimeout(timer);
  }
}

/** What is given as functions may take its time, but no longer than the rest. */
function untilAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    work
      .finally(() => {
        signal.removeEventListener('abort', onAbort);
      })
      .then(resolve, reject);
  });
}

/** The same options, but for a look: every server is accepted, and seen. */
function looking(tls: SecureLineOptions): SecureLineOptions & { readonly seen: Promise<Peer> } {
  let see: (peer: Peer) => void;
  const seen = new Promise<Peer>((resolve) => {
    see = resolve;
  });
  const accept = (peer: Peer): E.Either<never, undefined> => {
    see(peer);
    return E.right(undefined);
  };
  return { ...tls, pins: undefined, verify: accept, dangerouslyAcceptCertificate: accept, seen };
}

async function report(target: string, peer: Peer, rules: SecureLineOptions): Promise<ServerReport> {
  const { servername, protocol, cipher, chain, pins } = peer;
  return { target, servername, protocol, cipher, chain, pins, checks: await check(peer, rules) };
}

async function check(peer: Peer, rules: SecureLineOptions): Promise<readonly PeerCheck[]> {
  const { policyErrors, codes } = peer;
  if (policyErrors.includes('not-available')) return [failed('certificate', codes[0])];
  const checks = [
    policyErrors.includes('chain') ? failed('chain', codes[0]) : passed('chain'),
    policyErrors.includes('name-mismatch') ? failed('name', codes.at(-1)) : passed('name'),
  ];
  const none = { pins: undefined, verify: undefined, dangerouslyAcceptCertificate: undefined };
  const accepted = { ...peer, codes: [] };
  if (rules.pins !== undefined) {
    checks.push(await tried('pins', verifyPeer(accepted, { ...none, pins: rules.pins })));
  }
  // The verifier only ever sees a server that passed everything else.
  if (rules.verify !== undefined && checks.every((each) => each.passed)) {
    checks.push(await tried('verify', verifyPeer(accepted, { ...none, verify: rules.verify })));
  }
  return checks;
}

function passed(check: PeerCheck['check']): PeerCheck {
  return { check, passed: true };
}

function failed(check: PeerCheck['check'], reason = 'UNSPECIFIED'): PeerCheck {
  return { check, passed: false, reason, advice: adviceFor(reason) };
}

async function tried(check: PeerCheck['check'], verdict: Promise<unknown>): Promise<PeerCheck> {
  try {
    await verdict;
    return passed(check);
  } catch (error) {
    const { reason, advice } = toTlsFailure(error) ?? { reason: String(error), advice: '' };
    return { check, passed: false, reason, advice };
  }
}
