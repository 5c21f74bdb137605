import {
  defer,
  firstValueFrom,
  map,
  merge,
  take,
  takeUntil,
  tap,
  timer,
  timestamp,
  toArray,
} from 'rxjs';
import type { Observable, TimestampProvider } from 'rxjs';

import type { CommandIo } from '../command-io.js';
import { EXIT_CODE } from '../exit-code.js';
import type { ExitCode } from '../exit-code.js';
import type { LineWriter } from '../line-writer.js';
import { endLine, outputEnd } from '../output-end.js';
import { statusLine } from '../status-line.js';
import { checksOf } from './checks.js';
import { demoStatus } from './demo-status.js';
import type { DemoMoment } from './demo-event.js';
import { useFeed } from './feed-client.js';
import { startFeedServer } from './feed-server.js';
import type { FeedServer } from './feed-server.js';
import { loadTestKit } from './load-test-kit.js';
import { summaryOf } from './summary.js';

/** When to give the demonstration up, in milliseconds: it takes half of that. */
const DEADLINE = 12_000;

// Unlike Date, it is never set back or ahead.
const CLOCK: TimestampProvider = { now: () => performance.timeOrigin + performance.now() };

/**
 * Shows what the library does: starts a market feed with mutual TLS, follows it through a malformed
 * message, a restart and a broken line, sums up, and checks that all of it was seen.
 *
 * @param io - The wish to end.
 * @param out - Where the report goes.
 * @param err - Where it says that the report cannot be written.
 * @returns 0 when all was seen, else 1.
 * @throws KitMissingError (as a rejection) when packages are missing that it needs.
 */
export async function demo(io: CommandIo, out: LineWriter, err: LineWriter): Promise<ExitCode> {
  const feed = await startFeedServer(await loadTestKit());
  const interruption = io.interrupts.pipe(
    take(1),
    tap(() => endLine(out)),
    map(() => EXIT_CODE.interrupted),
  );
  try {
    return await firstValueFrom(merge(interruption, outputEnd(out, err), show(feed, out)), {
      defaultValue: EXIT_CODE.failed,
    });
  } finally {
    await feed.close();
  }
}

function show(feed: FeedServer, out: LineWriter): Observable<ExitCode> {
  const target = `wss://${new URL(feed.url).host}`;
  const { paint } = out;
  const moments = defer(() => {
    out.write(
      paint('bold', `A market feed at ${target}, which asks for a client certificate and a token:`),
    );
    return useFeed(feed);
  }).pipe(
    timestamp(CLOCK),
    map((each): DemoMoment => ({ at: each.timestamp, event: each.value })),
    tap(({ at, event }) => out.write(statusLine(at, demoStatus(event, target, paint), paint))),
    takeUntil(timer(DEADLINE)),
  );
  return moments.pipe(
    toArray(),
    map((all) => conclude(all, out)),
  );
}

function conclude(moments: readonly DemoMoment[], out: LineWriter): ExitCode {
  const { paint } = out;
  const checks = checksOf(moments);
  const lines = [
    '',
    paint('bold', 'Summary'),
    ...summaryOf(moments, paint),
    '',
    paint('bold', 'Checks'),
    ...checks.map(({ claim, holds }) =>
      holds ? `  ${paint('green', 'ok')}      ${claim}` : `  ${paint('red', 'FAILED')}  ${claim}`,
    ),
  ];
  for (const line of lines) out.write(line);
  return checks.every(({ holds }) => holds) ? EXIT_CODE.done : EXIT_CODE.failed;
}
