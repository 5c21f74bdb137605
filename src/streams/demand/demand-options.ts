import { checkKeys, checkNumber } from '../../errors/option-checks.js';
import { OptionRangeError } from '../../errors/option-error.js';

/** A level of what waits for a consumer. */
export interface WaterMark {
  /** So many messages; `Infinity` for any number. */
  readonly messages?: number | undefined;
  /** So many bytes, by the messages' payloads as they came; `Infinity` for any number. */
  readonly bytes?: number | undefined;
}

/**
 * How much may wait for a consumer that is slower than the server.
 *
 * @remarks
 * The bytes are those on the wire, decompressed. What they were decoded to is as a rule several
 * times as large.
 */
export interface DemandOptions {
  /**
   * The level at which the socket is not read from any more, so that the server has to wait: by
   * messages or by bytes, whichever is reached first.
   *
   * @defaultValue 1,000 messages, 1 MiB
   */
  readonly highWaterMark?: WaterMark | undefined;
  /**
   * The level at which it is read from again: both by messages and by bytes.
   *
   * @defaultValue a half of `highWaterMark`
   */
  readonly lowWaterMark?: WaterMark | undefined;
  /**
   * The hard cap, in bytes: where more waits, the connection is ended. It can be reached because what was
   * read already comes even after the socket was paused; compressed, that may be much.
   *
   * @defaultValue 64 MiB, or twice `highWaterMark.bytes` where that is more
   */
  readonly maxBytes?: number | undefined;
}

/** A {@link WaterMark} with the defaults filled in. */
export interface Amount {
  /** So many messages. */
  readonly messages: number;
  /** So many bytes. */
  readonly bytes: number;
}

/** {@link DemandOptions} with the defaults filled in. */
export interface DemandLimits {
  /** The level at which the socket is not read from any more. */
  readonly highWaterMark: Amount;
  /** The level at which it is read from again. */
  readonly lowWaterMark: Amount;
  /** The hard cap, in bytes. */
  readonly maxBytes: number;
}

/** The defaults of {@link DemandOptions}. */
export const DEFAULT_DEMAND: DemandLimits = Object.freeze({
  highWaterMark: Object.freeze({ messages: 1_000, bytes: 1024 * 1024 }),
  lowWaterMark: Object.freeze({ messages: 500, bytes: 512 * 1024 }),
  maxBytes: 64 * 1024 * 1024,
});

const UNITS = ['messages', 'bytes'] as const;

/**
 * Checks the options, and fills in the defaults.
 *
 * @param path - What the options belong to, e.g. `consume`.
 * @param options - The options.
 * @param others - The options that come with them and are checked elsewhere.
 * @throws OptionTypeError or OptionRangeError, naming the option.
 */
export function checkDemand(
  path: string,
  options: DemandOptions,
  others: readonly string[] = [],
): DemandLimits {
  // Checked as unknown: the assertion would take the types of the options away.
  const given: unknown = options;
  checkKeys(path, given, [...Object.keys(DEFAULT_DEMAND), ...others]);

  const { highWaterMark: high = {}, lowWaterMark: low = {}, maxBytes } = options;
  const highWaterMark = checkMark(`${path}.highWaterMark`, high, DEFAULT_DEMAND.highWaterMark, 1);
  const half: Amount = {
    messages: Math.floor(highWaterMark.messages / 2),
    bytes: Math.floor(highWaterMark.bytes / 2),
  };
  const lowWaterMark = checkMark(`${path}.lowWaterMark`, low, half, 0);
  for (const unit of UNITS) {
    const bound = highWaterMark[unit];
    // At the same level it would be held and released at once.
    if (bound !== Infinity && lowWaterMark[unit] >= bound) {
      throw new OptionRangeError(
        `${path}.lowWaterMark.${unit}`,
        `must be less than highWaterMark.${unit}, which is ${bound}, got ${lowWaterMark[unit]}`,
      );
    }
  }

  const cap = Math.max(DEFAULT_DEMAND.maxBytes, 2 * highWaterMark.bytes);
  const hardCap = checkNumber(`${path}.maxBytes`, maxBytes, cap, { min: 1, integer: true });
  if (highWaterMark.bytes !== Infinity && hardCap < highWaterMark.bytes) {
    throw new OptionRangeError(
      `${path}.maxBytes`,
      `must be at least highWaterMark.bytes, which is ${highWaterMark.bytes}, got ${hardCap}`,
    );
  }
  return { highWaterMark, lowWaterMark, maxBytes: hardCap };
}

function checkMark(path: string, mark: WaterMark, fallback: Amount, min: number): Amount {
  const given: unknown = mark;
  checkKeys(path, given, UNITS);
  const level = (unit: (typeof UNITS)[number]): number =>
    checkNumber(`${path}.${unit}`, mark[unit], fallback[unit], { min, integer: true });
  return { messages: level('messages'), bytes: level('bytes') };
}
