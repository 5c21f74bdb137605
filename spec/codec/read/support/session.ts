import { compileType } from '../../../../src/codec/compile/compile-type.js';
import type { MessageKind } from '../../../../src/codec/codec.js';
import { MISSED } from '../../../../src/codec/read/reader-source.js';
import { TypedReader } from '../../../../src/codec/read/typed-reader.js';
import { createDice } from './dice.js';
import type { Dice } from './dice.js';
import { anyStyle, printDoc } from './doc.js';
import { anyHabits } from './feed.js';
import type { Feed } from './feed.js';
import { nearBytes, nearDoc } from './near.js';
import { isSame, kindsOf, readOrdinarily, REFUSED_MESSAGE } from './ordinary.js';
import { EXTRA_KEYS } from './tokens.js';

/** What a session, or many, came to. */
export interface Tally {
  messages: number;
  /** How often a message was given to a reader that had a function. */
  tries: number;
  hits: number;
  /** Hits among the messages that were tampered with. */
  nearHits: number;
  /** Messages that the ordinary way refused while the reader had a function. */
  refused: number;
  /** Functions that were generated. */
  generations: number;
}

/** Gives a tally of nothing. */
export function emptyTally(): Tally {
  return { messages: 0, tries: 0, hits: 0, nearHits: 0, refused: 0, generations: 0 };
}

/** So many messages are as the server means them, so that there is something to learn from. */
const CALM = 10;

/**
 * Sends messages through a reader and through the ordinary way.
 *
 * @throws When they differ, with all it takes to see why.
 */
export function runSession(feed: Feed, seed: number, length: number, tally: Tally): void {
  const compiled = compileType(feed.type);
  if (compiled === undefined) return;
  const reader = new TypedReader(compiled);
  const server = new Server(feed, createDice(seed));
  for (let sent = 0; sent < length; sent += 1) {
    const { data, isNear } = server.send(sent < CALM);
    tally.messages += 1;
    let isLearned = false;
    for (const kind of kindsOf(data)) {
      const isWorking = reader.status.state === 'working';
      const message = read(reader, data, kind);
      const expected = readOrdinarily(feed.type, data, kind);
      if (isWorking) {
        tally.tries += 1;
        if (expected === REFUSED_MESSAGE) tally.refused += 1;
      }
      if (message !== MISSED) {
        tally.hits += 1;
        if (isNear) tally.nearHits += 1;
        if (!isSame(message, expected)) throw difference(feed, data, kind, message, expected);
      } else if (expected !== REFUSED_MESSAGE && !isLearned) {
        reader.learn(data);
        isLearned = true;
      }
    }
  }
  tally.generations += reader.status.generations;
}

function read(reader: TypedReader, data: Buffer, kind: MessageKind): unknown {
  // What stands around the message must not matter, least of all what would go on with it.
  const around = Buffer.concat([Buffer.from('"{[1'), data, data, Buffer.from('0}]"')]);
  return reader.read(around.subarray(4, 4 + data.length), kind);
}

function difference(
  { type }: Feed,
  data: Buffer,
  kind: MessageKind,
  message: unknown,
  expected: unknown,
): Error {
  const shown = (value: unknown): string =>
    typeof value === 'symbol' ? String(value) : JSON.stringify(value);
  return new Error(
    `${type.name} of ${kind} ${JSON.stringify(data.toString('latin1'))}: read ${shown(message)}, not ${shown(expected)}`,
  );
}

class Server {
  readonly #feed: Feed;
  readonly #dice: Dice;
  readonly #habits;
  readonly #style;
  readonly #isSteady;
  #last: Buffer | undefined;

  constructor(feed: Feed, dice: Dice) {
    this.#feed = feed;
    this.#dice = dice;
    this.#habits = anyHabits(dice, EXTRA_KEYS);
    this.#style = anyStyle(dice);
    this.#isSteady = dice.chance(0.8);
  }

  send(isCalm: boolean): { readonly data: Buffer; readonly isNear: boolean } {
    const dice = this.#dice;
    const what = isCalm ? 0 : dice.below(10);
    if (what < 4) return { data: this.#written(false), isNear: false };
    if (what < 6) return { data: this.#written(true), isNear: true };
    // Near the last one that was sent as it is: so the place of the change is all that is new.
    const from = dice.chance(0.5) ? this.#last : undefined;
    return { data: nearBytes(from ?? this.#written(false), dice), isNear: true };
  }

  #written(isNear: boolean): Buffer {
    const dice = this.#dice;
    const sound = this.#feed.write(dice, this.#habits);
    const doc = isNear ? nearDoc(sound, this.#feed.write(dice, this.#habits), dice) : sound;
    const style = this.#isSteady || dice.chance(0.8) ? this.#style : anyStyle(dice);
    const data = Buffer.from(printDoc(doc, style));
    if (!isNear) this.#last = data;
    return data;
  }
}
