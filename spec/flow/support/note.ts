import * as t from 'io-ts';

/** A message of a client whose messages are all accounted for. */
export interface Note {
  /** Its number, from 1 on; 0 for the first one on a connection, which names that. */
  readonly id: number;
  /** The number of the connection, in the first one. */
  readonly connection?: number;
  /** Makes it as large as it is to be. */
  readonly padding?: string;
  /** Whether the server is to acknowledge it; else it sends the number back. */
  readonly isAcked?: boolean;
  /** Whether it was sent before. */
  readonly isAgain?: boolean;
  /** What no JSON can hold. */
  readonly unspeakable?: bigint;
}

/** What the server says to a note. */
export const Answer: t.PartialC<{ ack: t.NumberC; echo: t.NumberC }> = t.partial({
  ack: t.number,
  echo: t.number,
});

/** {@link Answer}. */
export type Answer = t.TypeOf<typeof Answer>;
