import { setImmediate as turn } from 'node:timers/promises';
import type { TlsOptions } from 'node:tls';

import { createWssServer } from '../../../src/testing/index.js';
import type { WssConnection, WssServer } from '../../../src/testing/index.js';

/** A message of a feed's client: a number, and whether it was sent before. */
export interface Report {
  readonly report: number;
  readonly isAgain?: boolean;
}

/** A server that sends 1, 2, 3 and so on to one client, from where that says it is. */
export interface NumberedFeed {
  readonly server: WssServer;
  /** How many messages it has handed to its connections. */
  readonly sent: number;
  /** The highest number that came, without a hole before it. */
  readonly reports: number;
  /** How many came that had come before. */
  readonly duplicates: number;
  /** What came out of order, or twice without a mark. */
  readonly violations: readonly string[];
  /** Sends the numbers up to this one. */
  advance(to: number): void;
  /** Begins to close what is open. */
  closeAll(code: number): void;
}

// What is sent at once, before the line is asked whether it takes more.
const BATCH = 200;

/** Starts a feed. */
export async function createNumberedFeed(tls: TlsOptions): Promise<NumberedFeed> {
  const violations: string[] = [];
  const wake = new Set<() => void>();
  let upTo = 0;
  let sent = 0;
  let reports = 0;
  let duplicates = 0;
  const server = await createWssServer({
    tls,
    recordsMessages: false,
    onConnection: (connection) => {
      connection.onMessage((data) => {
        const came = JSON.parse(Buffer.from(data).toString()) as Report;
        take(came);
        // Also when it came twice: the answer may have been lost.
        connection.send(`{"ack":${came.report}}`).catch(() => undefined);
      });
      // Ends with the line.
      serve(connection).catch(() => undefined);
    },
  });

  function take({ report, isAgain }: Report): void {
    if (report === reports + 1) {
      reports = report;
    } else if (report <= reports) {
      duplicates += 1;
      if (isAgain !== true) violations.push(`report ${report} came again, and is not marked`);
    } else {
      violations.push(`report ${report} came after ${reports}`);
    }
  }

  async function serve(connection: WssConnection): Promise<void> {
    let next = Number(new URL(connection.request.url, 'ws://feed').searchParams.get('after')) + 1;
    const line = { isOver: false };
    void connection.closed.then(() => {
      line.isOver = true;
      for (const each of wake) each();
    });
    while (!line.isOver) {
      if (next > upTo) {
        let go: () => void = () => undefined;
        await new Promise<void>((resolve) => {
          go = resolve;
          wake.add(go);
        });
        wake.delete(go);
        continue;
      }
      const last = Math.min(upTo, next + BATCH);
      for (; next < last; next += 1) {
        sent += 1;
        connection.send(`{"n":${next}}`).catch(() => undefined);
      }
      sent += 1;
      await connection.send(`{"n":${next}}`);
      next += 1;
      await turn();
    }
  }

  return {
    server,
    violations,
    get sent() {
      return sent;
    },
    get reports() {
      return reports;
    },
    get duplicates() {
      return duplicates;
    },
    advance(to) {
      upTo = to;
      for (const each of wake) each();
    },
    closeAll(code) {
      for (const connection of server.connections) void connection.close(code);
    },
  };
}
