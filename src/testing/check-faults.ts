import {
  checkDuration,
  checkKeys,
  checkNumber,
  checkOneOf,
  MAX_TIMER,
  show,
} from '../errors/option-checks.js';
import { OptionTypeError } from '../errors/option-error.js';
import type { ConnectionFault, Fault } from './fault.js';

/** Throws unless the value at `path` is what the field may be. */
type FieldCheck = (path: string, value: unknown) => void;

/** The checks of a fault's fields, by name. */
type FieldChecks = Readonly<Record<string, FieldCheck>>;

/** The faults that are known, by tag. */
type FaultTable = Readonly<Record<string, FieldChecks>>;

const duration: FieldCheck = (path, value) => checkDuration(path, value, 0);
const count: FieldCheck = (path, value) => checkNumber(path, value, 0, { min: 0, integer: true });
const oneOf =
  (...allowed: readonly string[]): FieldCheck =>
  (path, value) =>
    checkOneOf(path, value, '', allowed);
const given =
  (check: FieldCheck): FieldCheck =>
  (path, value) => {
    if (value === undefined) throw new OptionTypeError(path, 'must be given, got undefined');
    check(path, value);
  };
const way = oneOf('toServer', 'toClient');
const ways = oneOf('toServer', 'toClient', 'both');

const CONNECTION_FAULTS: Readonly<Record<ConnectionFault['_tag'], FieldChecks>> = {
  Latency: {
    delay: given(duration),
    jitter: (path, value) => checkNumber(path, value, 0, { min: 0, max: MAX_TIMER }),
    direction: ways,
  },
  Slices: {
    size: (path, value) => checkNumber(path, value, 1, { min: 1, integer: true }),
    direction: ways,
  },
  Bandwidth: {
    bytesPerSecond: given((path, value) => checkNumber(path, value, 0, { min: 0 })),
    direction: ways,
  },
  Blackhole: { delay: duration, direction: ways },
  Reset: { delay: duration, direction: ways },
  End: { delay: duration },
  HalfClose: { delay: duration, direction: given(way) },
  Cut: {
    afterBytes: given(count),
    direction: given(way),
    how: given(oneOf('reset', 'end', 'blackhole')),
  },
  SlowAccept: { delay: given(duration) },
};

const FAULTS: FaultTable = {
  ...CONNECTION_FAULTS,
  Refuse: { duration },
};

/**
 * Checks a list of faults of a relay.
 *
 * @returns A copy that does not change.
 * @throws OptionTypeError or OptionRangeError, naming the fault and its field.
 */
export function checkFaults(path: string, value: unknown): readonly Fault[] {
  return check(path, value, FAULTS) as readonly Fault[];
}

/** Like {@link checkFaults}, for the faults of one connection. */
export function checkConnectionFaults(path: string, value: unknown): readonly ConnectionFault[] {
  return check(path, value, CONNECTION_FAULTS) as readonly ConnectionFault[];
}

function check(path: string, value: unknown, known: FaultTable): readonly object[] {
  if (!Array.isArray(value)) {
    throw new OptionTypeError(path, `must be an array of faults, got ${show(value)}`);
  }
  const faults = Array.from(value, (fault: unknown, index) =>
    checkFault(`${path}[${index}]`, fault, known),
  );
  return Object.freeze(faults);
}

function checkFault(path: string, fault: unknown, known: FaultTable): object {
  const fields = known[tagOf(path, fault, Object.keys(known))] ?? {};
  checkKeys(path, fault, ['_tag', ...Object.keys(fields)]);
  for (const [name, checkField] of Object.entries(fields)) {
    checkField(`${path}.${name}`, fault[name]);
  }
  return Object.freeze({ ...fault });
}

function tagOf(path: string, fault: unknown, tags: readonly string[]): string {
  if (typeof fault !== 'object' || fault === null || !('_tag' in fault)) {
    throw new OptionTypeError(path, `must be an object with a _tag, got ${show(fault)}`);
  }
  return checkOneOf(`${path}._tag`, fault._tag ?? null, '', tags);
}
