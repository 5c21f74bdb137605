import type { Either } from 'fp-ts/lib/Either.js';

import type { Peer } from './peer.js';
import { VerificationError } from './verification-error.js';

/**
 * Decides about a server: a right accepts it, a left refuses it and tells why. Anything else refuses
 * it too: no result, `true`, a throw, a promise that rejects or that outlasts the attempt.
 */
export type Verifier = (
  peer: Peer,
) => Either<unknown, unknown> | PromiseLike<Either<unknown, unknown>>;

/** What a server must pass. */
export interface PeerRules {
  readonly pins: readonly string[] | undefined;
  readonly verify: Verifier | undefined;
  readonly dangerouslyAcceptCertificate: Verifier | undefined;
}

/** Which rule accepted a server, the last one that was asked. */
export type AcceptedBy = 'chain' | 'pins' | 'verify' | 'dangerouslyAcceptCertificate';

/**
 * Decides whether to talk to `peer`: the checks of chain and name, then the pins, then the verifier.
 *
 * @remarks
 * Each can only narrow what the one before accepts. `dangerouslyAcceptCertificate` alone is asked
 * about a server that the checks refuse; pins and verifier still hold for one that it accepts.
 *
 * @returns The rule that accepted it.
 * @throws VerificationError when one of them does not.
 */
export async function verifyPeer(peer: Peer, rules: PeerRules): Promise<AcceptedBy> {
  let acceptedBy: AcceptedBy = 'chain';
  const [code] = peer.codes;
  if (code !== undefined) {
    const { dangerouslyAcceptCertificate } = rules;
    if (dangerouslyAcceptCertificate === undefined) throw new VerificationError(code, peer);
    await ask(dangerouslyAcceptCertificate, peer);
    acceptedBy = 'dangerouslyAcceptCertificate';
  }
  if (rules.pins !== undefined) {
    if (!matches(peer, rules.pins)) throw new VerificationError('PIN_MISMATCH', peer);
    if (code === undefined) acceptedBy = 'pins';
  }
  if (rules.verify !== undefined) {
    await ask(rules.verify, peer);
    if (code === undefined) acceptedBy = 'verify';
  }
  return acceptedBy;
}

/**
 * Anybody can append the certificate of another's authority to a chain that is not checked: then only
 * the leaf counts, whose key the handshake has proven.
 */
function matches({ pins, policyErrors }: Peer, wanted: readonly string[]): boolean {
  const proven = policyErrors.includes('chain') ? pins.slice(0, 1) : pins;
  return proven.some((pin) => wanted.includes(pin));
}

async function ask(verifier: Verifier, peer: Peer): Promise<void> {
  const { reason, cause } = await judge(verifier, peer);
  if (reason !== 'ACCEPTED') throw new VerificationError(reason, peer, { cause });
}

interface Judgement {
  readonly reason: 'ACCEPTED' | 'VERIFIER_REFUSED' | 'VERIFIER_FAILED';
  readonly cause?: unknown;
}

/** Reads what a verifier gives, which may be anything, and may fail when it is looked at. */
async function judge(verifier: Verifier, peer: Peer): Promise<Judgement> {
  try {
    const verdict: unknown = await verifier(peer);
    if (typeof verdict === 'object' && verdict !== null && '_tag' in verdict) {
      const { _tag: tag } = verdict;
      if (tag === 'Right') return { reason: 'ACCEPTED' };
      if (tag === 'Left') {
        return { reason: 'VERIFIER_REFUSED', cause: 'left' in verdict ? verdict.left : undefined };
      }
    }
    return { reason: 'VERIFIER_FAILED' };
  } catch (cause) {
    return { reason: 'VERIFIER_FAILED', cause };
  }
}
