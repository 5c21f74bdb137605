import { setTimeout as pause } from 'node:timers/promises';

import type { Relay } from '../../../src/testing/index.js';
import { leastEndings, RESTART } from '../../faults/support/expected-endings.js';
import type { Trouble } from '../../faults/support/trouble.js';
import { until } from '../../integration/support/until.js';
import type { NoteClient } from './note-client.js';
import type { NoteServer } from './note-server.js';

/** The longest that a trouble may take to be recovered from, in milliseconds. */
const PATIENCE = 20_000;

/** As long as it takes for a dial to be given up, and a heartbeat after it, in milliseconds. */
const MOMENT = 2_500;

/** A client on a relay of its own, in front of a server that is everybody's. */
export interface NoteCase {
  readonly client: NoteClient;
  readonly relay: Relay;
  readonly server: NoteServer;
}

/** Whether so much can be sent through it in time. */
function isForBursts({ now, next, moment }: Trouble): boolean {
  return (
    moment !== 'dialling' &&
    ![...now, ...next].some(({ _tag }) => _tag === 'Slices' || _tag === 'Bandwidth')
  );
}

/** Brings a trouble about, and waits until a note comes back that was sent after it. */
export async function strike(
  { client, relay, server }: NoteCase,
  trouble: Trouble,
  withBurst: boolean,
): Promise<void> {
  const { now, next, refuse, closer, haste } = trouble;
  await pause(trouble.pause);
  const before = client.endings.length;
  const isStalled = withBurst && isForBursts(trouble);
  if (isStalled) {
    server.stall(client.name, true);
    client.burst();
    await pause(trouble.pause);
  }
  if (next.length > 0) relay.setNextFaults(next);
  if (refuse !== undefined) await relay.setFaults([refuse]);
  if (now.length > 0) relay.connections.at(-1)?.setFaults(now);
  if (closer === 'server') server.closeAll(client.name, RESTART);
  else if (closer !== undefined) client.end(closer);
  if (haste !== undefined) {
    await pause(haste.after);
    client.end(haste.closer);
  }
  if (isStalled) {
    await pause(trouble.pause);
    server.stall(client.name, false);
  }
  // Some are for a connection that is never dialled, because the one before came to its end by itself. What a
  // silence has swallowed by then breaks TLS.
  const soon = performance.now() + MOMENT;
  await until(
    'the trouble to strike',
    () => client.endings.length - before >= leastEndings(trouble) || performance.now() > soon,
    PATIENCE,
  );
  await recover(client, relay);
}

/** Takes the faults away, and waits until a note comes back. Some are lost, or find the outbox full. */
export async function recover(client: NoteClient, relay: Relay): Promise<void> {
  const mark = client.notes.length + 1;
  let probed = -Infinity;
  await until(
    'the echo of a probe',
    () => {
      if (performance.now() - probed > 100) {
        client.probe();
        // Again and again: a connection that was dialled since may have faults of its own.
        void relay.setFaults([]);
        probed = performance.now();
      }
      return client.echoed >= mark;
    },
    PATIENCE,
  );
}
