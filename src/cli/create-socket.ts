import {
  concatPolicies,
  exponentialBackoff,
  isOptionError,
  limitRetries,
  webSocket,
} from '../index.js';
import type {
  InspectOptions,
  Payload,
  SocketOptions,
  SocketSubject,
  TlsOptions,
} from '../index.js';
import { commandWord, inCommandWords } from './command-words.js';
import type { ConnectArguments } from './connect-arguments.js';
import { headerLines, parseHeaders, toHeaders } from './headers.js';
import type { Headers } from './headers.js';
import { messageCodec } from './message-codec.js';
import { readFile } from './read-file.js';
import { UsageError } from './usage-error.js';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Gives the socket that the arguments describe. Nothing is dialled yet.
 *
 * @throws UsageError with the command's name of the option that is wrong.
 */
export function createSocket(args: ConnectArguments, env: Env): SocketSubject<Payload, Payload> {
  try {
    return webSocket(socketOptions(args, env));
  } catch (error) {
    throw inUsageTerms(error, args);
  }
}

/** Gives what the arguments say of the server to report on. */
export function inspectOptions(args: ConnectArguments, env: Env): InspectOptions {
  const { url, proxy, connectTimeout } = args;
  return { url, tls: tlsOf(args, env), proxy, connectTimeout };
}

/** Tells of a wrong option in the words of the command; gives any other error as it is. */
export function inUsageTerms(error: unknown, { ca }: ConnectArguments): unknown {
  if (!isOptionError(error)) return error;
  const problem = error.message.slice(`${error.option}: `.length);
  return new UsageError(`${commandWord(error.option, ca)}: ${inCommandWords(problem)}`, {
    cause: error,
  });
}

function socketOptions(
  args: ConnectArguments,
  env: Env,
): SocketOptions<Payload, Payload> & { readonly codec: typeof messageCodec } {
  const { url, origin, connectTimeout, closeTimeout, maxPayload, maxRetries } = args;
  return {
    url,
    headers: headersOf(args),
    protocols: args.subprotocols,
    origin,
    tls: tlsOf(args, env),
    proxy: args.proxy,
    codec: messageCodec,
    reconnect:
      maxRetries === 0 ? undefined : concatPolicies(exponentialBackoff(), limitRetries(maxRetries)),
    // What waits for a connection is at most the chunk of input in hand, however many lines it has.
    outbox: { maxMessages: Infinity, maxBytes: Infinity },
    connectTimeout,
    closeTimeout,
    maxPayload,
    perMessageDeflate: args.isCompressed,
  };
}

function headersOf({ headers, headerFile }: ConnectArguments): Headers | (() => Headers) {
  const given = parseHeaders('--header', headers);
  if (headerFile === undefined) return toHeaders(given);
  const option = '--header-file';
  const read = (): Headers =>
    toHeaders([...given, ...parseHeaders(option, headerLines(readFile(option, headerFile)))]);
  // Once now: what is wrong with the file is said before anything is dialled.
  read();
  return read;
}

function tlsOf(args: ConnectArguments, env: Env): TlsOptions | undefined {
  const { ca, cert, key, pfx, servername, minTlsVersion, pins } = args;
  const file = (path: string | undefined) => (path === undefined ? undefined : { file: path });
  const given = {
    ca: ca.length === 0 ? undefined : ca.map((each) => ({ file: each })),
    cert: file(cert),
    key: file(key),
    pfx: file(pfx),
    passphrase: passphraseOf(args, env),
    servername,
    pins: pins.length === 0 ? undefined : pins,
    // The library checks it, and says what there is.
    minVersion: minTlsVersion as TlsOptions['minVersion'],
  };
  // With ws: the library refuses TLS options, and takes any object for some.
  return Object.values(given).every((each) => each === undefined) ? undefined : given;
}

function passphraseOf(
  { passphraseFile, key, pfx }: ConnectArguments,
  { RX_WSS_PASSPHRASE: variable = '' }: Env,
): string | undefined {
  if (passphraseFile !== undefined) {
    return readFile('--passphrase-file', passphraseFile).replace(/\r?\n$/, '');
  }
  // The variable may be set for good, and is for a key alone.
  const hasKey = key !== undefined || pfx !== undefined;
  return hasKey && variable !== '' ? variable : undefined;
}
