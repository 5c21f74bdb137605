import { createFakeSource } from './fake-source.js';
import type { FakeSource } from './fake-source.js';

/** A server with messages to send, and a line with room for some. */
export interface SlowServer {
  readonly source: FakeSource<number>;
  /** How many messages it has sent. */
  readonly sent: number;
  /** Sends the next message if the line takes it; the stream completes after the last. */
  send(): void;
}

/** How a slow server behaves. */
export interface SlowServerOptions {
  readonly underWay?: number;
  readonly burst?: number;
}

/**
 * Makes a server that sends 0, 1, 2 … up to `total`. While it is held, `underWay` messages that were read before
 * come still; once it is released, `burst` come at once, from within.
 */
export function createSlowServer(total: number, options: SlowServerOptions = {}): SlowServer {
  const { underWay = 0, burst = 0 } = options;
  let isPaused = false;
  let slack = underWay;
  let sent = 0;
  const send = (): void => {
    if (isPaused && slack === 0) return;
    if (isPaused) slack -= 1;
    if (sent < total) source.emit(sent++);
    else source.complete();
  };
  const source = createFakeSource<number>({
    line: {
      pause: () => {
        isPaused = true;
        slack = underWay;
      },
      resume: () => {
        isPaused = false;
        // The first one may hold it again, and the others are under way then.
        for (let left = burst; left > 0 && sent < total; left -= 1) send();
      },
    },
  });
  return {
    source,
    get sent() {
      return sent;
    },
    send,
  };
}
