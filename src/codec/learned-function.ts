import { mayGenerate } from './compile/source.js';

/** Says why a message cannot be learned from. */
export class Unlearnable extends Error {}

/** How a function that is learned from messages is doing. */
export interface LearnedStatus {
  /**
   * `learning`: it looks at messages; `working`; `resting`: it missed too often, and tries again later;
   * `unavailable`: code may not be generated in this process.
   */
  readonly state: 'learning' | 'working' | 'resting' | 'unavailable';
  /** How many messages it did. */
  readonly hits: number;
  /** How many messages it was tried on and left to the ordinary way. */
  readonly misses: number;
  /** How often a function was generated. */
  readonly generations: number;
  /** Why the last message could not be learned from, where one could not. */
  readonly reason?: string | undefined;
}

/** What is learned, and what is made of it. */
export interface Lesson<S, F> {
  /** Looks at a message. Throws {@link Unlearnable} if there is nothing to be learned from it. */
  readonly look: (sample: S) => void;
  /** Makes the function from what has been learned so far; undefined when that cannot be. */
  readonly generate: () => F | undefined;
  /** Starts from nothing. */
  readonly forget: () => void;
}

/** So many messages are learned from before a function is generated, and before it is generated anew. */
const SAMPLES = 8;
/** The function is judged every so many messages. */
const WINDOW = 256;
/** The most misses in a window with which it still pays. */
const MAX_MISSES = WINDOW / 4;
/** How often it may be generated anew before it has to have had a good window. */
const MAX_GENERATIONS = 4;
/** How many messages the first rest lasts; each lasts four times as long as the last, up to the longest. */
const FIRST_REST = 1_024;
const LONGEST_REST = 4_194_304;

/**
 * A function that is generated for messages like the first ones, and that gives way when others come.
 *
 * @remarks
 * It may miss a message, which then takes the ordinary way, and is learned from. When it misses too many it is
 * generated anew; when that does not help it rests, ever longer. So what a peer can make it cost is bounded.
 */
export class LearnedFunction<S, F> {
  readonly #lesson: Lesson<S, F>;
  #function: F | undefined;
  #reason: string | undefined;
  #rest = 0;
  #nextRest = FIRST_REST;
  #samples = 0;
  #hasLearned = false;
  #tries = 0;
  #missed = 0;
  #windowTries = 0;
  #windowMissed = 0;
  #generations = 0;
  #generationsSinceGood = 0;

  constructor(lesson: Lesson<S, F>) {
    this.#lesson = lesson;
    if (!mayGenerate()) this.#rest = Infinity;
  }

  get status(): LearnedStatus {
    return {
      state: this.#state(),
      hits: this.#tries - this.#missed + this.#windowTries - this.#windowMissed,
      misses: this.#missed + this.#windowMissed,
      generations: this.#generations,
      ...(this.#reason === undefined ? undefined : { reason: this.#reason }),
    };
  }

  /** Gives the function for one message, where there is one. */
  take(): F | undefined {
    if (this.#function !== undefined && this.#windowTries === WINDOW) this.#judge();
    if (this.#function !== undefined) this.#windowTries += 1;
    return this.#function;
  }

  /** Says that the function that was taken missed. */
  missed(): void {
    this.#windowMissed += 1;
  }

  /** Looks at a message that the function did not do. */
  learn(sample: S): void {
    if (this.#rest > 0) {
      this.#rest -= 1;
      return;
    }
    if (this.#samples >= SAMPLES) return;
    this.#samples += 1;
    try {
      this.#lesson.look(sample);
      this.#hasLearned = true;
    } catch (thrown) {
      this.#reason = thrown instanceof Unlearnable ? thrown.message : 'cannot be learned from';
    }
    if (this.#samples === SAMPLES && this.#function === undefined) this.#generate();
  }

  /** Draws the conclusion from the last window. */
  #judge(): void {
    const missed = this.#windowMissed;
    this.#tries += this.#windowTries;
    this.#missed += missed;
    this.#windowTries = 0;
    this.#windowMissed = 0;
    this.#samples = 0;
    if (missed <= MAX_MISSES) {
      this.#nextRest = FIRST_REST;
      this.#generationsSinceGood = 0;
    } else if (this.#hasLearned && this.#generationsSinceGood < MAX_GENERATIONS) {
      this.#generate();
    } else {
      this.#stop();
    }
  }

  #generate(): void {
    this.#samples = 0;
    try {
      this.#function = this.#hasLearned ? this.#lesson.generate() : undefined;
    } catch {
      // Deep in a stack that has no room for it, say.
      this.#function = undefined;
    }
    this.#hasLearned = false;
    if (this.#function === undefined) {
      this.#reason ??= 'would take too long a function';
      this.#stop();
      return;
    }
    this.#generations += 1;
    this.#generationsSinceGood += 1;
  }

  #stop(): void {
    this.#lesson.forget();
    this.#function = undefined;
    this.#hasLearned = false;
    this.#samples = 0;
    this.#generationsSinceGood = 0;
    this.#rest = this.#nextRest;
    this.#nextRest = Math.min(this.#nextRest * 4, LONGEST_REST);
  }

  #state(): LearnedStatus['state'] {
    if (this.#rest === Infinity) return 'unavailable';
    if (this.#function !== undefined) return 'working';
    return this.#rest > 0 ? 'resting' : 'learning';
  }
}
