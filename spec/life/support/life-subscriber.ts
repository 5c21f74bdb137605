import type * as E from 'fp-ts/lib/Either.js';
import type { Subscription } from 'rxjs';

import type { DecodeFailure } from '../../../src/codec/decode-failure.js';
import type { SocketSubject } from '../../../src/streams/socket-subject.js';
import type { SessionRecord } from './session-records.js';
import type { Place, ToldLog, ToldMessage } from './told-log.js';

/** How a subscription may end: by the stream, by its own will, or because the socket was disposed of. */
export type SubscriberEnd =
  | { readonly _tag: 'Completed' }
  | { readonly _tag: 'Failed'; readonly error: unknown }
  | { readonly _tag: 'Left' };

/** A subscriber, and what it was told. */
export class LifeSubscriber {
  readonly to: 'stream' | 'decoded';
  /** Undefined for one that came after the socket was disposed of. */
  readonly session: SessionRecord | undefined;
  readonly coming: Place;
  going: Place | undefined;
  readonly received: ToldMessage[] = [];
  readonly ends: SubscriberEnd[] = [];
  #subscription: Subscription | undefined;

  constructor(to: 'stream' | 'decoded', session: SessionRecord | undefined, coming: Place) {
    this.to = to;
    this.session = session;
    this.coming = coming;
  }

  get isLive(): boolean {
    return this.ends.length === 0;
  }

  /** Whether it can leave: not while `subscribe` has not returned yet. */
  get isSettled(): boolean {
    return this.#subscription !== undefined;
  }

  /** Subscribes; what it tells comes from within the subscriber's methods. */
  start(
    socket: SocketSubject<unknown, unknown>,
    log: ToldLog,
    events: { readonly told: () => void; readonly ended: (end: SubscriberEnd) => void },
  ): void {
    const end = (by: SubscriberEnd): void => {
      this.#end(by, log);
      events.ended(by);
    };
    const take = (message: ToldMessage): void => {
      this.received.push(message);
      events.told();
    };
    const ends = {
      error: (error: unknown) => {
        end({ _tag: 'Failed', error });
      },
      complete: () => {
        end({ _tag: 'Completed' });
      },
    };
    this.#subscription =
      this.to === 'stream'
        ? socket.subscribe({ ...ends, next: (each) => take(toldOf(each)) })
        : socket.decoded.subscribe({ ...ends, next: (each) => take(eitherOf(each)) });
  }

  /** Unsubscribes. */
  leave(log: ToldLog): void {
    this.#end({ _tag: 'Left' }, log);
    this.#subscription?.unsubscribe();
  }

  /** It was unsubscribed by the socket, which was disposed of. */
  dropped(log: ToldLog): void {
    this.#end({ _tag: 'Left' }, log);
  }

  /** What is wrong with what it was told so far. */
  complaint(log: ToldLog): string | undefined {
    if (this.ends.length > 1) return `ended ${this.ends.map(({ _tag }) => _tag).join(', then ')}`;
    const isWanted = ({ isBad }: ToldMessage): boolean => this.to === 'decoded' || !isBad;
    const going = this.going ?? log.now;
    if (log.accounts(this.received, this.coming, going, isWanted)) return undefined;
    const expected = log.between(this.coming, going).filter(isWanted);
    return `a subscriber got ${show(this.received)}, to be told ${show(expected)}`;
  }

  #end(by: SubscriberEnd, log: ToldLog): void {
    this.going ??= log.now;
    this.ends.push(by);
  }
}

function toldOf(message: unknown): ToldMessage {
  return { text: JSON.stringify(message), isBad: false };
}

function eitherOf(message: E.Either<DecodeFailure, unknown>): ToldMessage {
  return message._tag === 'Right'
    ? toldOf(message.right)
    : { text: message.left.data.toString(), isBad: true };
}

function show(messages: readonly ToldMessage[]): string {
  const texts = messages.map(({ text }) => text);
  return texts.length > 12
    ? `${texts.slice(0, 12).join(' ')} … (${texts.length})`
    : `[${texts.join(' ')}]`;
}
