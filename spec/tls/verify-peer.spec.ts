import * as E from 'fp-ts/lib/Either.js';
import * as O from 'fp-ts/lib/Option.js';
import { describe, expect, it, vi } from 'vitest';
import type { Peer } from '../../src/tls/peer.js';
import { VerificationError } from '../../src/tls/verification-error.js';
import { verifyPeer } from '../../src/tls/verify-peer.js';
import type { PeerRules, Verifier } from '../../src/tls/verify-peer.js';
import { peerWith } from './peers.js';

const rulesWith = (rules: Partial<PeerRules> = {}): PeerRules => ({
  pins: undefined,
  verify: undefined,
  dangerouslyAcceptCertificate: undefined,
  ...rules,
});

const accept: Verifier = () => E.right(undefined);
const refuse: Verifier = () => E.left('no');

const GOOD = peerWith();
const EXPIRED = peerWith({ policyErrors: ['chain'], codes: ['CERT_HAS_EXPIRED'] });
const OTHER_NAME = peerWith({
  policyErrors: ['name-mismatch'],
  codes: ['ERR_TLS_CERT_ALTNAME_INVALID'],
});

/** What the verification of `peer` under `rules` refuses. */
async function refusal(peer: Peer, rules: Partial<PeerRules> = {}): Promise<VerificationError> {
  const outcome: unknown = await verifyPeer(peer, rulesWith(rules)).catch(
    (error: unknown) => error,
  );
  if (outcome instanceof VerificationError) return outcome;
  throw new Error('the server was not refused', { cause: outcome });
}

describe('verifyPeer', () => {
  it('should accept a server that passes the checks, by its chain', async () => {
    await expect(verifyPeer(GOOD, rulesWith())).resolves.toBe('chain');
  });

  it('should refuse one that does not, for the first code', async () => {
    const peer = peerWith({
      policyErrors: ['chain', 'name-mismatch'],
      codes: ['CERT_HAS_EXPIRED', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    });
    expect(await refusal(peer)).toMatchObject({
      reason: 'CERT_HAS_EXPIRED',
      policyErrors: ['chain', 'name-mismatch'],
      pins: ['sha256/leaf', 'sha256/root'],
    });
  });

  it.each<[string, Partial<PeerRules>, string]>([
    ['one of its pins', { pins: ['sha256/leaf'] }, 'pins'],
    ['the pin of its root', { pins: ['sha256/root'] }, 'pins'],
    ['a backup pin', { pins: ['sha256/other', 'sha256/leaf'] }, 'pins'],
    ['the verifier', { verify: accept }, 'verify'],
    ['the verifier, after the pins', { pins: ['sha256/leaf'], verify: accept }, 'verify'],
    ['its chain, with nothing to override', { dangerouslyAcceptCertificate: accept }, 'chain'],
  ])('should tell the rule that was asked last: %s', async (_name, rules, expected) => {
    await expect(verifyPeer(GOOD, rulesWith(rules))).resolves.toBe(expected);
  });

  it.each<[string, Partial<PeerRules>]>([
    ['alone', {}],
    ['before the pins', { pins: ['sha256/leaf'] }],
    ['before the pins and the verifier', { pins: ['sha256/leaf'], verify: accept }],
  ])('should tell who overrode the checks, %s', async (_name, rules) => {
    const all = rulesWith({ ...rules, dangerouslyAcceptCertificate: accept });
    for (const peer of [EXPIRED, OTHER_NAME]) {
      await expect(verifyPeer(peer, all)).resolves.toBe('dangerouslyAcceptCertificate');
    }
  });

  it('should never ask the override about a server that passes the checks', async () => {
    const dangerouslyAcceptCertificate = vi.fn(refuse);
    await verifyPeer(GOOD, rulesWith({ dangerouslyAcceptCertificate }));
    expect(dangerouslyAcceptCertificate).not.toHaveBeenCalled();
  });

  it('should never ask pins and verifier about one that fails them', async () => {
    const verify = vi.fn(accept);
    expect(await refusal(EXPIRED, { pins: ['sha256/leaf'], verify })).toMatchObject({
      reason: 'CERT_HAS_EXPIRED',
    });
    expect(verify).not.toHaveBeenCalled();
  });

  it('should ask the override, then the verifier, once each, with what is known', async () => {
    const order: string[] = [];
    const dangerouslyAcceptCertificate = vi.fn((peer: Peer) => {
      order.push('override');
      return accept(peer);
    });
    const verify = vi.fn((peer: Peer) => {
      order.push('verify');
      return accept(peer);
    });
    await verifyPeer(EXPIRED, rulesWith({ dangerouslyAcceptCertificate, verify }));
    expect(order).toEqual(['override', 'verify']);
    expect(dangerouslyAcceptCertificate).toHaveBeenCalledExactlyOnceWith(EXPIRED);
    expect(verify).toHaveBeenCalledExactlyOnceWith(EXPIRED);
  });

  it('should hold a server that was accepted all the same to pins and verifier', async () => {
    const dangerouslyAcceptCertificate = accept;
    const verify = vi.fn(refuse);
    const pinned = { dangerouslyAcceptCertificate, verify, pins: ['sha256/other'] };
    expect(await refusal(EXPIRED, pinned)).toMatchObject({ reason: 'PIN_MISMATCH' });
    expect(verify).not.toHaveBeenCalled();
    expect(await refusal(EXPIRED, { dangerouslyAcceptCertificate, verify })).toMatchObject({
      reason: 'VERIFIER_REFUSED',
    });
  });

  it('should not let a verifier save a server that no pin matches', async () => {
    const verify = vi.fn(accept);
    expect(await refusal(GOOD, { pins: ['sha256/other'], verify })).toMatchObject({
      reason: 'PIN_MISMATCH',
      policyErrors: [],
      pins: ['sha256/leaf', 'sha256/root'],
    });
    expect(verify).not.toHaveBeenCalled();
  });

  it('should match the leaf alone where the chain is not proven', async () => {
    const dangerouslyAcceptCertificate = accept;
    const ofRoot = { dangerouslyAcceptCertificate, pins: ['sha256/root'] };
    expect(await refusal(EXPIRED, ofRoot)).toMatchObject({ reason: 'PIN_MISMATCH' });
    // A wrong name leaves the chain proven.
    await expect(verifyPeer(OTHER_NAME, rulesWith(ofRoot))).resolves.toBeDefined();
    const ofLeaf = { dangerouslyAcceptCertificate, pins: ['sha256/leaf'] };
    await expect(verifyPeer(EXPIRED, rulesWith(ofLeaf))).resolves.toBeDefined();
  });

  it('should match nothing where there is no certificate', async () => {
    const peer = peerWith({ policyErrors: ['not-available'], codes: ['NO_CERTIFICATE'], pins: [] });
    const rules = { dangerouslyAcceptCertificate: accept, pins: ['sha256/leaf'] };
    expect(await refusal(peer, rules)).toMatchObject({ reason: 'PIN_MISMATCH', pins: [] });
  });

  describe.each(['verify', 'dangerouslyAcceptCertificate'] as const)('%s', (rule) => {
    const peer = rule === 'verify' ? GOOD : EXPIRED;
    const answering = (answer: () => unknown): Partial<PeerRules> => ({
      [rule]: answer as Verifier,
    });
    const failure = new Error('broken');

    it.each<[string, () => unknown]>([
      ['a right', () => E.right(undefined)],
      ['a right with a value', () => E.right(false)],
      ['a promise of a right', () => Promise.resolve(E.right(true))],
      ['a thenable of a right', () => ({ then: (done: (v: unknown) => void) => done(E.right(1)) })],
    ])('should accept for %s', async (_name, answer) => {
      await expect(verifyPeer(peer, rulesWith(answering(answer)))).resolves.toBe(rule);
    });

    it.each<[string, () => unknown, unknown]>([
      ['a left', () => E.left('no'), 'no'],
      ['a left with an error', () => E.left(failure), failure],
      ['a left with nothing', () => E.left(undefined), undefined],
      ['a promise of a left', () => Promise.resolve(E.left('no')), 'no'],
      ['a left without a value', () => ({ _tag: 'Left' }), undefined],
    ])('should refuse for %s, and tell why', async (_name, answer, cause) => {
      const error = await refusal(peer, answering(answer));
      expect(error).toMatchObject({ reason: 'VERIFIER_REFUSED', pins: peer.pins });
      expect(error.cause).toBe(cause);
    });

    it.each<[string, () => unknown]>([
      ['undefined', () => undefined],
      ['null', () => null],
      ['true', () => true],
      ['1', () => 1],
      ['a string', () => 'Right'],
      ['an empty object', () => ({})],
      ['an array', () => [E.right(undefined)]],
      ['a function', () => () => E.right(undefined)],
      ['a promise of true', () => Promise.resolve(true)],
      ['a promise of nothing', () => Promise.resolve()],
      ['an Option', () => O.some(true)],
      ['another tag', () => ({ _tag: 'Accept' })],
      ['a tag that is no text', () => ({ _tag: true })],
    ])('should refuse for %s, which is no Either', async (_name, answer) => {
      const error = await refusal(peer, answering(answer));
      expect(error).toMatchObject({ reason: 'VERIFIER_FAILED', policyErrors: peer.policyErrors });
    });

    it.each<[string, () => unknown]>([
      [
        'a throw',
        () => {
          throw failure;
        },
      ],
      ['a rejection', () => Promise.reject(failure)],
      [
        'a thenable that fails',
        () => ({ then: (_done: unknown, fail: (e: unknown) => void) => fail(failure) }),
      ],
      [
        'a thenable that throws',
        () => ({
          then: () => {
            throw failure;
          },
        }),
      ],
    ])('should refuse for %s, with the error as the cause', async (_name, answer) => {
      expect(await refusal(peer, answering(answer))).toMatchObject({
        reason: 'VERIFIER_FAILED',
        cause: failure,
      });
    });

    it('should refuse for a verdict that cannot be read', async () => {
      const verdict = {
        get _tag(): never {
          throw failure;
        },
      };
      expect(
        await refusal(
          peer,
          answering(() => verdict),
        ),
      ).toMatchObject({
        reason: 'VERIFIER_FAILED',
        cause: failure,
      });
    });

    it('should wait for a promise that takes its time', async () => {
      let decide: (verdict: E.Either<unknown, unknown>) => void = () => undefined;
      const verdict = new Promise<E.Either<unknown, unknown>>((resolve) => {
        decide = resolve;
      });
      const settled = vi.fn();
      const verification = verifyPeer(peer, rulesWith(answering(() => verdict))).then(settled);
      await new Promise(setImmediate);
      expect(settled).not.toHaveBeenCalled();
      decide(E.right(undefined));
      await verification;
      expect(settled).toHaveBeenCalledExactlyOnceWith(rule);
    });
  });
});
