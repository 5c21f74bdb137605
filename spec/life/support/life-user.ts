import { Subscription } from 'rxjs';

import { DisposedError } from '../../../src/streams/disposed-error.js';
import type { SocketSubject } from '../../../src/streams/socket-subject.js';
import type { LifeClock } from './life-clock.js';
import type { LifeMail } from './life-mail.js';
import type { UserAct } from './life-plan.js';
import { LifeSubscriber } from './life-subscriber.js';
import type { SubscriberEnd } from './life-subscriber.js';
import type { SessionRecords } from './session-records.js';
import type { ToldLog } from './told-log.js';

/** What a user tells of. */
export interface LifeUserEvents {
  /** A subscriber was called. */
  readonly reacts: (hook: 'next' | 'error' | 'complete') => void;
  readonly complains: (problem: string) => void;
}

/** What a user has at hand. */
export interface LifeUserPlace {
  readonly socket: SocketSubject<unknown, unknown>;
  readonly abort: AbortController;
  readonly clock: LifeClock;
  readonly sessions: SessionRecords;
  readonly mail: LifeMail;
  readonly log: ToldLog;
  readonly linger: number;
}

/** The user of a socket: what he does, and what he keeps of it. */
export class LifeUser {
  readonly subscribers: LifeSubscriber[] = [];
  readonly drains: { isOver: boolean }[] = [];
  isDisposed = false;
  readonly #place: LifeUserPlace;
  readonly #events: LifeUserEvents;
  readonly #holds: (() => void)[] = [];
  #linger: Subscription = Subscription.EMPTY;

  constructor(place: LifeUserPlace, events: LifeUserEvents) {
    this.#place = place;
    this.#events = events;
  }

  get present(): readonly LifeSubscriber[] {
    return this.subscribers.filter(({ isLive }) => isLive);
  }

  /** Whether he has the server wait. */
  get isHolding(): boolean {
    return this.#holds.length > 0;
  }

  act(act: UserAct): void {
    const { socket, abort, sessions, mail } = this.#place;
    switch (act._tag) {
      case 'Subscribe':
        this.#subscribe(act.to);
        break;
      case 'Leave': {
        const present = this.present.filter(({ isSettled }) => isSettled);
        const chosen = present[act.which % Math.max(1, present.length)];
        if (chosen !== undefined) this.#leave(chosen);
        break;
      }
      case 'LeaveAll':
        for (const each of this.present) if (each.isLive && each.isSettled) this.#leave(each);
        break;
      case 'Next':
        mail.next(socket, this.isDisposed);
        break;
      case 'Send':
        mail.send(socket, act.ttl);
        break;
      case 'Hold':
        this.#holds.push(socket.hold());
        break;
      case 'Release':
        this.#holds.pop()?.();
        break;
      case 'Complete':
        this.#close();
        socket.complete();
        break;
      case 'Error':
        this.#close();
        socket.error(act.code === undefined ? new Error('upstream') : { code: act.code });
        break;
      case 'Reconnect':
        sessions.reconnect();
        socket.reconnect(act.code === undefined ? undefined : { code: act.code });
        break;
      case 'Terminate':
        sessions.tearDown();
        socket.terminate();
        break;
      case 'Drain':
        this.#drain(act.timeout);
        break;
      case 'Dispose':
        this.#dispose();
        break;
      case 'Abort':
        sessions.tearDown();
        abort.abort(new Error('aborted'));
        break;
    }
  }

  /** The stream ended while its last subscriber was gone already. */
  stayNoLonger(): void {
    this.#linger.unsubscribe();
  }

  #subscribe(to: 'stream' | 'decoded'): void {
    const { socket, sessions, log } = this.#place;
    this.#linger.unsubscribe();
    const session = this.isDisposed ? undefined : sessions.join();
    const subscriber = new LifeSubscriber(to, session, log.now);
    this.subscribers.push(subscriber);
    subscriber.start(socket, log, {
      told: () => {
        this.#events.reacts('next');
      },
      ended: (end) => {
        this.#checkEnd(subscriber, end);
        this.#events.reacts(end._tag === 'Failed' ? 'error' : 'complete');
      },
    });
  }

  #checkEnd({ session }: LifeSubscriber, end: SubscriberEnd): void {
    const { sessions } = this.#place;
    const error = end._tag === 'Failed' ? end.error : undefined;
    if (session === undefined) {
      if (!(error instanceof DisposedError)) this.#events.complains('not a DisposedError');
      return;
    }
    // Where it happens from within a listener, the channel tells of it only after that.
    sessions.finished(session);
  }

  #leave(subscriber: LifeSubscriber): void {
    const { sessions, clock, log, linger } = this.#place;
    const isLast = this.present.every((each) => each === subscriber);
    if (isLast && subscriber.session !== undefined && subscriber.session === sessions.current) {
      this.#linger.unsubscribe();
      if (linger === 0) sessions.hangUp();
      // Before that of the socket, so that the record is there when the socket hangs up.
      else this.#linger = clock.schedule(() => sessions.hangUp(), linger);
    }
    subscriber.leave(log);
  }

  #close(): void {
    const { socket, sessions } = this.#place;
    sessions.close(socket.stats().queuedMessages);
  }

  #drain(timeout: number): void {
    if (this.#place.sessions.current !== undefined) this.#close();
    const drain = { isOver: false };
    this.drains.push(drain);
    void this.#place.socket.drain({ timeout }).then(() => {
      drain.isOver = true;
    });
  }

  #dispose(): void {
    const { socket, sessions, log } = this.#place;
    this.isDisposed = true;
    this.#linger.unsubscribe();
    // Who came after that fails with a DisposedError.
    for (const each of this.present) if (each.session !== undefined) each.dropped(log);
    sessions.hangUp();
    socket.unsubscribe();
  }
}
