import { setAlarm } from './alarm.js';
import type { ConnectionFault } from './fault.js';
import { type FlowShape, nextPiece, PLAIN } from './flow-shape.js';

/** How a stream ends: with a FIN or with a reset. */
export type StreamEnd = 'end' | 'reset';

/** Where a queue is emptied into. */
export interface Outlet {
  /** Whether it takes more now; {@link PacedQueue.run} is to be called when it does again. */
  readonly canTake: () => boolean;
  /** Takes a piece; after the last one before a cut there are no others. */
  readonly take: (piece: Buffer, isLast: boolean) => void;
  /** Takes the end of the stream, once everything before it was taken. */
  readonly takeEnd: (end: StreamEnd) => void;
  /** Called when faults do something to what waits. */
  readonly onShaped: (faults: readonly ConnectionFault[]) => void;
}

/** Bytes that wait, or the end of the stream. */
interface Item {
  bytes: Buffer;
  size: number;
  readonly arrived: number;
  readonly share: number;
  readonly end: StreamEnd | undefined;
}

const NOTHING = Buffer.alloc(0);

/** What waits on one way through a relay, given out in order at the pace of a shape. */
export class PacedQueue {
  readonly #outlet: Outlet;
  readonly #random: () => number;
  #shape: FlowShape = PLAIN;
  /** How many bytes there are to the cut. */
  #allowed = Infinity;
  #items: Item[] = [];
  #size = 0;
  /** When the piece before was through. */
  #freeAt = 0;
  #turn: NodeJS.Immediate | undefined;
  #cancelAlarm: (() => void) | undefined;

  /** @param random - The source of the jitter. */
  constructor(outlet: Outlet, random: () => number) {
    this.#outlet = outlet;
    this.#random = random;
  }

  /** How many bytes wait. */
  get size(): number {
    return this.#size;
  }

  /** In how many chunks they came. */
  get chunks(): number {
    return this.#items.length;
  }

  /** Gives it another shape; {@link PacedQueue.run} goes on in it. */
  reshape(shape: FlowShape): void {
    this.#shape = shape;
    this.#allowed = shape.cut?.afterBytes ?? Infinity;
  }

  /** Puts `bytes` behind what waits. */
  push(bytes: Buffer): void {
    this.#size += bytes.length;
    this.#put(bytes, undefined);
  }

  /** Puts the end of the stream behind what waits. */
  pushEnd(end: StreamEnd): void {
    this.#put(NOTHING, end);
  }

  /** Throws away what waits; gives its size. */
  clear(): number {
    const size = this.#size;
    this.#items = [];
    this.#size = 0;
    this.#cancelAlarm?.();
    clearImmediate(this.#turn);
    this.#turn = undefined;
    return size;
  }

  /** Gives out what is due. */
  run(): void {
    this.#cancelAlarm?.();
    if (this.#turn === undefined) this.#giveOut(false);
  }

  #put(bytes: Buffer, end: StreamEnd | undefined): void {
    const [arrived, share] = [performance.now(), this.#random()];
    this.#items.push({ bytes, size: bytes.length, arrived, share, end });
    this.run();
  }

  #giveOut(isOwnTurn: boolean): void {
    for (let isTurn = isOwnTurn; ; isTurn = false) {
      const [head] = this.#items;
      if (head === undefined || !this.#mayGo(head)) return;
      this.#outlet.onShaped(this.#shape.faults);
      const { size, at } = nextPiece(this.#shape, head, this.#freeAt, this.#allowed);
      if (at > performance.now()) {
        this.#cancelAlarm = setAlarm(at, () => this.run());
        return;
      }
      // Only what is written in a turn of its own is read in a turn of its own.
      if (this.#shape.sliceSize !== Infinity && !isTurn) {
        this.#turn = setImmediate(() => {
          this.#turn = undefined;
          this.#giveOut(true);
        });
        return;
      }
      this.#freeAt = at;
      this.#give(head, size);
    }
  }

  // As in TCP, a reset does not wait until the receiver has room.
  #mayGo({ end }: Item): boolean {
    return end === 'reset' || (this.#allowed > 0 && this.#outlet.canTake());
  }

  #give(head: Item, size: number): void {
    const piece = head.bytes.subarray(0, size);
    head.bytes = head.bytes.subarray(size);
    head.size -= size;
    if (head.size === 0) this.#items.shift();
    this.#size -= size;
    this.#allowed -= size;
    if (head.end === undefined) this.#outlet.take(piece, this.#allowed === 0);
    else this.#outlet.takeEnd(head.end);
  }
}
