import { getEventListeners } from 'node:events';

import { isUnauthorized } from '../../../src/streams/is-unauthorized.js';
import { nextSocketNumber } from '../../../src/streams/socket-number.js';
import type { SocketSubject } from '../../../src/streams/socket-subject.js';
import { webSocket } from '../../../src/streams/web-socket.js';
import { ChannelLedger } from './channel-ledger.js';
import type { ChannelEntry } from './channel-ledger.js';
import { LifeClock } from './life-clock.js';
import { HOOKS, isUserAct } from './life-plan.js';
import type { Act, LifePlan, Reaction } from './life-plan.js';
import { LifeMail } from './life-mail.js';
import { LifeServers } from './life-servers.js';
import { LifeUser } from './life-user.js';
import { plannedOptions } from './planned-options.js';
import { ScriptedNetwork } from './scripted-network.js';
import { SessionRecords } from './session-records.js';
import { StatePath } from './state-path.js';
import { ToldLog } from './told-log.js';

type Hook = (typeof HOOKS)[number];

// Longer than every time limit and delay of a plan.
const LONG = 1_500;

/** The life of one socket, and what is wrong with it. */
export class Life {
  /** What was found to be wrong, in order. */
  readonly problems: string[] = [];

  readonly #plan: LifePlan;
  readonly #clock = new LifeClock();
  readonly #abort = new AbortController();
  readonly #log = new ToldLog();
  readonly #mail: LifeMail;
  readonly #network: ScriptedNetwork;
  readonly #sessions: SessionRecords;
  readonly #path: StatePath;
  readonly #channels: ChannelLedger;
  readonly #socket: SocketSubject<unknown, unknown>;
  readonly #servers: LifeServers;
  readonly #user: LifeUser;
  readonly #reactions: Set<Reaction>;
  readonly #calls = new Map<Hook, number>();
  // Credentials that are being refreshed: by a promise, which nobody can cancel.
  #refreshing = 0;

  constructor(plan: LifePlan) {
    this.#plan = plan;
    this.#reactions = new Set(plan.reactions);
    this.#network = new ScriptedNetwork(this.#clock, plan.habits);
    this.#mail = new LifeMail(this.#complain);
    this.#sessions = new SessionRecords(this.#network);
    this.#path = new StatePath(plan.options);
    // Before the socket, which has the next number.
    this.#channels = new ChannelLedger(nextSocketNumber() + 1, this.#published);
    const [abort, clock, log, mail] = [this.#abort, this.#clock, this.#log, this.#mail];
    const sessions = this.#sessions;
    this.#servers = new LifeServers(
      this.#network,
      sessions,
      log,
      mail,
      plan.options,
      this.#complain,
    );
    this.#socket = this.#connect();
    const { linger } = plan.options;
    this.#user = new LifeUser(
      { socket: this.#socket, abort, clock, sessions, log, mail, linger },
      { reacts: this.#react, complains: this.#complain },
    );
    this.#listen();
  }

  /** Lives it. @returns What was wrong first; undefined when nothing was. */
  async live(): Promise<string | undefined> {
    try {
      for (const { act, isHasty } of this.#plan.steps) {
        await this.#do(act);
        if (!isHasty) await this.#clock.settle();
        this.#check();
        if (!isHasty) this.#checkAtRest();
        if (this.problems.length > 0) break;
      }
      for (const act of [this.#plan.last, { _tag: 'Dispose' } as const]) {
        this.#user.act(act);
        await this.#clock.pass(LONG);
        this.#check();
        this.#checkAtRest();
      }
      if (!this.#isQuiet) this.#complain('it does not end');
      this.#mail.checkEnd();
      if (this.#user.drains.some(({ isOver }) => !isOver))
        this.#complain('drain() does not settle');
    } catch (error) {
      this.#complain(`threw ${error instanceof Error ? String(error.stack) : String(error)}`);
    } finally {
      this.#channels.stop();
    }
    return this.problems[0];
  }

  #connect(): SocketSubject<unknown, unknown> {
    const observer = (hook: Hook): { next: () => void } => ({
      next: () => {
        this.#react(hook);
      },
    });
    const options = plannedOptions(this.#plan.options, this.#clock, {
      faulted: () => {
        const { current } = this.#sessions;
        if (current !== undefined) current.isFaulted = true;
      },
      refreshing: (ending) => {
        this.#refreshing += 1;
        if (!isUnauthorized(ending)) this.#complain(`credentials are refreshed for ${ending._tag}`);
      },
      refreshed: () => {
        this.#refreshing -= 1;
      },
    });
    return webSocket({
      ...options,
      lookup: this.#network.lookup,
      signal: this.#abort.signal,
      openObserver: observer('openObserver'),
      closingObserver: observer('closingObserver'),
      closeObserver: observer('closeObserver'),
    });
  }

  #listen(): void {
    this.#socket.state.subscribe((state) => {
      const complaint = this.#path.follow(state, this.#clock.now());
      if (complaint !== undefined) this.#complain(complaint);
      this.#react('state');
    });
    this.#socket.rejected.subscribe(() => {
      this.#react('rejected');
    });
    this.#socket.undelivered.subscribe(({ message, delivery }) => {
      this.#mail.undelivered(message, delivery);
      this.#react('undelivered');
    });
    this.#socket.drained.subscribe(() => {
      this.#react('drained');
    });
    this.#socket.rtt.subscribe((rtt) => {
      if (rtt < 0) this.#complain(`a round trip of ${rtt} ms`);
      this.#react('rtt');
    });
  }

  async #do(act: Act): Promise<void> {
    if (act._tag === 'Pass') await this.#clock.pass(act.duration);
    else if (isUserAct(act)) this.#user.act(act);
    else this.#servers.act(act);
  }

  readonly #published = ({ name, message }: ChannelEntry): void => {
    if (name === 'rx-wss:end') {
      const record = this.#sessions.ended(message);
      if (record === undefined) this.#complain('an end without a stream');
      else if (record.stage === 'Finished') this.#user.stayNoLonger();
    }
    this.#reactTo(name);
  };

  #reactTo(name: string): void {
    const hook = HOOKS.find((each) => each === name);
    if (hook !== undefined) this.#react(hook);
  }

  /** A listener was called: does what the plan has it do. */
  readonly #react = (hook: Hook): void => {
    const count = (this.#calls.get(hook) ?? 0) + 1;
    this.#calls.set(hook, count);
    for (const reaction of this.#reactions) {
      if (reaction.hook !== hook || reaction.nth !== count) continue;
      this.#reactions.delete(reaction);
      this.#user.act(reaction.act);
    }
  };

  /** Looks at what has to hold at any time. */
  #check(): void {
    const { live } = this.#network;
    if (live > 1) this.#complain(`${live} connections are alive`);
    for (const each of this.#user.subscribers) {
      const complaint = each.complaint(this.#log);
      if (complaint !== undefined) this.#complain(complaint);
    }
    const expected = {
      ...this.#servers.counts,
      attempts: this.#channels.count('rx-wss:connecting'),
      connections: this.#channels.count('rx-wss:open'),
      pings: this.#channels.count('rx-wss:ping'),
      pongs: this.#channels.count('rx-wss:pong'),
    };
    const stats: object = this.#socket.stats();
    for (const [name, value] of Object.entries({ ...stats, ...expected })) {
      const told: unknown = Reflect.get(stats, name);
      if (told !== value)
        this.#complain(`stats().${name} is ${String(told)}, not ${String(value)}`);
    }
  }

  /** Looks at what has to hold while nothing happens before time passes. */
  #checkAtRest(): void {
    const { _tag } = this.#path.present;
    const { live, closing, connections } = this.#network;
    if (!this.#isSound()) {
      this.#complain(`${_tag} with ${live} connections alive and ${closing} closing`);
    }
    if (_tag === 'Idle' || _tag === 'Closed') {
      const { length } = this.#user.present;
      if (length > 0) this.#complain(`${_tag}, and ${length} subscribers are waiting`);
      if (this.#sessions.current !== undefined) this.#complain(`${_tag} within a stream`);
    }
    const latest = connections.at(-1);
    if (_tag === 'Open' && latest?.canSend === true) {
      if (this.#mail.waiting > 0 && latest.bufferedAmount === 0)
        this.#complain('messages wait for nothing');
      if (latest.isPaused !== this.#user.isHolding) this.#complain('the server waits, or does not');
    }
    this.#mail.check(connections.filter(({ isReady }) => isReady));
    const { queuedMessages } = this.#socket.stats();
    const { waiting } = this.#mail;
    if (queuedMessages !== waiting)
      this.#complain(`${queuedMessages} messages wait, not ${waiting}`);
    if (this.#isQuiet) this.#checkQuiet();
  }

  /** Whether the state and the network agree. */
  #isSound(): boolean {
    const { live, closing, connections } = this.#network;
    switch (this.#path.present._tag) {
      case 'Idle':
      case 'Waiting':
      case 'Closed':
        return live === 0;
      case 'Closing':
        return live === 0 && closing > 0;
      case 'Connecting':
        return live === 1 || this.#refreshing > 0;
      case 'Opening':
      case 'Open':
        return live === 1 && connections.at(-1)?.isUpgraded === true;
    }
  }

  /** Whether there is neither a stream nor a connection that has to finish in the background. */
  get #isQuiet(): boolean {
    const { live, closing } = this.#network;
    return this.#sessions.current === undefined && live + closing === 0;
  }

  /** Looks at what has to hold once all is over, as long as nobody subscribes again. */
  #checkQuiet(): void {
    const timers = this.#clock.pending - this.#mail.timers;
    if (timers > this.#refreshing) this.#complain(`${timers} timers are left`);
    const listeners = getEventListeners(this.#abort.signal, 'abort').length;
    if (listeners > 0) this.#complain(`${listeners} listeners are left on the signal`);
    const begun = this.#channels.count('rx-wss:connecting');
    const over = this.#channels.count('rx-wss:close');
    if (begun !== over) this.#complain(`${begun} attempts were begun, and ${over} are over`);
    for (const { number, ends } of this.#sessions.all) {
      if (ends.length !== 1) this.#complain(`stream ${number} ended ${ends.length} times`);
    }
    for (const { session, ends } of this.#user.subscribers) {
      const [end] = ends;
      if (session === undefined || end === undefined || end._tag === 'Left') continue;
      const error = end._tag === 'Failed' ? end.error : undefined;
      if (session.stage === 'HungUp' || session.ends[0]?.error !== error) {
        this.#complain(`a subscriber ${end._tag}, and the stream ${session.stage}`);
      }
    }
  }

  readonly #complain = (problem: string): void => {
    this.problems.push(problem);
  };
}
