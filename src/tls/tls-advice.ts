// What a user can do about a failure, by OpenSSL's or Node's code. RFC 5280 has the rules.
const BY_CODE: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: "A certificate in the server's chain has expired: renew it",
  CERT_NOT_YET_VALID: "A certificate in the server's chain is not valid yet: check both clocks",
  ERR_TLS_CERT_ALTNAME_INVALID:
    'The certificate is not for this host: dial a name that it lists, or set tls.servername to one',
  DEPTH_ZERO_SELF_SIGNED_CERT:
    'The certificate is self-signed: if it is the right one, give it as tls.ca',
  SELF_SIGNED_CERT_IN_CHAIN:
    'The chain ends in a root that is not trusted: if it is the right one, give it as tls.ca',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    'The chain does not lead to a trust anchor: give the root that issued it as tls.ca',
  UNABLE_TO_GET_ISSUER_CERT:
    'The chain stops at an intermediate: give its root as tls.ca, an intermediate is not enough',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'The server sent no intermediate, or its root is not in tls.ca: check both',
  CERT_SIGNATURE_FAILURE: 'A signature in the chain is wrong: the certificate is damaged or forged',
  CERT_REVOKED: 'The certificate has been revoked: the server needs a new one',
  UNABLE_TO_GET_CRL: 'A list is missing from tls.crl: every authority in the chain needs one',
  CRL_HAS_EXPIRED: 'A list in tls.crl is out of date: fetch it again',
  CRL_NOT_YET_VALID: 'A list in tls.crl is not valid yet: check the clock',
  ERR_TLS_DH_PARAM_SIZE: 'The Diffie-Hellman group of the server is too small: see tls.minDHSize',
  CERT_UNTRUSTED: 'The root is not meant for TLS servers: the chain needs another one',
  INVALID_PURPOSE:
    'A certificate in the chain is not meant for this use: check its usage extensions',
  PATH_LENGTH_EXCEEDED: 'The chain is longer than one of its certificates allows',
  UNSPECIFIED: 'The chain breaks a rule of OpenSSL: a weak signature or key, or a name constraint',
  NO_CERTIFICATE: 'The server showed no certificate',
  VERIFIER_REFUSED: 'The function given as tls.verify refuses it: see cause',
  VERIFIER_FAILED: 'A verifier must give an Either: one threw, rejected, or gave something else',
  ERR_SSL_NO_PROTOCOLS_AVAILABLE: 'No TLS version is left: check tls.minVersion',
};

// By OpenSSL's reason number (sslerr.h); from 1000 on the server's alerts (RFC 8446 section 6).
const BY_NUMBER: Readonly<Record<number, string>> = {
  123: 'The server does not have the key of its certificate: somebody may be in between',
  152: "The server's certificates are larger than OpenSSL takes",
  248: 'The server chose a cipher that was not offered: it breaks the protocol',
  258: 'The server chose a TLS version that is not allowed here: check tls.minVersion and tls.maxVersion',
  261: 'The server chose a cipher that was not offered: it breaks the protocol',
  338: 'The server does not know secure renegotiation (RFC 5746): it is out of date',
  373: 'Somebody in between, or the server, strips TLS 1.3 from the handshake',
  394: 'The Diffie-Hellman group of the server is too small: see tls.minDHSize',
  267: 'The server does not speak TLS on this port: check the port, or use ws://',
  1010: 'The server did not expect what we sent: the port may speak another protocol',
  1020: 'The line damages what is sent: something in between changes it',
  1040: 'The server found no cipher or certificate in common, or wants a client certificate: set tls.cert and tls.key',
  1042: 'The server could not read the client certificate: check tls.cert',
  1043: 'The server does not take this kind of client certificate: check tls.cert',
  1044: 'The server says that the client certificate is revoked: it needs a new one',
  1045: 'The server says that the client certificate has expired: renew it',
  1046: 'The server refuses the client certificate: check tls.cert',
  1047: 'The server found an illegal value in the handshake: it may be out of date',
  1048: 'The server does not know who issued the client certificate: check tls.cert and its intermediates',
  1049: 'The server denies access to this client certificate',
  1050: 'The server could not read the handshake: it may be out of date',
  1051: 'The server could not verify the signature made with tls.key',
  1070: 'The server does not speak a TLS version that is allowed here: check tls.minVersion',
  1071: 'The server demands stronger security than was offered',
  1080: 'The server failed within: try later, or look at its logs',
  1086: 'Something strips TLS versions from the handshake: check what is in between',
  1110: 'The server does not know an extension of the handshake: it may be out of date',
  1112: 'The server does not serve this name: check the host, or set tls.servername',
  1116: 'The server wants a client certificate: set tls.cert and tls.key',
  1120: 'The server does not speak HTTP/1.1 here',
};

const OTHERWISE = 'See cause for what OpenSSL reports';

/** Gives one sentence on a chain that matches no pin, with the pins that it has. */
export function pinAdvice(pins: readonly string[]): string {
  return `None of tls.pins matches; the pins of the server's chain, leaf first, are ${pins.join(' ')}`;
}

/** Gives one sentence on what to do about a failure, without its full stop. */
export function adviceFor(code: string, number?: number): string {
  return (number === undefined ? undefined : BY_NUMBER[number]) ?? BY_CODE[code] ?? OTHERWISE;
}
