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
  CERT_UNTRUSTED: 'The root is not meant for TLS servers: the chain needs another one',
  INVALID_PURPOSE:
    'A certificate in the chain is not meant for this use: check its usage extensions',
  PATH_LENGTH_EXCEEDED: 'The chain is longer than one of its certificates allows',
  UNSPECIFIED: 'The chain breaks a rule of OpenSSL: a weak signature or key, or a name constraint',
  NO_CERTIFICATE: 'The server showed no certificate',
  ERR_SSL_NO_PROTOCOLS_AVAILABLE: 'No TLS version is left: check tls.minVersion',
};

// By TLS alert (RFC 8446 section 6), offset by 1000 as OpenSSL numbers them.
const BY_NUMBER: Readonly<Record<number, string>> = {
  267: 'The server does not speak TLS on this port: check the port, or use ws://',
  1040: 'The server found no cipher or certificate in common, or wants a client certificate: set tls.cert and tls.key',
  1042: 'The server could not read the client certificate: check tls.cert',
  1043: 'The server does not take this kind of client certificate: check tls.cert',
  1044: 'The server says that the client certificate is revoked: it needs a new one',
  1045: 'The server says that the client certificate has expired: renew it',
  1046: 'The server refuses the client certificate: check tls.cert',
  1048: 'The server does not know who issued the client certificate: check tls.cert and its intermediates',
  1049: 'The server denies access to this client certificate',
  1051: 'The server could not verify the signature made with tls.key',
  1070: 'The server does not speak a TLS version that is allowed here: check tls.minVersion',
  1071: 'The server demands stronger security than was offered',
  1112: 'The server does not serve this name: check the host, or set tls.servername',
  1116: 'The server wants a client certificate: set tls.cert and tls.key',
  1120: 'The server does not speak HTTP/1.1 here',
};

const OTHERWISE = 'See cause for what OpenSSL reports';

/** Gives one sentence on what to do about a failure, without its full stop. */
export function adviceFor(code: string, number?: number): string {
  return (number === undefined ? undefined : BY_NUMBER[number]) ?? BY_CODE[code] ?? OTHERWISE;
}
