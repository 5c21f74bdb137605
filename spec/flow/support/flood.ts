import { until } from '../../integration/support/until.js';
import type { WssConnection } from '../../../src/testing/index.js';

/**
 * What the system may take of a connection that nobody reads from, in bytes: the most that it lets the two
 * buffers of one on loopback grow to. It is a tenth of that, as a rule.
 */
export const SYSTEM_BUFFERS: number = 40 * 1024 * 1024;

/** What Node reads from a socket at a time, in bytes: so much comes after it was paused. */
export const CHUNK: number = 64 * 1024;

/** A server that sends 1, 2, 3 and so on, as fast as the line takes it. */
export interface Flood {
  /** How many messages it has handed to the system. */
  readonly sent: number;
  /** Sends no more than this. */
  readonly stop: () => Promise<void>;
  /** Waits until the line has taken nothing for a while. */
  readonly stalled: () => Promise<void>;
}

/** What differs from a flood of what is easily compressed. */
export interface FloodOptions {
  /** The number of the first message. */
  readonly first?: number;
  /** What the messages are full of. */
  readonly filling?: () => string;
}

/** Gives the number of a message of a flood. */
export function numberOf(message: string): number {
  return Number.parseInt(message, 10);
}

/** Begins to send messages of `size` bytes. */
export function flood(
  connection: WssConnection,
  size: number,
  { first = 1, filling = () => 'x' }: FloodOptions = {},
): Flood {
  let sent = first - 1;
  let isOver = false;
  const run = async (): Promise<void> => {
    while (!isOver) {
      await connection.send(`${sent + 1} `.padEnd(size, filling()));
      sent += 1;
    }
  };
  // The line may end before.
  const running = run().catch(() => undefined);
  return {
    get sent() {
      return sent;
    },
    stop: () => {
      isOver = true;
      return running;
    },
    stalled: async () => {
      let before = -1;
      let since = Date.now();
      await until(
        'the server to be held back',
        () => {
          if (sent !== before) since = Date.now();
          before = sent;
          return Date.now() - since > 100;
        },
        10_000,
      );
    },
  };
}
