import type { ObservableNotification } from 'rxjs';
import { skip, Subscription } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';

import type { SocketOptions } from '../../../src/streams/socket-options.js';
import type { SocketState } from '../../../src/streams/socket-state.js';
import type { SocketSubject } from '../../../src/streams/socket-subject.js';
import { webSocket } from '../../../src/streams/web-socket.js';
import { LifeClock } from './life-clock.js';
import type { ScriptedConnection } from './scripted-connection.js';
import { ScriptedNetwork } from './scripted-network.js';

/** What was told, and when: a marble diagram in figures. */
export type Diagram = readonly {
  readonly frame: number;
  readonly notification: ObservableNotification<unknown>;
}[];

/** What happens to a socket, as marbles: a millisecond for each character. */
export interface Story {
  readonly options?: Partial<SocketOptions<unknown, unknown>>;
  /** What the servers do; {@link SERVER_ACTS} says which letter means what. */
  readonly server?: string;
  /** When there is a subscriber, as in `'^--!'`; several for several. */
  readonly subscribers?: readonly string[];
  /** What else the user does, by letters of his own. */
  readonly user?: string;
  readonly acts?: Readonly<Record<string, (socket: SocketSubject<unknown, unknown>) => void>>;
  /** How long to look on, in milliseconds. */
  readonly duration: number;
}

/** What a story came to. */
export interface Outcome {
  /** The states, each in a word or two. */
  readonly states: Diagram;
  /** What each subscriber was told; an error by its name. */
  readonly streams: readonly Diagram[];
  /** Which servers were dialled, in order. */
  readonly targets: readonly string[];
  /** Timers that are left. */
  readonly timers: number;
  readonly network: ScriptedNetwork;
  readonly socket: SocketSubject<unknown, unknown>;
}

/** What the letters in `server` mean; all but the first ones are about the latest connection. */
const SERVER_ACTS: Readonly<Record<string, (network: ScriptedNetwork) => void>> = {
  a: (network) => network.pendingDial?.connect({ _tag: 'Accepted' }),
  f: (network) =>
    network.pendingDial?.fail(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })),
  r: (network) => network.pendingDial?.connect({ _tag: 'Refused', status: 503, retryAfter: '1' }),
  u: (network) => network.pendingDial?.connect({ _tag: 'Refused', status: 401 }),
  m: (network) => latest(network).say('"m"'),
  n: (network) => latest(network).say('"n"'),
  p: (network) => {
    latest(network).answerPings();
  },
  k: (network) => {
    latest(network).answerClose();
  },
  c: (network) => {
    latest(network).sendClose(1000);
  },
  d: (network) => {
    latest(network).sendClose(1012);
  },
  x: (network) => {
    latest(network).reset();
  },
};

/** Lets a story happen. */
export async function tell({
  options = {},
  server = '',
  subscribers = ['^'],
  user = '',
  acts = {},
  duration,
}: Story): Promise<Outcome> {
  const clock = new LifeClock();
  const network = new ScriptedNetwork(clock);
  const socket = webSocket({
    url: 'ws://one.example',
    heartbeat: false,
    lookup: network.lookup,
    scheduler: clock,
    random: () => 0.5,
    ...options,
  });
  const states: Diagram[number][] = [];
  const note = (
    diagram: Diagram[number][],
    notification: ObservableNotification<unknown>,
  ): void => {
    diagram.push({ frame: clock.now(), notification });
  };
  // Without the present one: every story begins with Idle.
  socket.state.pipe(skip(1)).subscribe((state) => {
    note(states, { kind: 'N', value: wordsFor(state) });
  });
  for (const { frame, notification } of marbles(server)) {
    const act = notification.kind === 'N' ? SERVER_ACTS[String(notification.value)] : undefined;
    if (act === undefined) throw new Error(`No server does what '${server}' says`);
    clock.schedule(() => act(network), frame);
  }
  for (const { frame, notification } of marbles(user)) {
    const act = notification.kind === 'N' ? acts[String(notification.value)] : undefined;
    if (act === undefined) throw new Error(`The user knows nothing of '${user}'`);
    clock.schedule(() => act(socket), frame);
  }
  const streams = subscribers.map((each) => {
    const stream: Diagram[number][] = [];
    const { subscribedFrame, unsubscribedFrame } = subscriptionMarbles(each);
    let subscription = Subscription.EMPTY;
    clock.schedule(() => {
      subscription = socket.subscribe({
        next: (value) => note(stream, { kind: 'N', value }),
        error: (error: unknown) => {
          note(stream, { kind: 'E', error: error instanceof Error ? error.name : error });
        },
        complete: () => note(stream, { kind: 'C' }),
      });
    }, subscribedFrame);
    clock.schedule(() => subscription.unsubscribe(), unsubscribedFrame);
    return stream;
  });
  await clock.pass(duration);
  const targets = network.dials.map(({ options: { host } }) => host);
  return { states, streams, targets, timers: clock.pending, network, socket };
}

/** Reads a marble diagram, a millisecond for each character. */
export function marbles(
  diagram: string,
  values?: Readonly<Record<string, unknown>>,
  error?: unknown,
): Diagram {
  // Within `run` a character is a millisecond, and not ten.
  return new TestScheduler(() => undefined).run(() =>
    TestScheduler.parseMarbles(diagram, values, error, false, true),
  );
}

function subscriptionMarbles(
  diagram: string,
): ReturnType<typeof TestScheduler.parseMarblesAsSubscriptions> {
  return new TestScheduler(() => undefined).run(() =>
    TestScheduler.parseMarblesAsSubscriptions(diagram, true),
  );
}

function latest({ connections }: ScriptedNetwork): ScriptedConnection {
  const connection = connections.at(-1);
  if (connection === undefined) throw new Error('There is no connection');
  return connection;
}

function wordsFor(state: SocketState): string {
  switch (state._tag) {
    case 'Connecting':
    case 'Opening':
      return `${state._tag} ${state.attempt}`;
    case 'Open':
      return state.rtt === undefined ? `Open ${state.attempt}` : `Open rtt ${state.rtt}`;
    case 'Waiting':
      return `Waiting ${state.delay}`;
    case 'Closing':
      return `Closing ${state.code}`;
    case 'Idle':
      return 'Idle';
    case 'Closed':
      return `Closed ${state.ending._tag}`;
  }
}
