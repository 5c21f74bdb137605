import { Subscription } from 'rxjs';
import type { SchedulerLike } from 'rxjs';

import type { HeartbeatSettings } from './heartbeat-options.js';

/** What a heartbeat needs of a line. */
export interface HeartbeatLine {
  /** How many bytes came in: it grows with each. */
  readonly bytesRead: number;
  /** Whether we do not read at the moment. */
  readonly isPaused: boolean;
  /** Sends a ping of the protocol. */
  readonly ping: (payload: Uint8Array) => void;
}

/** What a heartbeat tells. It may be stopped from within each of them. */
export interface HeartbeatEvents {
  /** Sends a message in place of a ping: then only `answered()` is a sign of life. */
  readonly beat?: (() => void) | undefined;
  /** A ping, or the message in place of it, was sent. */
  readonly pinged: () => void;
  /** The answer came, after `rtt` milliseconds: told once for a ping at most. */
  readonly ponged: (rtt: number) => void;
  /** The line is dead: told once, and nothing after it. */
  readonly died: () => void;
}

/** A ping that was sent. */
interface Ping {
  readonly payload: Uint8Array;
  readonly sentAt: number;
  readonly bytesBefore: number;
  isAnswered: boolean;
  /** Whether a sign of life has still to come in time. */
  isPending: boolean;
  /** Whether we did not read, at some time since it was sent or since its time was extended. */
  wasPaused: boolean;
}

/**
 * Watches a line for signs of life: sends pings, and tells when nothing comes after one.
 *
 * @remarks
 * A line that goes silent is found within `interval + timeout`. The timers are relative, so that a
 * clock that is set does not matter; only the round trip is taken from it.
 */
export class Heartbeat {
  readonly #line: HeartbeatLine;
  readonly #settings: Pick<HeartbeatSettings, 'interval' | 'timeout'>;
  readonly #scheduler: SchedulerLike;
  readonly #events: HeartbeatEvents;
  #count = 0;
  #latest: Ping | undefined;
  #ticker: Subscription = Subscription.EMPTY;
  #deadline: Subscription = Subscription.EMPTY;

  constructor(
    line: HeartbeatLine,
    settings: Pick<HeartbeatSettings, 'interval' | 'timeout'>,
    scheduler: SchedulerLike,
    events: HeartbeatEvents,
  ) {
    this.#line = line;
    this.#settings = settings;
    this.#scheduler = scheduler;
    this.#events = events;
  }

  /** Starts to watch: the first ping goes out an interval from now. */
  start(): void {
    if (this.#settings.interval !== Infinity) this.#arm();
  }

  /** Ends it, without a timer left, and without a word. */
  stop(): void {
    this.#latest = undefined;
    this.#ticker.unsubscribe();
    this.#deadline.unsubscribe();
  }

  /**
   * A pong came. One that does not answer the latest ping is a sign of life like any other byte, but
   * tells nothing about the round trip (RFC 6455 section 5.5.3).
   */
  pong(payload: Uint8Array): void {
    if (this.#events.beat !== undefined) return;
    if (this.#latest !== undefined && Buffer.compare(payload, this.#latest.payload) === 0) {
      this.#answered(this.#latest);
    }
  }

  /** The answer to the message in place of a ping came. */
  answered(): void {
    if (this.#events.beat !== undefined && this.#latest !== undefined) this.#answered(this.#latest);
  }

  /**
   * We stop to read for a while. To be told where it matters that the pause may be over again
   * before anybody looks: an answer may stand behind much else that has to be read first.
   */
  paused(): void {
    if (this.#latest !== undefined) this.#latest.wasPaused = true;
  }

  #answered(ping: Ping): void {
    if (ping.isAnswered) return;
    ping.isAnswered = true;
    this.#events.ponged(Math.max(0, this.#scheduler.now() - ping.sentAt));
  }

  #arm(): void {
    this.#ticker = this.#scheduler.schedule(this.#tick, this.#settings.interval);
  }

  readonly #tick = (): void => {
    this.#arm();
    const ping = this.#latest;
    // No ping on top of one that waits for its answer: the time would begin anew. That an answer came
    // may be seen here first, since the interval may be shorter than the timeout.
    if (ping?.isPending !== true || this.#isAlive(ping)) {
      this.#send();
    } else if (this.#line.isPaused) {
      ping.wasPaused = true;
      // While nothing is read only a write finds out that the line was reset.
      this.#line.ping(Buffer.from(ping.payload));
    }
  };

  #send(): void {
    const { beat, pinged } = this.#events;
    const { timeout } = this.#settings;
    const payload = Buffer.alloc(4);
    payload.writeUInt32BE(this.#count);
    this.#count = (this.#count + 1) % 2 ** 32;
    const ping = {
      payload,
      sentAt: this.#scheduler.now(),
      bytesBefore: this.#line.bytesRead,
      isAnswered: false,
      isPending: timeout !== Infinity,
      wasPaused: this.#line.isPaused,
    };
    this.#latest = ping;
    // Before the ping goes out: whoever sends it may stop the heartbeat.
    this.#await(ping);
    if (beat === undefined) this.#line.ping(Buffer.from(payload));
    else beat();
    if (this.#latest === ping) pinged();
  }

  /** Gives the line until the timeout for a sign of life. */
  #await(ping: Ping): void {
    this.#deadline.unsubscribe();
    if (!ping.isPending) return;
    this.#deadline = this.#scheduler.schedule(() => {
      // If we were blocked, or asleep, the answer waits to be read, which takes one turn of the loop.
      if (this.#acquits(ping)) return;
      this.#deadline = this.#scheduler.schedule(() => {
        if (this.#acquits(ping)) return;
        this.stop();
        this.#events.died();
      });
    }, this.#settings.timeout);
  }

  /** Lets the line live if there was a sign of life, or if its time has to be extended. */
  #acquits(ping: Ping): boolean {
    ping.isPending = !this.#isAlive(ping);
    if (!ping.isPending) return true;
    const { isPaused } = this.#line;
    // Whoever does not read cannot tell that nothing came.
    if (!isPaused && !ping.wasPaused) return false;
    ping.wasPaused = isPaused;
    this.#await(ping);
    return true;
  }

  #isAlive({ isAnswered, bytesBefore }: Ping): boolean {
    if (isAnswered) return true;
    return this.#events.beat === undefined && this.#line.bytesRead !== bytesBefore;
  }
}
