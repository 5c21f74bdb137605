import { describe, expect, it } from 'vitest';
import { VerificationError } from '../../src/tls/verification-error.js';

describe('VerificationError', () => {
  const peer = { policyErrors: ['chain'], pins: ['sha256/leaf'] } as const;

  it('should be an Error with its reason, the checks that failed and the pins', () => {
    const error = new VerificationError('CERT_REVOKED', peer);
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: 'VerificationError',
      message: "The server's certificate was refused: CERT_REVOKED",
      reason: 'CERT_REVOKED',
      policyErrors: ['chain'],
      pins: ['sha256/leaf'],
    });
    expect(Object.hasOwn(error, 'cause')).toBe(false);
  });

  it('should have the cause that it is given', () => {
    const cause = new Error('underneath');
    expect(new VerificationError('VERIFIER_FAILED', peer, { cause }).cause).toBe(cause);
    expect(new VerificationError('VERIFIER_REFUSED', peer, { cause: 'no' }).cause).toBe('no');
  });

  it('should not show the cause in its message', () => {
    const { message } = new VerificationError('VERIFIER_REFUSED', peer, { cause: 'secret' });
    expect(message).toBe("The server's certificate was refused: VERIFIER_REFUSED");
  });
});
