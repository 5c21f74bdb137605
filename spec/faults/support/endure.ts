import { setTimeout as pause } from 'node:timers/promises';

import type { Ending } from '../../../src/index.js';
import type { Relay } from '../../../src/testing/index.js';
import { until } from '../../integration/support/until.js';
import { isExplained, leastEndings, RESTART } from './expected-endings.js';
import type { NumberedClient } from './numbered-client.js';
import type { NumberedEcho } from './numbered-echo.js';
import type { Trouble } from './trouble.js';

/** A client on a relay of its own, in front of an echo that is everybody's. */
export interface Case {
  readonly client: NumberedClient;
  readonly relay: Relay;
  readonly echo: NumberedEcho;
}

/** What became of a trouble. */
export interface Outcome {
  readonly trouble: Trouble;
  /** What it ended connections with, oldest first. */
  readonly endings: readonly Ending[];
  /** Whether these are what it may bring about. */
  readonly isExplained: boolean;
  /** How long it took, in milliseconds, until a number came back that was sent after it struck. */
  readonly recovery: number | undefined;
  /** What went wrong with it, in words; undefined when nothing did. */
  readonly problem: string | undefined;
}

/** The longest that a trouble may take to strike, and to be recovered from, in milliseconds. */
export const PATIENCE = 30_000;

// Long enough for what is on its way to come back, and for what must not happen to happen.
const QUIET = 30;

/** Brings `trouble` about, and waits until the client is well again. */
export async function endure({ client, relay, echo }: Case, trouble: Trouble): Promise<Outcome> {
  const { moment, now, next, refuse, closer, haste } = trouble;
  await pause(trouble.pause);
  if (moment === 'idle') {
    client.isSending = false;
    await pause(QUIET);
  }
  const before = client.endings.length;
  const start = performance.now();
  const connection = relay.connections.at(-1);
  let recovery: number | undefined;
  let problem: string | undefined;
  try {
    if (next.length > 0) relay.setNextFaults(next);
    if (refuse !== undefined) await relay.setFaults([refuse]);
    if (now.length > 0) connection?.setFaults(now);
    if (closer === 'server') echo.closeAll(client.name, RESTART);
    else if (closer !== undefined) client.end(closer);
    if (haste !== undefined) {
      await pause(haste.after);
      client.end(haste.closer);
    }
    if (moment === 'idle') {
      await pause(QUIET);
      client.isSending = true;
    }
    await until(
      'the trouble to strike',
      () => client.endings.length - before >= leastEndings(trouble),
      PATIENCE,
    );
    const mark = client.next;
    await until('the echo of what was sent after it', () => client.echoed >= mark, PATIENCE);
    recovery = performance.now() - start;
  } catch (error) {
    problem = `${String(error)}, in the state ${client.state._tag}`;
  }
  await settle(relay);
  const endings = client.endings.slice(before);
  return { trouble, endings, isExplained: isExplained(trouble, endings), recovery, problem };
}

/** Takes all faults away, so that ends that were held back are passed on, and nothing is left. */
async function settle(relay: Relay): Promise<void> {
  await relay.setFaults([]);
  await pause(QUIET / 3);
}
