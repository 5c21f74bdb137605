import { checkKeys, checkNumber, checkOneOf, show } from '../errors/option-checks.js';
import { OptionTypeError } from '../errors/option-error.js';
import { checkFaults } from './check-faults.js';
import type { Fault } from './fault.js';
import type { ListenOptions } from './loopback.js';

/** The server behind a relay. */
export interface RelayTarget {
  /**
   * Its name or address.
   *
   * @defaultValue `'127.0.0.1'`
   */
  readonly host?: string | undefined;
  /** Its TCP port. */
  readonly port: number;
}

/** Where a relay listens, whom it relays to, and what goes wrong on the way. */
export interface RelayOptions extends ListenOptions {
  /** The server to relay to. */
  readonly target: RelayTarget;
  /**
   * What goes wrong from the start.
   *
   * @defaultValue none
   */
  readonly faults?: readonly Fault[] | undefined;
  /**
   * What the relay's URL begins with. It has to be as the server speaks: the relay carries bytes and
   * does not look at them.
   *
   * @defaultValue `'wss'`
   */
  readonly scheme?: 'ws' | 'wss' | undefined;
  /**
   * How many bytes may wait on each way of a connection, for a slow receiver or held up by a fault,
   * before the relay stops reading. It bounds what passes in the time of a {@link Latency}, as the
   * window of TCP does.
   *
   * @defaultValue 262144
   */
  readonly highWaterMark?: number | undefined;
  /**
   * What the jitter is made from: the same seed gives the same jitter to the chunks of a connection.
   *
   * @defaultValue 1
   */
  readonly seed?: number | undefined;
}

/** {@link RelayOptions} with the defaults filled in. */
export interface RelaySettings {
  readonly target: Required<RelayTarget>;
  readonly faults: readonly Fault[];
  readonly host: string;
  readonly port: number;
  readonly scheme: 'ws' | 'wss';
  readonly highWaterMark: number;
  readonly seed: number;
}

/** The defaults of {@link RelayOptions}. */
const DEFAULT_RELAY: Omit<RelaySettings, 'target'> = Object.freeze({
  faults: [],
  host: '127.0.0.1',
  port: 0,
  scheme: 'wss',
  highWaterMark: 256 * 1024,
  seed: 1,
});

/**
 * Checks the options of a relay.
 *
 * @throws OptionTypeError or OptionRangeError, naming the option.
 */
export function checkRelayOptions(options: unknown): RelaySettings {
  checkKeys('options', options, ['target', ...Object.keys(DEFAULT_RELAY)]);
  const { target, faults = [], scheme } = options;
  checkKeys('target', target, ['host', 'port']);
  if (target['port'] === undefined) {
    throw new OptionTypeError('target.port', 'must be given, got undefined');
  }
  const number = (name: 'highWaterMark' | 'seed', min: number): number =>
    checkNumber(name, options[name], DEFAULT_RELAY[name], { min, integer: true });
  return {
    target: {
      host: checkHost('target.host', target['host']),
      port: checkPort('target.port', target['port'], 1),
    },
    faults: checkFaults('faults', faults),
    host: checkHost('host', options['host']),
    port: checkPort('port', options['port'], 0),
    scheme: checkOneOf('scheme', scheme, DEFAULT_RELAY.scheme, ['ws', 'wss']),
    highWaterMark: number('highWaterMark', 1),
    seed: number('seed', Number.MIN_SAFE_INTEGER),
  };
}

function checkHost(path: string, host: unknown): string {
  if (host === undefined) return DEFAULT_RELAY.host;
  if (typeof host !== 'string' || host === '') {
    throw new OptionTypeError(path, `must be a host name or an IP address, got ${show(host)}`);
  }
  return host;
}

function checkPort(path: string, port: unknown, min: number): number {
  return checkNumber(path, port, DEFAULT_RELAY.port, { min, max: 65_535, integer: true });
}
