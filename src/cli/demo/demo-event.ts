import type { Ending, Rejected, SocketState } from '../../index.js';
import type { Command, FeedMessage } from './messages.js';

/** What a client of the demonstration lacks. */
export type Lack = 'certificate' | 'token';

/** Something that happens in the demonstration. */
export type DemoEvent =
  /** The server does something to the connection. */
  | { readonly _tag: 'ServerActed'; readonly action: string }
  /** A client without its certificate, or without its token, is not let in. */
  | { readonly _tag: 'Refused'; readonly lack: Lack; readonly ending: Ending }
  | { readonly _tag: 'StateChanged'; readonly state: SocketState }
  | { readonly _tag: 'Received'; readonly message: FeedMessage }
  | { readonly _tag: 'MessageRejected'; readonly rejected: Rejected }
  | { readonly _tag: 'CommandSent'; readonly command: Command };

/** An event with its time, in milliseconds since the epoch by a clock that is never set. */
export interface DemoMoment {
  readonly at: number;
  readonly event: DemoEvent;
}

/** Gives the events of one kind. */
export function eventsOf<Tag extends DemoEvent['_tag']>(
  moments: readonly DemoMoment[],
  tag: Tag,
): readonly Extract<DemoEvent, { readonly _tag: Tag }>[] {
  const isOfKind = (event: DemoEvent): event is Extract<DemoEvent, { readonly _tag: Tag }> =>
    event._tag === tag;
  return moments.map(({ event }) => event).filter(isOfKind);
}
