import { OptionRangeError } from '../../src/errors/option-error.js';
import type { ChannelMessages, ChannelName } from '../../src/streams/channel-messages.js';
import { toSocketError } from '../../src/streams/socket-error.js';
import type { PeerEvidence } from '../../src/tls/peer-evidence.js';
import { ENDINGS } from './endings.js';

/** What is known of a server, for specs. */
export const EVIDENCE: PeerEvidence = {
  protocol: 'TLSv1.3',
  cipher: 'TLS_AES_256_GCM_SHA384',
  subject: 'CN=feed.example.com',
  issuer: 'CN=Example CA',
  altNames: 'DNS:feed.example.com',
  pins: [],
  acceptedBy: 'chain',
  dangerous: false,
};

/** A message of every channel, by its name. */
export const SAMPLES: { readonly [Name in ChannelName]: ChannelMessages[Name] } = {
  'rx-wss:connecting': { socket: 3, attempt: 4 },
  'rx-wss:opening': {
    socket: 3,
    attempt: 4,
    connection: 2,
    info: {
      target: 'feed.example.com:443',
      protocol: 'feed.v1',
      address: '127.0.0.1:443',
      tls: EVIDENCE,
    },
  },
  'rx-wss:open': {
    socket: 3,
    attempt: 4,
    connection: 2,
    info: { since: 1_000, target: 'localhost:80', protocol: '', address: '127.0.0.1:80' },
  },
  'rx-wss:closing': { socket: 3, connection: 2, code: 4000, reason: 'done' },
  'rx-wss:close': { socket: 3, attempt: 4, connection: 2, ending: ENDINGS.Closed },
  'rx-wss:retry': {
    socket: 3,
    attempt: 5,
    delay: 812,
    retryAt: 2_812,
    ending: { ...ENDINGS.NetworkFailed, target: 'feed.example.com:443' },
  },
  'rx-wss:end': {
    socket: 3,
    ending: ENDINGS.UpgradeRefused,
    error: toSocketError(ENDINGS.UpgradeRefused),
  },
  'rx-wss:reject': { socket: 3, connection: 2, failure: ENDINGS.MessageRejected.failure },
  'rx-wss:undelivered': { socket: 3, delivery: { _tag: 'Dropped', why: 'overflow' } },
  'rx-wss:ping': { socket: 3, connection: 2 },
  'rx-wss:pong': { socket: 3, connection: 2, rtt: 12 },
  'rx-wss:tls': {
    _tag: 'CredentialsKept',
    socket: 3,
    problem: new OptionRangeError('tls.key', 'does not fit the certificate'),
  },
};
