import type * as O from 'fp-ts/lib/Option.js';
import { Observable } from 'rxjs';

import { DisposedError } from '../disposed-error.js';
import type { Ending } from '../ending.js';
import type { Hub, HubMember } from '../hub/hub.js';
import { checkKey } from '../hub/message-key.js';
import type { Posted } from '../multiplex.js';
import { ExchangeTable } from './exchange-table.js';
import { Exchange } from './exchange.js';
import type { AnswerObserver } from './exchange.js';
import {
  RequestCancelledError,
  RequestLostError,
  RequestNotSentError,
  RequestTimedOutError,
} from './request-error.js';
import type { RequestError } from './request-error.js';
import { checkRequest, checkRequestStream } from './request-options.js';
import type {
  RequestOptions,
  RequestSettings,
  RequestsOptions,
  RequestStreamOptions,
} from './request-options.js';

/**
 * The requests of a socket.
 *
 * @remarks
 * Each settles exactly once: with its answer, or with a {@link RequestError}, or with what a function of its options
 * throws or says. While it is in flight it keeps the stream alive as a subscriber does. An answer costs one call of
 * `answerTo` and one look-up, however many requests are in flight.
 */
export class RequestHub<In, Out> implements HubMember<In> {
  readonly #hub: Hub<Out>;
  readonly #requests: RequestsOptions<In, Out> | undefined;
  readonly #inFlight = new ExchangeTable<In, Out>();

  /** @param requests - The socket's option, checked. */
  constructor(hub: Hub<Out>, requests: RequestsOptions<In, Out> | undefined) {
    this.#hub = hub;
    this.#requests = requests;
  }

  /** How many are in flight. */
  get size(): number {
    return this.#inFlight.all.size;
  }

  get isHolding(): boolean {
    return this.size > 0;
  }

  /**
   * Sends a message, and gives the answer to it.
   *
   * @remarks An answer is for its request alone, and not for the subscribers of the socket; one that comes too late is
   * for them. Without a subscriber, the request dials, and the connection is closed once it has its answer.
   *
   * @param message - The message; it is encoded now. Without a connection it waits in the outbox.
   * @returns The answer.
   * @throws RequestError, as a rejection, when none comes; OptionTypeError or OptionRangeError if an option is wrong;
   * what `failure` gives, and what `failure`, `correlate` or `requests.id` throws.
   */
  request(message: Out, options: RequestOptions<In, Out> = {}): Promise<In> {
    return new Promise((resolve, reject) => {
      const settings = checkRequest(options, this.#requests);
      this.#start(message, settings, { next: resolve, error: reject, complete: () => undefined });
    });
  }

  /**
   * Gives the answers to a message, until the last one.
   *
   * @remarks It is cold: each subscription sends the message, which a second one at the same time can only do under
   * another id; with rxjs's `defer` each makes its own. To unsubscribe is to cancel. Where it is idempotent and the
   * connection is lost, the answers begin anew.
   *
   * @param message - The message; it is encoded on subscription.
   * @returns The answers; it fails as `request` does.
   * @throws OptionTypeError or OptionRangeError if an option is wrong.
   */
  requestStream(message: Out, options: RequestStreamOptions<In, Out>): Observable<In> {
    const settings = checkRequestStream(options, this.#requests);
    return new Observable((subscriber) => {
      const exchange = this.#start(message, settings, subscriber);
      return () => {
        if (exchange !== undefined) this.#leave(exchange);
      };
    });
  }

  /** Sends again what was lost. */
  opened(): void {
    for (const exchange of this.#inFlight.all) {
      const { lostTo } = exchange;
      if (lostTo === undefined) continue;
      try {
        if (this.#hub.sendNow(exchange.message)) exchange.resent();
      } catch {
        // It could be encoded before: what can be told of it is how it was lost.
        this.#fail(exchange, new RequestLostError(lostTo));
      }
    }
  }

  /** Fails what was sent, unless it is to be sent again. */
  lost(ending: Ending): void {
    for (const exchange of this.#inFlight.all) {
      if (!exchange.isSent) continue;
      if (exchange.settings.idempotent) exchange.lost(ending);
      else this.#fail(exchange, new RequestLostError(ending));
    }
  }

  /** Gives a message to the request that it answers: it is for nobody else then. */
  dispatch(message: In): boolean {
    const exchange = this.#inFlight.hasKeys ? this.#answeredBy(message) : undefined;
    if (exchange?.isSent === true) {
      this.#answer(exchange, message);
      return true;
    }
    return this.#inFlight.keyless.size > 0 && this.#offer(message);
  }

  over(ending: Ending, error: O.Option<unknown>): () => void {
    return this.#takeAll((exchange) => {
      if (exchange.wasSent) return new RequestLostError(exchange.lostTo ?? ending);
      return new RequestNotSentError('ended', error._tag === 'Some' ? error.value : undefined);
    });
  }

  /** Fails all of them with a RequestCancelledError. */
  dispose(): void {
    const cause = new DisposedError();
    this.#takeAll(({ wasSent }) => new RequestCancelledError(wasSent, cause))();
  }

  #start(
    message: Out,
    settings: RequestSettings<In, Out>,
    observer: AnswerObserver<In>,
  ): Exchange<In, Out> | undefined {
    const { id, signal } = settings;
    if (signal?.aborted === true) {
      observer.error(new RequestCancelledError(false, signal.reason));
      return undefined;
    }
    const key = id && checkKey('requests.id', id(message));
    if (key !== undefined && this.#inFlight.find(key) !== undefined) {
      observer.error(new RequestNotSentError('duplicate'));
      return undefined;
    }
    let posted: Posted;
    try {
      posted = this.#hub.post(message);
    } catch (error) {
      observer.error(new RequestNotSentError('refused', error));
      return undefined;
    }
    const exchange = new Exchange<In, Out>(
      {
        key,
        message,
        settings,
        observer,
        aborted: () => {
          const error = new RequestCancelledError(exchange.wasSent, signal?.reason);
          this.#abandon(exchange, error);
        },
        timedOut: () => {
          const error = new RequestTimedOutError(settings.timeout, exchange.wasSent);
          this.#abandon(exchange, error);
        },
      },
      posted,
      this.#hub.scheduler,
    );
    this.#inFlight.add(exchange);
    exchange.start();
    this.#hub.hold();
    return exchange;
  }

  #answeredBy(message: In): Exchange<In, Out> | undefined {
    try {
      return this.#inFlight.find(this.#requests?.answerTo(message));
    } catch (error) {
      this.#hub.fault(error);
      return undefined;
    }
  }

  /** Asks the requests without an id, the oldest first, whose answer it is. */
  #offer(message: In): boolean {
    // Those that are made meanwhile have no answer yet.
    for (const exchange of [...this.#inFlight.keyless]) {
      if (!exchange.isSent || !this.#isAnswer(exchange, message)) continue;
      this.#answer(exchange, message);
      return true;
    }
    return false;
  }

  #isAnswer(exchange: Exchange<In, Out>, message: In): boolean {
    try {
      return exchange.settings.correlate?.(message) === true;
    } catch (error) {
      this.#abandon(exchange, error);
      return false;
    }
  }

  #answer(exchange: Exchange<In, Out>, answer: In): void {
    const { settings, observer } = exchange;
    let error: unknown;
    let isLast = false;
    try {
      error = settings.failure?.(answer) ?? undefined;
      isLast = error === undefined && settings.isLast(answer);
    } catch (thrown) {
      this.#abandon(exchange, thrown);
      return;
    }
    if (error !== undefined) {
      this.#fail(exchange, error);
    } else if (isLast) {
      this.#settle(exchange, () => {
        observer.next(answer);
        observer.complete();
      });
    } else {
      exchange.answered();
      observer.next(answer);
    }
  }

  #fail(exchange: Exchange<In, Out>, error: unknown): void {
    this.#settle(exchange, () => {
      exchange.observer.error(error);
    });
  }

  /** Fails a request that the server may be at still, and tells the server. */
  #abandon(exchange: Exchange<In, Out>, error: unknown): void {
    const { isSent } = exchange;
    this.#settle(exchange, () => {
      if (isSent) this.#cancel(exchange);
      exchange.observer.error(error);
    });
  }

  /** Nobody waits for the answers any more. */
  #leave(exchange: Exchange<In, Out>): void {
    const { isSent } = exchange;
    this.#settle(exchange, () => {
      if (isSent) this.#cancel(exchange);
    });
  }

  #cancel({ settings }: Exchange<In, Out>): void {
    try {
      if (settings.cancel !== undefined) this.#hub.sendNow(settings.cancel());
    } catch {
      // There is nobody to tell.
    }
  }

  /** Ends a request, once; `tell` tells who has to know. */
  #settle(exchange: Exchange<In, Out>, tell: () => void): void {
    if (exchange.isOver) return;
    this.#inFlight.remove(exchange);
    exchange.end();
    tell();
    // After that, so that who asks again at once finds the connection still there.
    if (!this.isHolding) this.#hub.release();
  }

  /** Ends all of them. @returns What tells who made them. */
  #takeAll(toError: (exchange: Exchange<In, Out>) => RequestError): () => void {
    const failed = Array.from(this.#inFlight.all, (exchange) => {
      const error = toError(exchange);
      this.#inFlight.remove(exchange);
      exchange.end();
      return { observer: exchange.observer, error };
    });
    return () => {
      for (const { observer, error } of failed) observer.error(error);
    };
  }
}
