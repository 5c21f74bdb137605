import type { LookupFunction } from 'node:net';

import type { DialOptions, Dialled } from '../../../src/tls/dial.js';
import type { LifeClock } from './life-clock.js';
import type { ScriptedConnection } from './scripted-connection.js';
import { ScriptedDial } from './scripted-dial.js';

/** What the servers do by themselves and after which time, in milliseconds; absent: what a spec does. */
export interface Habits {
  /** Accepts every connection. */
  readonly accepts?: number | undefined;
  /** Answers our close. */
  readonly answersClose?: number | undefined;
  /** Takes what is sent to it; absent: in the next turn of the loop. */
  readonly takes?: number | undefined;
  /** Answers pings. */
  readonly answersPings?: number | undefined;
}

// A dial is given no object of the spec's but the function that looks names up.
const networks = new WeakMap<LookupFunction, ScriptedNetwork>();

/** Stands in for the internet: what is dialled goes here, and does what a spec says. */
export class ScriptedNetwork {
  readonly clock: LifeClock;
  readonly habits: Habits;
  readonly dials: ScriptedDial[] = [];
  readonly connections: ScriptedConnection[] = [];
  /** The option `lookup` of a socket that is to use this network. */
  readonly lookup: LookupFunction = () => {
    throw new Error('Nobody looks a name up here');
  };
  /** Told of every message that a server gets. */
  heard: (connection: ScriptedConnection, text: string) => void = () => undefined;
  /** Told of every dial. */
  dialling: () => void = () => undefined;
  /** Told of every close of ours. */
  hearsClose: (connection: ScriptedConnection) => void = () => undefined;
  /** Told of every connection, before its opening handshake is answered. */
  connecting: (connection: ScriptedConnection) => void = () => undefined;

  constructor(clock: LifeClock, habits: Habits = {}) {
    this.clock = clock;
    this.habits = habits;
    networks.set(this.lookup, this);
  }

  /** The latest dial that is under way. */
  get pendingDial(): ScriptedDial | undefined {
    return this.dials.findLast(({ isOver }) => !isOver);
  }

  /** Dials and connections that are neither over nor being closed by us. */
  get live(): number {
    const dials = this.dials.filter(({ isOver, socket }) => !isOver || socket?.isTaken === false);
    const open = this.connections.filter(({ isClosing }) => !isClosing);
    return dials.length + open.length;
  }

  /** Connections that are being closed by us, and not over. */
  get closing(): number {
    return this.connections.filter(({ isClosing, isOver }) => isClosing && !isOver).length;
  }

  /** Dials. */
  async dial(options: DialOptions): Promise<Dialled> {
    options.signal.throwIfAborted();
    const dial = new ScriptedDial(this, options);
    this.dials.push(dial);
    this.dialling();
    const { accepts } = this.habits;
    if (accepts !== undefined) {
      const answer = this.clock.schedule(() => {
        dial.connect({ _tag: 'Accepted' });
      }, accepts);
      options.signal.addEventListener('abort', () => {
        answer.unsubscribe();
      });
    }
    return dial.dialled;
  }
}

/** Stands in for `dial`. */
export function scriptedDial(options: DialOptions): Promise<Dialled> {
  const network = options.lookup && networks.get(options.lookup);
  if (network === undefined) throw new Error('The option lookup is not that of a scripted network');
  return network.dial(options);
}
