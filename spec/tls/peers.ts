import type { Peer } from '../../src/tls/peer.js';

/** A server that passes every check, but for what `fields` say. */
export function peerWith(fields: Partial<Peer> = {}): Peer {
  return {
    host: 'feed.example',
    servername: 'feed.example',
    attempt: 1,
    certificate: undefined,
    chain: [],
    pins: ['sha256/leaf', 'sha256/root'],
    policyErrors: [],
    codes: [],
    protocol: 'TLSv1.3',
    cipher: 'TLS_AES_256_GCM_SHA384',
    signal: new AbortController().signal,
    ...fields,
  };
}
