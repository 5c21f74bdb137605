import { parseArgs } from 'node:util';

import type { ConnectArguments, InspectArguments } from './connect-arguments.js';
import { UsageError } from './usage-error.js';

/** What the arguments ask for. */
export type Command =
  | { readonly _tag: 'Demo' }
  | { readonly _tag: 'Help' }
  | { readonly _tag: 'Version' }
  | ConnectArguments
  | InspectArguments;

const OPTIONS = {
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'V' },
  header: { type: 'string', short: 'H', multiple: true },
  'header-file': { type: 'string' },
  subprotocol: { type: 'string', short: 's', multiple: true },
  origin: { type: 'string', short: 'o' },
  ca: { type: 'string', multiple: true },
  cert: { type: 'string' },
  key: { type: 'string' },
  pfx: { type: 'string' },
  'passphrase-file': { type: 'string' },
  servername: { type: 'string' },
  'min-tls-version': { type: 'string' },
  pin: { type: 'string', multiple: true },
  proxy: { type: 'string' },
  reconnect: { type: 'boolean', short: 'r' },
  'max-retries': { type: 'string' },
  'connect-timeout': { type: 'string' },
  'close-timeout': { type: 'string' },
  'max-payload': { type: 'string' },
  compress: { type: 'boolean' },
  execute: { type: 'string', short: 'x', multiple: true },
  binary: { type: 'boolean', short: 'b' },
  wait: { type: 'string', short: 'w' },
  quiet: { type: 'boolean', short: 'q' },
} as const;

/**
 * Reads the arguments of the command line.
 *
 * @param args - The arguments after the name of the command.
 * @returns What they ask for. The values of most options are left to the library to check.
 * @throws UsageError, whose message never repeats a value: it could be a secret.
 */
export function parseArguments(args: readonly string[]): Command {
  if (args.length === 0) return { _tag: 'Demo' };
  const { values, positionals } = parse(args);
  if (values.help === true) return { _tag: 'Help' };
  if (values.version === true) return { _tag: 'Version' };
  const isInspection = positionals[0] === 'tls';
  const [url, ...others] = isInspection ? positionals.slice(1) : positionals;
  if (url === undefined) throw new UsageError('the URL to connect to is missing');
  if (others.length > 0) {
    throw new UsageError(`only one URL is taken, and ${others.length + 1} arguments are given`);
  }
  const maxRetries = number('--max-retries', values['max-retries']);
  const seconds = number('--wait', values.wait, MAX_WAIT);
  const connection: ConnectArguments = {
    _tag: 'Connect',
    url,
    headers: values.header ?? [],
    headerFile: values['header-file'],
    subprotocols: values.subprotocol ?? [],
    origin: values.origin,
    ca: values.ca ?? [],
    cert: values.cert,
    key: values.key,
    pfx: values.pfx,
    passphraseFile: values['passphrase-file'],
    servername: values.servername,
    pins: values.pin ?? [],
    proxy: values.proxy,
    minTlsVersion: values['min-tls-version'],
    maxRetries: maxRetries ?? (values.reconnect === true ? Infinity : 0),
    connectTimeout: number('--connect-timeout', values['connect-timeout']),
    closeTimeout: number('--close-timeout', values['close-timeout']),
    maxPayload: number('--max-payload', values['max-payload']),
    isCompressed: values.compress === true,
    messages: values.execute ?? [],
    isBinary: values.binary === true,
    wait: seconds === undefined ? undefined : seconds * 1_000,
    isQuiet: values.quiet === true,
  };
  return isInspection ? { _tag: 'Inspect', connection } : connection;
}

// A timer takes no more than 2 ** 31 - 1 milliseconds.
const MAX_WAIT = 2_147_483;

function number(option: string, text: string | undefined, max = Infinity): number | undefined {
  if (text === undefined) return undefined;
  // Number() alone takes '' for 0, and '0x10' and '1e3' as well.
  const value = /^(?:\d+(?:\.\d+)?|Infinity)$/.test(text) ? Number(text) : NaN;
  if (Number.isNaN(value) || value > max) {
    throw new UsageError(
      `${option}: must be a number from 0${max === Infinity ? '' : ` to ${max}`}, e.g. 5`,
    );
  }
  return value;
}

type Parsed = ReturnType<typeof parseArgs<{ options: typeof OPTIONS; allowPositionals: true }>>;

function parse(args: readonly string[]): Parsed {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new UsageError(briefly(error), { cause: error });
  }
}

/** Node's own message without its kind, and without its advice on arguments that begin with a dash. */
function briefly(error: unknown): string {
  const sentence = String(error)
    .replace(/^\w+( \[\w+\])?: /, '')
    .replace(/(\.\s|\n).*$/s, '');
  if (sentence.includes("'--passphrase'")) {
    return '--passphrase: every user of the machine could read it; use --passphrase-file, or the environment variable RX_WSS_PASSPHRASE';
  }
  return `${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}`;
}
