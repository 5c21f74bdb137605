import * as E from 'fp-ts/lib/Either.js';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Codec } from '../../../src/codec/codec.js';
import { NORMAL_CLOSE } from '../../../src/streams/close-request.js';
import { checkAcknowledge } from '../../../src/streams/outbox/acknowledge-options.js';
import type { Delivery } from '../../../src/streams/outbox/delivery.js';
import { OutboxFullError } from '../../../src/streams/outbox/outbox-full-error.js';
import type { OutboxLimits } from '../../../src/streams/outbox/outbox-options.js';
import { Outgoing } from '../../../src/streams/outbox/outgoing.js';
import type { Outlet } from '../../../src/streams/outbox/outlet.js';
import type { Parcel } from '../../../src/streams/outbox/parcel.js';
import { SocketCounters } from '../../../src/streams/socket-stats.js';
import { ENDINGS } from '../endings.js';
import { VirtualClock } from '../virtual-clock.js';
import { LooseCarrier } from './loose-carrier.js';

// `12:xx` is acknowledged as 12, `12-xx` is not.
const raw: Codec<string, string> = {
  name: 'raw',
  decode: (data) => E.right(data.toString()),
  encode: (message) => E.right(message),
};

/** What is known of a message that was taken. */
interface Entry {
  readonly text: string;
  readonly parcel: Parcel<string>;
  readonly fates: readonly Delivery[];
  /** Its place among all: messages go out for the first time in the order of their ranks. */
  readonly rank: number;
}

const STEP = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('post' as const),
      size: fc.nat(12),
      hasId: fc.boolean(),
      key: fc.option(fc.nat(1), { nil: undefined }),
      ttl: fc.constantFrom(Infinity, 0, 10, 20),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('open' as const) }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('flush' as const), count: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('lose' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('shut' as const) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('ack' as const), index: fc.nat(20) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('pass' as const), time: fc.nat(12) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('withdraw' as const), index: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('takeBack' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('close' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('hangUp' as const) }) },
);
type Step = (typeof STEP extends fc.Arbitrary<infer T> ? T : never) & object;

const LIMITS = fc.record({
  maxMessages: fc.constantFrom(0, 1, 3, 6, Infinity),
  maxBytes: fc.constantFrom(0, 10, 30, Infinity),
  overflow: fc.constantFrom('reject', 'drop-oldest', 'drop-newest', 'latest-by-key'),
  marks: fc.constantFrom([0, 0], [8, 2], [20, 20], [Infinity, Infinity]),
  window: fc.constantFrom(1, 2, 1_000),
});
type Limits = typeof LIMITS extends fc.Arbitrary<infer T> ? T : never;

/** Does the steps, and checks after each of them what must hold at any time. */
class Run {
  readonly #clock = new VirtualClock();
  readonly #limits: OutboxLimits;
  readonly #window: number;
  readonly #outgoing: Outgoing<string, string>;
  readonly #entries: Entry[] = [];
  readonly #reactions: boolean[];
  #line: { readonly carrier: LooseCarrier; readonly outlet: Outlet<string> } | undefined;
  #flushed = 0;
  #posted = 0;
  #ranks = 0;
  #connections = 0;
  // The ranks of the last messages before the orders to close that wait.
  #closes: number[] = [];
  // The ranks of what went out for the first time.
  readonly #firsts: number[] = [];
  readonly #seen = new Set<string>();

  constructor({ marks, window, ...bounds }: Limits, reactions: readonly boolean[]) {
    const [highWaterMark, lowWaterMark] = marks;
    this.#limits = { ...bounds, ttl: undefined, highWaterMark, lowWaterMark };
    this.#window = window;
    this.#reactions = [...reactions];
    const acknowledge = checkAcknowledge<string, string>('acknowledge', {
      id: (message) => /^(\d+):/.exec(message)?.[1],
      ack: (message) => message,
      window,
    });
    this.#outgoing = new Outgoing(
      { codec: raw, outbox: this.#limits, acknowledge, scheduler: this.#clock },
      new SocketCounters(),
    );
  }

  step(step: Step): void {
    switch (step.do) {
      case 'post':
        this.#post(`${this.#posted}${step.hasId ? ':' : '-'}${'x'.repeat(step.size)}`, step);
        break;
      case 'open':
        if (this.#line === undefined) this.#open();
        break;
      case 'flush':
        this.#flush(step.count);
        break;
      case 'lose':
        this.#lose();
        break;
      case 'shut':
        // A close of the user's, or of the server's, that is under way.
        if (this.#line !== undefined) this.#line.carrier.isOpen = false;
        break;
      case 'ack':
        if (this.#line !== undefined) this.#outgoing.acknowledge(String(step.index));
        break;
      case 'pass':
        this.#clock.advance(step.time);
        break;
      case 'withdraw':
        this.#withdraw(this.#entries[step.index % Math.max(1, this.#entries.length)]);
        break;
      case 'takeBack': {
        const waiting = this.#waiting().map(({ text }) => text);
        expect(this.#outgoing.withdrawAll('withdrawn')).toEqual(waiting);
        break;
      }
      case 'close':
        if (this.#outgoing.isEmpty) break;
        this.#closes.push(this.#ranks);
        this.#outgoing.addClose(NORMAL_CLOSE);
        break;
      case 'hangUp':
        this.#closes = [];
        this.#outgoing.dropCloses();
        if (this.#line !== undefined) this.#line.carrier.isOpen = false;
        break;
    }
    this.#check();
  }

  end(): void {
    this.#reactions.length = 0;
    this.#outgoing.dispose();
    this.#lose();
    for (const { fates } of this.#entries) expect(fates).toHaveLength(1);
    const { gauge } = this.#outgoing;
    expect([gauge.messages, gauge.bytes, gauge.isWritable]).toEqual([0, 0, true]);
    expect(this.#clock.pending).toBe(0);
  }

  #post(text: string, { key, ttl }: { readonly key?: unknown; readonly ttl: number }): void {
    this.#posted += 1;
    const fates: Delivery[] = [];
    const replaced =
      this.#limits.overflow === 'latest-by-key' && key !== undefined
        ? this.#waiting().find(({ parcel }) => parcel.options.key === key)
        : undefined;
    let parcel: Parcel<string>;
    try {
      parcel = this.#outgoing.post(text, {
        key,
        ttl,
        settled: (_parcel, delivery) => {
          fates.push(delivery);
          this.#react();
        },
      });
    } catch (error) {
      expect(error).toBeInstanceOf(OutboxFullError);
      expect(['reject', 'latest-by-key']).toContain(this.#limits.overflow);
      expect(fates).toEqual([]);
      return;
    }
    const rank = replaced?.parcel.isSettled === true ? replaced.rank : (this.#ranks += 1);
    this.#entries.push({ text, parcel, fates, rank });
  }

  #react(): void {
    if (this.#reactions.shift() === true) this.#post(`${this.#posted}-`, { ttl: Infinity });
  }

  #open(): void {
    const carrier = new LooseCarrier();
    const outlet = this.#outgoing.createOutlet(carrier, (this.#connections += 1));
    this.#line = { carrier, outlet };
    this.#flushed = 0;
    this.#outgoing.attach(outlet);
  }

  #flush(count: number): void {
    for (let each = 0; each < count && this.#inFlight().length > 0; each += 1) {
      this.#flushed += 1;
      this.#line?.outlet.flushed();
    }
  }

  #lose(): void {
    const line = this.#line;
    this.#line = undefined;
    line?.outlet.lost(ENDINGS.NetworkFailed);
  }

  #withdraw(entry: Entry | undefined): void {
    if (entry === undefined) return;
    const { isWaiting } = entry.parcel;
    const before = entry.fates.length;
    this.#outgoing.withdraw(entry.parcel, 'withdrawn');
    expect(entry.fates.length - before).toBe(isWaiting ? 1 : 0);
  }

  #inFlight(): readonly string[] {
    return this.#line?.carrier.sent.slice(this.#flushed) ?? [];
  }

  #waiting(): readonly Entry[] {
    return this.#entries
      .filter(({ parcel }) => parcel.isWaiting)
      .sort((one, other) => one.rank - other.rank);
  }

  #check(): void {
    const { gauge } = this.#outgoing;
    const { maxMessages, maxBytes } = this.#limits;
    const inFlight = this.#inFlight();
    for (const { parcel, fates } of this.#entries) {
      expect(fates).toHaveLength(parcel.isSettled ? 1 : 0);
    }
    const onTheWay = this.#entries.filter(
      ({ parcel, text }) => !parcel.isSettled || inFlight.includes(text),
    );
    const bytes = onTheWay.reduce((sum, { text }) => sum + text.length, 0);
    expect([gauge.messages, gauge.bytes]).toEqual([onTheWay.length, bytes]);
    const isWithin = gauge.messages <= maxMessages && gauge.bytes <= maxBytes;
    expect(isWithin || gauge.messages === 1).toBe(true);
    expect(this.#outgoing.messages).toBe(this.#waiting().length);
    this.#checkOrder();
    const { length } = this.#line?.carrier.closes.splice(0) ?? [];
    this.#closes.splice(0, length);
    this.#checkProgress(inFlight);
  }

  #checkOrder(): void {
    for (const text of this.#line?.carrier.sent ?? []) {
      if (this.#seen.has(text)) continue;
      this.#seen.add(text);
      const entry = this.#entries.find((each) => each.text === text);
      if (entry !== undefined) this.#firsts.push(entry.rank);
    }
    expect(this.#firsts).toEqual(this.#firsts.toSorted((one, other) => one - other));
    for (const { text, fates } of this.#entries) {
      const [fate] = fates;
      const isUnsent = fate?._tag === 'Expired' || fate?._tag === 'Dropped';
      if (isUnsent) expect(this.#seen.has(text)).toBe(false);
    }
  }

  /**
   * An open line with nothing on it holds nothing back but what has no place in the window, and what stands behind an
   * order to close that waits for acknowledgements.
   */
  #checkProgress(inFlight: readonly string[]): void {
    const [head] = this.#waiting();
    const isIdle = this.#line?.carrier.isOpen === true && inFlight.length === 0;
    if (!isIdle || head === undefined) return;
    const unacknowledged = this.#entries.filter(
      ({ parcel }) => parcel.receipt !== undefined && !parcel.isSettled && !parcel.isWaiting,
    );
    const isBehindClose = this.#closes.some((rank) => rank < head.rank);
    if (!isBehindClose) expect(head.parcel.receipt).toBeDefined();
    expect(unacknowledged.length).toBeGreaterThanOrEqual(isBehindClose ? 1 : this.#window);
  }
}

describe('Outgoing', () => {
  it('should give each message one fate, keep the order, and count what is on its way', () => {
    const steps = fc.array(STEP, { maxLength: 60 });
    const reactions = fc.array(fc.boolean(), { maxLength: 6 });
    fc.assert(
      fc.property(LIMITS, steps, reactions, (limits, given, reacts) => {
        const run = new Run(limits, reacts);
        for (const step of given) run.step(step);
        run.end();
      }),
      { numRuns: Number(process.env['RUNS'] ?? 400) },
    );
  });
});
