import type { ConnectionFault } from '../../../src/testing/index.js';
import type { Dice } from './dice.js';
import { LIMITS } from './trouble.js';
import type { Closer, Moment, Trouble } from './trouble.js';

/** What a fault is made for: how much it may wait for, and what is told of it. */
interface Place {
  /** The most milliseconds until it strikes. */
  readonly soon: number;
  /** The most bytes until it strikes. */
  readonly bytes: number;
  /** Whether bytes are on their way that it can count. */
  readonly isBusy: boolean;
}

/**
 * Whom it is for: a patient client, who is not to be met with silence; an impatient one, who is not to
 * be met with a line byte by byte; or one of no kind.
 */
export type Temper = 'patient' | 'impatient' | 'even';

// The handshakes take some 10 ms, some 2,500 bytes to the client and some 1,000 to the server.
const DIAL: Place = { soon: 20, bytes: 3_000, isBusy: true };
const LINE: Place = { soon: 20, bytes: 1_000, isBusy: true };
const SILENT_LINE: Place = { ...LINE, isBusy: false };
// A close frame with its answer is 60 bytes under TLS.
const CLOSE: Place = { soon: 4, bytes: 100, isBusy: true };

const CLOSERS: readonly [Closer, ...(readonly Closer[])] = [
  'complete',
  'reconnect',
  'terminate',
  'server',
  'server',
];

/** Throws the dice for what goes wrong next. */
export function anyTrouble(dice: Dice, temper: Temper = 'even'): Trouble {
  const moment = dice.weighted<Moment>([
    [30, 'dialling'],
    [25, 'busy'],
    [10, 'idle'],
    [20, 'closing'],
    [15, 'overlapping'],
    [15, 'hasty'],
  ]);
  const none = { now: [], next: [], refuse: undefined, closer: undefined, haste: undefined };
  const base = { ...none, moment };
  const pause = dice.integer(0, 10);
  switch (moment) {
    case 'dialling': {
      const closer = dice.oneOf(CLOSERS);
      if (dice.integer(1, 12) > 1)
        return { ...base, next: [anyDialFault(dice, temper)], closer, pause };
      // Longer than it takes to close the line that there is, and to dial.
      return {
        ...base,
        refuse: { _tag: 'Refuse', duration: dice.integer(200, 250) },
        closer,
        pause,
      };
    }
    case 'busy':
      return { ...base, now: [anyFault(dice, temper, LINE)], pause };
    case 'idle':
      return { ...base, now: [anyFault(dice, temper, SILENT_LINE)], pause };
    case 'closing':
      return { ...base, now: [anyFault(dice, temper, CLOSE)], closer: dice.oneOf(CLOSERS), pause };
    case 'overlapping':
      return {
        ...base,
        now: [anyMildFault(dice, temper), anyBreak(dice, LINE)],
        next: [anyMildFault(dice, temper), anyBreak(dice, DIAL)],
        pause,
      };
    case 'hasty': {
      const closer = dice.oneOf(['complete', 'reconnect', 'terminate']);
      const haste = { closer, after: dice.integer(0, DIAL.soon) };
      const next = dice.oneOf([[], [anyMildFault(dice, temper)]]);
      return { ...base, next, closer: dice.oneOf(CLOSERS), haste, pause };
    }
  }
}

function anyDialFault(dice: Dice, temper: Temper): ConnectionFault {
  const { connectTimeout } = LIMITS;
  return dice.weighted<() => ConnectionFault>([
    [20, () => anyFault(dice, temper, DIAL)],
    [1, () => ({ _tag: 'SlowAccept', delay: dice.integer(1, 200) })],
    [
      silenceFor(temper),
      () => ({ _tag: 'SlowAccept', delay: connectTimeout + dice.integer(50, 1_000) }),
    ],
  ])();
}

function anyFault(dice: Dice, temper: Temper, place: Place): ConnectionFault {
  return dice.weighted([
    [2, () => anyMildFault(dice, temper)],
    [6, () => anyBreak(dice, place)],
    [silenceFor(temper), () => anySilence(dice, place)],
  ])();
}

/** The weight of silence. */
function silenceFor(temper: Temper): number {
  return { patient: 0, impatient: 2, even: 1 }[temper];
}

/** A fault that nothing but time may be lost by. */
function anyMildFault(dice: Dice, temper: Temper): ConnectionFault {
  const direction = dice.oneOf(['toServer', 'toClient', 'both']);
  const size = dice.weighted([
    [3, 1],
    [1, dice.integer(2, 16)],
  ]);
  const slices = { patient: 2, impatient: 0, even: 1 }[temper];
  return dice.weighted<() => ConnectionFault>([
    [
      1,
      () => ({
        _tag: 'Latency',
        delay: dice.integer(1, 40),
        jitter: dice.integer(0, 20),
        direction,
      }),
    ],
    [slices, () => ({ _tag: 'Slices', size, direction })],
    [1, () => ({ _tag: 'Bandwidth', bytesPerSecond: dice.integer(30_000, 200_000), direction })],
  ])();
}

/** A fault that breaks the line, and that the client can see. */
function anyBreak(dice: Dice, { soon, bytes, isBusy }: Place): ConnectionFault {
  const delay = dice.weighted([
    [1, 0],
    [2, dice.integer(1, soon)],
  ]);
  const direction = dice.oneOf(['toServer', 'toClient']);
  return dice.weighted<() => ConnectionFault>([
    [2, () => ({ _tag: 'Reset', delay, direction: dice.oneOf([direction, 'both']) })],
    [2, () => ({ _tag: 'End', delay })],
    [2, () => ({ _tag: 'HalfClose', delay, direction })],
    [isBusy ? 4 : 0, () => anyCut(dice, bytes, dice.oneOf(['reset', 'end']))],
  ])();
}

/** A fault that nobody tells the client of. */
function anySilence(dice: Dice, { soon, bytes, isBusy }: Place): ConnectionFault {
  const direction = dice.oneOf(['toServer', 'toClient', 'both']);
  return dice.weighted<() => ConnectionFault>([
    [2, () => ({ _tag: 'Blackhole', delay: dice.integer(0, soon), direction })],
    [1, () => ({ _tag: 'Bandwidth', bytesPerSecond: 0, direction })],
    [isBusy ? 1 : 0, () => anyCut(dice, bytes, 'blackhole')],
  ])();
}

function anyCut(dice: Dice, bytes: number, how: 'reset' | 'end' | 'blackhole'): ConnectionFault {
  const direction = dice.oneOf(['toServer', 'toClient']);
  return { _tag: 'Cut', afterBytes: dice.integer(0, bytes), direction, how };
}
