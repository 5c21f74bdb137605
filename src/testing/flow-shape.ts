import type { ConnectionFault, Cut, FaultDirection, FlowDirection } from './fault.js';

/** What the faults of a connection make of one way through it. */
export interface FlowShape {
  /** By how much everything is late, in milliseconds. */
  readonly delay: number;
  /** Up to how much more. */
  readonly jitter: number;
  /** The most bytes in a piece; `Infinity` when it is not sliced. */
  readonly sliceSize: number;
  /** `Infinity` without a limit. */
  readonly bytesPerSecond: number;
  /** What ends it after a number of bytes. */
  readonly cut: Cut | undefined;
  /** The faults that do something to every byte. */
  readonly faults: readonly ConnectionFault[];
}

/** What waits to be written. */
export interface Waiting {
  /** Its length in bytes; 0 for the end of the stream. */
  readonly size: number;
  /** When it was read, by `performance.now()`. */
  readonly arrived: number;
  /** Its share of the jitter, from 0 to 1. */
  readonly share: number;
}

/** What may be written next, and when. */
export interface Piece {
  readonly size: number;
  /** The earliest time to write it, by `performance.now()`; `Infinity` for never. */
  readonly at: number;
}

/** The shape of a way that has no faults. */
export const PLAIN: FlowShape = Object.freeze({
  delay: 0,
  jitter: 0,
  sliceSize: Infinity,
  bytesPerSecond: Infinity,
  cut: undefined,
  faults: [],
});

// A slow line is to trickle, not to give a whole chunk every few seconds.
const PIECES_PER_SECOND = 50;

/** Gives what `faults` make of the way in `direction`. */
export function shapeOf(faults: readonly ConnectionFault[], direction: FlowDirection): FlowShape {
  return faults.reduce((shape, fault) => {
    switch (fault._tag) {
      case 'Latency':
        return isOn(fault.direction, direction)
          ? within(shape, fault, { delay: fault.delay, jitter: fault.jitter ?? 0 })
          : shape;
      case 'Slices':
        return isOn(fault.direction, direction)
          ? within(shape, fault, { sliceSize: fault.size ?? 1 })
          : shape;
      case 'Bandwidth':
        return isOn(fault.direction, direction)
          ? within(shape, fault, { bytesPerSecond: fault.bytesPerSecond })
          : shape;
      case 'Cut':
        return isOn(fault.direction, direction) && isNearer(fault, shape.cut)
          ? { ...shape, cut: fault }
          : shape;
      default:
        return shape;
    }
  }, PLAIN);
}

/** Whether a fault with the direction `given` is on the way in `direction`. */
export function isOn(given: FaultDirection | undefined, direction: FlowDirection): boolean {
  return given === undefined || given === 'both' || given === direction;
}

/**
 * Gives how much of `waiting` goes next, and when.
 *
 * @param freeAt - When the piece before it was through.
 * @param allowed - The most bytes that may still pass.
 */
export function nextPiece(
  shape: FlowShape,
  waiting: Waiting,
  freeAt: number,
  allowed: number,
): Piece {
  const { delay, jitter, sliceSize, bytesPerSecond } = shape;
  const steady = Math.max(1, Math.floor(bytesPerSecond / PIECES_PER_SECOND));
  const size = Math.min(waiting.size, sliceSize, steady, allowed);
  const start = Math.max(freeAt, waiting.arrived + delay + jitter * waiting.share);
  // The end of a stream takes no time of its own, but does not get past a line that stands still.
  const at = bytesPerSecond === 0 ? Infinity : start + (size / bytesPerSecond) * 1000;
  return { size, at };
}

// The later of two of a kind takes the place of the earlier, which then does nothing.
function within(
  shape: FlowShape,
  fault: ConnectionFault,
  change: Pick<Partial<FlowShape>, 'delay' | 'jitter' | 'sliceSize' | 'bytesPerSecond'>,
): FlowShape {
  const others = shape.faults.filter((each) => each._tag !== fault._tag);
  return { ...shape, ...change, faults: [...others, fault] };
}

function isNearer(cut: Cut, other: Cut | undefined): boolean {
  return other === undefined || cut.afterBytes < other.afterBytes;
}
