import { printable } from '../errors/printable.js';
import { WssError } from '../errors/wss-error.js';
import type { PeerEvidence } from '../tls/peer-evidence.js';
import type {
  ChannelMessages,
  ChannelName,
  EndMessage,
  OpeningMessage,
  TlsNotice,
  UndeliveredMessage,
} from './channel-messages.js';
import { describeEnding } from './describe-ending.js';

const MAX_LINE = 2_000;

type Describe = { readonly [Name in ChannelName]: (message: ChannelMessages[Name]) => string };

const DESCRIBE: Describe = {
  'rx-wss:connecting': ({ attempt }) => `attempt ${attempt}`,
  'rx-wss:opening': describeOpen,
  'rx-wss:open': describeOpen,
  'rx-wss:closing': ({ connection, code, reason }) =>
    `connection ${connection} with code ${code}${inBrackets(reason)}`,
  'rx-wss:close': ({ attempt, connection, ending }) =>
    connection === undefined
      ? `attempt ${attempt}: ${describeEnding(ending)}`
      : `connection ${connection} after ${ending.uptime} ms: ${describeEnding(ending)}`,
  'rx-wss:retry': ({ attempt, delay, ending }) =>
    `attempt ${attempt} in ${delay} ms: ${describeEnding(ending)}`,
  'rx-wss:end': describeEnd,
  'rx-wss:reject': ({ connection, failure }) =>
    `connection ${connection}: a ${failure.kind} message of ${failure.data.byteLength} bytes did not decode (${printable(failure.codec)} codec, ${failure.phase})`,
  'rx-wss:undelivered': ({ delivery }) => describeDelivery(delivery),
  'rx-wss:ping': ({ connection }) => `connection ${connection}`,
  'rx-wss:pong': ({ connection, rtt }) => `connection ${connection} in ${rtt} ms`,
  'rx-wss:tls': describeNotice,
};

/**
 * Says on one line what a message of one of the channels tells, as `NODE_DEBUG=rx-wss` prints it.
 *
 * @remarks
 * Text from the peer is escaped and cut, the whole line to 2,000 characters; no payload, header value,
 * path or query of a URL appears in it, and no text of an error that the program's own functions threw.
 *
 * @param name - The channel's full name.
 * @param message - The message.
 * @returns The line, without a line break.
 *
 * @example
 * ```ts
 * import { describeChannelMessage, subscribeChannel } from 'rx-wss';
 *
 * subscribeChannel('rx-wss:close', (message, name) => {
 *   console.log(describeChannelMessage(name, message));
 * });
 * ```
 */
export function describeChannelMessage<Name extends ChannelName>(
  name: Name,
  message: ChannelMessages[Name],
): string {
  const about = `socket ${message.socket}: ${name.replace('rx-wss:', '')}: `;
  return printable(about + DESCRIBE[name](message), MAX_LINE);
}

function describeOpen({ attempt, connection, info }: OpeningMessage): string {
  const { target, address, protocol, tls, proxyTls } = info;
  const proxy = proxyTls === undefined ? '' : `, proxy ${describePeer(proxyTls)}`;
  const chosen = protocol === '' ? '' : `, subprotocol ${printable(protocol)}`;
  const server = tls === undefined ? 'without TLS' : describePeer(tls);
  return `connection ${connection} by attempt ${attempt} to ${target} (${address}), ${server}${proxy}${chosen}`;
}

function describePeer({ protocol, cipher, subject, altNames }: PeerEvidence): string {
  return `${protocol}, ${cipher}, ${printable(subject) || printable(altNames)}`;
}

function describeEnd({ ending, error }: EndMessage): string {
  const sentence = describeEnding(ending);
  if (error === undefined) return sentence;
  // Anything else comes from a function among the options, and may hold what no log should.
  const failure = error instanceof WssError ? error.code : 'the fault of a function of the program';
  return `failed (${failure}): ${sentence}`;
}

function describeNotice(notice: TlsNotice): string {
  switch (notice._tag) {
    case 'DangerAccepted': {
      const { role, address, tls } = notice;
      return `the certificate of the ${role} ${address} was accepted although the checks refuse it: ${describePeer(tls)}`;
    }
    case 'CredentialsKept':
      return `the credential files cannot be used as they are, the last good ones are: ${notice.problem.message}`;
  }
}

function inBrackets(text: string): string {
  return text === '' ? '' : ` (${printable(text)})`;
}

function describeDelivery(delivery: UndeliveredMessage['delivery']): string {
  switch (delivery._tag) {
    case 'Expired':
      return 'a message expired before it could be sent';
    case 'Dropped':
      return `a message was dropped (${delivery.why})`;
    case 'Unknown':
      return delivery.ending === undefined
        ? 'a message was sent, and nobody knows whether it arrived'
        : `a message was in flight: ${describeEnding(delivery.ending)}`;
  }
}
