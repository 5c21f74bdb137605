import type { SchedulerLike } from 'rxjs';

import type { Ending } from '../ending.js';
import type { MessageKey } from '../hub/message-key.js';
import { IdleTimeout } from '../idle-timeout.js';
import type { Posted } from '../multiplex.js';
import type { RequestSettings } from './request-options.js';

/** Who made a request. */
export interface AnswerObserver<In> {
  next(answer: In): void;
  error(error: unknown): void;
  complete(): void;
}

/** The request was given to the socket, and waits in its outbox or has been sent. */
interface PostedStage {
  readonly _tag: 'Posted';
  readonly posted: Posted;
}

/** The connection that it was sent on is over; it is to be sent again on the next one. */
interface LostStage {
  readonly _tag: 'Lost';
  readonly ending: Ending;
}

/** It has been answered, or has failed, or nobody waits any more. */
interface OverStage {
  readonly _tag: 'Over';
}

const OVER: OverStage = { _tag: 'Over' };
const SENT: PostedStage = {
  _tag: 'Posted',
  posted: { isWaiting: false, isSent: true, withdraw: () => undefined },
};

// A limit that the user set holds, whatever the reason that nothing is read.
const NEVER_PAUSED = { isPaused: false };

/** What a request is made of. */
export interface ExchangeParts<In, Out> {
  /** The id; undefined where a function tells the answers. */
  readonly key: MessageKey | undefined;
  readonly message: Out;
  readonly settings: RequestSettings<In, Out>;
  readonly observer: AnswerObserver<In>;
  /** Its signal aborted. */
  readonly aborted: () => void;
  /** No answer came in time. */
  readonly timedOut: () => void;
}

/** A request in flight, from when it is given to the socket until its last answer. */
export class Exchange<In, Out> {
  readonly key: MessageKey | undefined;
  readonly message: Out;
  readonly settings: RequestSettings<In, Out>;
  readonly observer: AnswerObserver<In>;
  readonly aborted: () => void;
  readonly #timeout: IdleTimeout;
  #stage: PostedStage | LostStage | OverStage;

  /** @param posted - The request, as the socket took it. */
  constructor(parts: ExchangeParts<In, Out>, posted: Posted, scheduler: SchedulerLike) {
    this.key = parts.key;
    this.message = parts.message;
    this.settings = parts.settings;
    this.observer = parts.observer;
    this.aborted = parts.aborted;
    const { timeout } = parts.settings;
    this.#timeout = new IdleTimeout(NEVER_PAUSED, timeout, scheduler, parts.timedOut);
    this.#stage = { _tag: 'Posted', posted };
  }

  get isOver(): boolean {
    return this.#stage._tag === 'Over';
  }

  /** Whether it was sent on the present connection, so that an answer may come. */
  get isSent(): boolean {
    return this.#stage._tag === 'Posted' && this.#stage.posted.isSent;
  }

  /** Whether it was sent ever. */
  get wasSent(): boolean {
    return this.isSent || this.#stage._tag === 'Lost';
  }

  /** How the connection ended that it was sent on, while it is to be sent again. */
  get lostTo(): Ending | undefined {
    return this.#stage._tag === 'Lost' ? this.#stage.ending : undefined;
  }

  /** Starts to count the time. */
  start(): void {
    this.#timeout.start();
  }

  /** An answer came that is not the last: the time starts over. */
  answered(): void {
    this.#timeout.message();
  }

  /** The connection is over that it was sent on. */
  lost(ending: Ending): void {
    this.#stage = { _tag: 'Lost', ending };
  }

  /** It was sent again. */
  resent(): void {
    this.#stage = SENT;
  }

  /** Ends it, without a timer left; what waits in the outbox is taken back. */
  end(): void {
    if (this.#stage._tag === 'Posted') this.#stage.posted.withdraw();
    this.#stage = OVER;
    this.#timeout.stop();
  }
}
