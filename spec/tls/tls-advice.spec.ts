import { describe, expect, it } from 'vitest';
import { adviceFor, pinAdvice } from '../../src/tls/tls-advice.js';

describe('adviceFor', () => {
  it.each([
    ['CERT_HAS_EXPIRED', /has expired: renew it/],
    ['CERT_NOT_YET_VALID', /check both clocks/],
    ['ERR_TLS_CERT_ALTNAME_INVALID', /set tls\.servername/],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', /self-signed.*tls\.ca/],
    ['SELF_SIGNED_CERT_IN_CHAIN', /root that is not trusted.*tls\.ca/],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', /does not lead to a trust anchor.*tls\.ca/],
    ['UNABLE_TO_GET_ISSUER_CERT', /stops at an intermediate/],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', /sent no intermediate/],
    ['CERT_SIGNATURE_FAILURE', /damaged or forged/],
    ['CERT_REVOKED', /has been revoked/],
    ['UNABLE_TO_GET_CRL', /missing from tls\.crl/],
    ['CRL_HAS_EXPIRED', /tls\.crl is out of date/],
    ['CRL_NOT_YET_VALID', /tls\.crl is not valid yet/],
    ['ERR_TLS_DH_PARAM_SIZE', /see tls\.minDHSize/],
    ['CERT_UNTRUSTED', /not meant for TLS servers/],
    ['INVALID_PURPOSE', /usage extensions/],
    ['PATH_LENGTH_EXCEEDED', /longer than/],
    ['UNSPECIFIED', /weak signature or key, or a name constraint/],
    ['NO_CERTIFICATE', /showed no certificate/],
    ['VERIFIER_REFUSED', /given as tls\.verify refuses it/],
    ['VERIFIER_FAILED', /must give an Either/],
    ['ERR_SSL_NO_PROTOCOLS_AVAILABLE', /tls\.minVersion/],
  ])('should say for the code %s what to do', (code, expected) => {
    expect(adviceFor(code)).toMatch(expected);
  });

  it.each([
    [267, /does not speak TLS on this port/],
    [123, /does not have the key/],
    [152, /larger than OpenSSL takes/],
    [248, /cipher that was not offered/],
    [258, /tls\.minVersion and tls\.maxVersion/],
    [261, /cipher that was not offered/],
    [338, /secure renegotiation/],
    [373, /strips TLS 1\.3/],
    [394, /see tls\.minDHSize/],
    [1010, /did not expect/],
    [1020, /damages what is sent/],
    [1047, /illegal value/],
    [1050, /could not read the handshake/],
    [1080, /failed within/],
    [1086, /strips TLS versions/],
    [1110, /does not know an extension/],
    [1040, /wants a client certificate: set tls\.cert and tls\.key/],
    [1042, /could not read the client certificate/],
    [1043, /this kind of client certificate/],
    [1044, /revoked/],
    [1045, /client certificate has expired/],
    [1046, /refuses the client certificate/],
    [1048, /does not know who issued the client certificate/],
    [1049, /denies access/],
    [1051, /signature made with tls\.key/],
    [1070, /tls\.minVersion/],
    [1071, /stronger security/],
    [1112, /does not serve this name/],
    [1116, /wants a client certificate/],
    [1120, /does not speak HTTP\/1\.1/],
  ])('should say for the number %i what to do', (number, expected) => {
    expect(adviceFor('EPROTO', number)).toMatch(expected);
  });

  it('should go by the number first, and by the code when the number says nothing', () => {
    expect(adviceFor('CERT_HAS_EXPIRED', 1116)).toMatch(/wants a client certificate/);
    expect(adviceFor('CERT_HAS_EXPIRED', 999)).toMatch(/has expired/);
  });

  it('should point to the cause when it knows neither', () => {
    expect(adviceFor('EPROTO')).toBe('See cause for what OpenSSL reports');
    expect(adviceFor('EPROTO', 999)).toBe('See cause for what OpenSSL reports');
  });

  it('should leave the full stop and the line break to the message', () => {
    for (const number of [267, 1040, 1116]) expect(adviceFor('', number)).not.toMatch(/[.\n]$/);
  });
});

describe('pinAdvice', () => {
  it.each([
    [['sha256/leaf'], 'sha256/leaf'],
    [['sha256/leaf', 'sha256/root'], 'sha256/leaf sha256/root'],
  ])('should list the pins %j, ready to be copied', (pins, listed) => {
    expect(pinAdvice(pins)).toBe(
      `None of tls.pins matches; the pins of the server's chain, leaf first, are ${listed}`,
    );
  });
});
