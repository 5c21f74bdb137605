import { printable } from '../errors/printable.js';
import type { Ending, NetworkFailed, Phase } from './ending.js';

const DURING: Readonly<Record<Phase, string>> = {
  options: 'while the options of the attempt were gathered',
  proxy: 'on the way through the proxy',
  dns: 'while the host name was looked up',
  tcp: 'during the TCP connect',
  tls: 'during the TLS handshake',
  verify: "while the server's certificate was verified",
  upgrade: 'during the opening handshake',
  opening: 'while onOpen was under way',
  open: 'while the connection was open',
  closing: 'during the closing handshake',
};

/**
 * Says in one sentence how a connection ended.
 *
 * @remarks Text from the peer is escaped and cut; no header value, URL or payload appears in it.
 *
 * @param ending - The ending to describe.
 * @returns The sentence, without a line break.
 */
export function describeEnding(ending: Ending): string {
  const sentence = describe(ending);
  return ending.target === undefined ? sentence : `${ending.target}: ${sentence}`;
}

function describe(ending: Ending): string {
  const during = DURING[ending.phase];
  switch (ending._tag) {
    case 'Closed': {
      const reason = ending.reason === '' ? '' : ` (${printable(ending.reason)})`;
      const unclean = ending.wasClean ? '' : '; the closing handshake was not completed';
      return `The ${ending.by} closed the connection with code ${ending.code}${reason}${unclean}`;
    }
    case 'UpgradeRefused': {
      const text = ending.statusText === '' ? '' : ` ${printable(ending.statusText)}`;
      return `The server answered the opening handshake with HTTP ${ending.status}${text}`;
    }
    case 'UpgradeInvalid':
      return `The server's answer to the opening handshake is invalid: ${printable(ending.violation)}`;
    case 'NetworkFailed':
      return `${describeNetwork(ending)} ${during}${ending.errno === undefined ? '' : ` (${ending.errno})`}`;
    case 'TlsFailed':
      return `TLS failed ${during}: ${printable(ending.reason)}. ${ending.advice}`;
    case 'ProxyRefused': {
      const text = ending.statusText === '' ? '' : ` ${printable(ending.statusText)}`;
      return `The proxy ${ending.proxy} answered with HTTP ${ending.status}${text}`;
    }
    case 'TimedOut':
      return `${ending.option} of ${ending.limit} ms ran out ${during}`;
    case 'ProtocolViolated':
      return `The server broke the protocol: ${ending.violation}; answered with close code ${ending.code}`;
    case 'MessageRejected': {
      const { failure, code } = ending;
      const reason = ending.reason === '' ? '' : ` (${printable(ending.reason)})`;
      return `A message was rejected by the ${printable(failure.codec)} codec (${failure.phase}); the connection was closed with code ${code}${reason}`;
    }
    case 'OpeningRefused': {
      const reason = ending.reason === '' ? '' : ` (${printable(ending.reason)})`;
      return `onOpen refused the connection; it was closed with code ${ending.code}${reason}; see cause`;
    }
    case 'Overrun':
      return `A consumer could not keep up: ${ending.undelivered} bytes waited for it, more than its maxBytes of ${ending.limit}; the connection was closed with code ${ending.code}`;
    case 'OptionsInvalid':
      return `An option of the attempt is invalid: ${
        ending.cause instanceof Error ? ending.cause.message : ending.option
      }`;
    case 'ProviderFailed':
      return `The function given as ${ending.option} failed; see cause`;
    case 'Cancelled':
      return `The connection was cancelled ${during}`;
  }
}

function describeNetwork({ kind }: NetworkFailed): string {
  switch (kind) {
    case 'dns':
      return 'The host name could not be resolved';
    case 'refused':
      return 'The connection was refused';
    case 'reset':
      return 'The connection was reset';
    case 'ended':
      return 'The connection ended without a WebSocket close';
    case 'unreachable':
      return 'The server could not be reached';
    case 'other':
      return 'The network failed';
  }
}
