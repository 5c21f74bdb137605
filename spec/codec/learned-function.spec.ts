import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { LearnedFunction, Unlearnable } from '../../src/codec/learned-function.js';
import type { Lesson } from '../../src/codec/learned-function.js';
import { withoutCodeGeneration } from './write/support/without-code-generation.js';

const SAMPLES = 8;
const WINDOW = 256;
const FIRST_REST = 1_024;

/** A lesson that keeps count: what is learned is the samples, what is made of them is their number. */
class Counting implements Lesson<string, number> {
  samples: string[] = [];
  looks = 0;
  generations = 0;
  forgotten = 0;

  readonly look = (sample: string): void => {
    this.looks += 1;
    if (sample === 'odd') throw new Unlearnable('is odd');
    if (sample === 'broken') throw new RangeError('broken');
    this.samples.push(sample);
  };

  readonly generate = (): number | undefined => {
    this.generations += 1;
    if (this.samples.includes('deep')) throw new RangeError('no room');
    return this.samples.includes('long') ? undefined : this.samples.length;
  };

  readonly forget = (): void => {
    this.forgotten += 1;
    this.samples = [];
  };
}

function learn(learned: LearnedFunction<string, number>, count: number, sample = 'good'): void {
  for (let done = 0; done < count; done += 1) learned.learn(sample);
}

/** Uses the function so many times, of which it misses some. */
function use(learned: LearnedFunction<string, number>, count: number, misses = 0): void {
  for (let done = 0; done < count; done += 1) {
    expect(learned.take()).toBeDefined();
    if (done < misses) learned.missed();
  }
}

/** Gives what has learned from its first samples. */
function working(): { lesson: Counting; learned: LearnedFunction<string, number> } {
  const lesson = new Counting();
  const learned = new LearnedFunction(lesson);
  learn(learned, SAMPLES);
  return { lesson, learned };
}

describe('LearnedFunction', () => {
  it('should have no function before it has learned', () => {
    const lesson = new Counting();
    const learned = new LearnedFunction(lesson);
    const nothing = { state: 'learning', hits: 0, misses: 0, generations: 0 };
    expect(learned.status).toStrictEqual(nothing);
    learn(learned, SAMPLES - 1);
    expect(learned.take()).toBeUndefined();
    expect(learned.status).toStrictEqual(nothing);
    expect(lesson.generations).toBe(0);
  });

  it('should generate one from 8 samples', () => {
    const { lesson, learned } = working();
    expect(learned.status).toStrictEqual({ state: 'working', hits: 0, misses: 0, generations: 1 });
    expect(learned.take()).toBe(SAMPLES);
    expect(lesson.samples).toHaveLength(SAMPLES);
    expect(lesson.forgotten).toBe(0);
  });

  it('should tell hits from misses, also before it judges', () => {
    const { learned } = working();
    use(learned, 5, 2);
    expect(learned.status).toMatchObject({ hits: 3, misses: 2 });
    use(learned, WINDOW, 10);
    expect(learned.status).toMatchObject({ hits: 249, misses: 12 });
  });

  it('should learn from the samples that can be learned from, and say why others cannot', () => {
    const lesson = new Counting();
    const learned = new LearnedFunction(lesson);
    learn(learned, 4, 'odd');
    expect(learned.status.reason).toBe('is odd');
    learn(learned, 3, 'broken');
    expect(learned.status.reason).toBe('cannot be learned from');
    learn(learned, 1);
    expect(learned.status).toMatchObject({ state: 'working', reason: 'cannot be learned from' });
    expect(learned.take()).toBe(1);
  });

  it('should rest when there is nothing to be learned', () => {
    const lesson = new Counting();
    const learned = new LearnedFunction(lesson);
    learn(learned, SAMPLES, 'odd');
    expect(learned.status).toMatchObject({ state: 'resting', generations: 0, reason: 'is odd' });
    expect([lesson.generations, lesson.forgotten]).toEqual([0, 1]);
  });

  it.each(['long', 'deep'])('should rest when no function can be made: %s', (sample) => {
    const lesson = new Counting();
    const learned = new LearnedFunction(lesson);
    learn(learned, SAMPLES, sample);
    const reason = 'would take too long a function';
    expect(learned.status).toMatchObject({ state: 'resting', generations: 0, reason });
    expect(learned.take()).toBeUndefined();
    expect([lesson.generations, lesson.forgotten]).toEqual([1, 1]);
  });

  it('should keep a function that misses a quarter of the messages', () => {
    const { lesson, learned } = working();
    for (let window = 0; window < 20; window += 1) use(learned, WINDOW, 64);
    learned.take();
    expect(learned.status).toMatchObject({ state: 'working', generations: 1, misses: 20 * 64 });
    expect(lesson.generations).toBe(1);
  });

  it('should generate it anew when it misses more, from what it learned meanwhile', () => {
    const { lesson, learned } = working();
    use(learned, WINDOW, 65);
    learn(learned, 3);
    expect(lesson.generations).toBe(1);
    expect(learned.take()).toBe(SAMPLES + 3);
    expect(learned.status).toMatchObject({ state: 'working', generations: 2 });
  });

  it('should look at 8 samples a window at most', () => {
    const { lesson, learned } = working();
    for (let window = 1; window <= 3; window += 1) {
      use(learned, WINDOW / 2);
      learn(learned, 50);
      use(learned, WINDOW / 2);
      learn(learned, 50);
      expect(lesson.looks).toBe(SAMPLES + window * SAMPLES);
    }
    expect(lesson.generations).toBe(1);
  });

  it('should rest when it misses more and has learned nothing', () => {
    const { lesson, learned } = working();
    use(learned, WINDOW, 65);
    learn(learned, SAMPLES, 'odd');
    // The message for which it is judged takes the ordinary way.
    expect(learned.take()).toBeUndefined();
    expect(learned.status).toMatchObject({ state: 'resting', hits: 191, misses: 65 });
    expect(lesson.forgotten).toBe(1);
  });

  it('should rest when four functions in a row miss too many', () => {
    const { lesson, learned } = working();
    for (let window = 0; window < 4; window += 1) {
      use(learned, WINDOW, 65);
      learn(learned, 1);
    }
    expect(learned.status).toMatchObject({ state: 'working', generations: 4 });
    expect(learned.take()).toBeUndefined();
    expect(learned.status).toMatchObject({ state: 'resting', generations: 4 });
    expect(lesson.generations).toBe(4);
  });

  it('should start counting the functions anew after a good window', () => {
    const { learned } = working();
    for (let window = 0; window < 20; window += 1) {
      use(learned, WINDOW, window % 4 === 3 ? 0 : 65);
      learn(learned, 1);
    }
    expect(learned.status).toMatchObject({ state: 'working' });
  });

  it('should learn again after its rest, from nothing', () => {
    const lesson = new Counting();
    const learned = new LearnedFunction(lesson);
    learn(learned, SAMPLES, 'odd');
    learn(learned, FIRST_REST - 1);
    expect(learned.status.state).toBe('resting');
    learn(learned, 1);
    expect(learned.status.state).toBe('learning');
    expect(lesson.looks).toBe(SAMPLES);
    learn(learned, SAMPLES);
    expect(learned.take()).toBe(SAMPLES);
  });

  it('should rest four times as long each time, up to 4,194,304 messages', () => {
    const lesson = new Counting();
    const learned = new LearnedFunction(lesson);
    const rests: number[] = [];
    for (let time = 0; time < 8; time += 1) {
      learn(learned, SAMPLES, 'odd');
      let rest = 0;
      while (learned.status.state === 'resting') {
        learn(learned, FIRST_REST);
        rest += FIRST_REST;
      }
      rests.push(rest);
    }
    expect(rests).toEqual([
      ...[1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 4_194_304],
    ]);
    expect(lesson.looks).toBe(8 * SAMPLES);
  });

  it('should rest as short as at first after a good window', () => {
    const lesson = new Counting();
    const learned = new LearnedFunction(lesson);
    for (const rest of [FIRST_REST, 4 * FIRST_REST]) {
      learn(learned, SAMPLES, 'odd');
      learn(learned, rest);
      expect(learned.status.state).toBe('learning');
    }
    learn(learned, SAMPLES);
    use(learned, WINDOW);
    use(learned, WINDOW, WINDOW);
    expect(learned.take()).toBeUndefined();
    learn(learned, FIRST_REST - 1);
    expect(learned.status.state).toBe('resting');
    learn(learned, 1);
    expect(learned.status.state).toBe('learning');
  });

  describe('against a peer that wants to make it work', () => {
    /** Sends messages each of which is a hit or a miss while there is a function. */
    function send(count: number, isMiss: (at: number) => boolean): Counting {
      const lesson = new Counting();
      const learned = new LearnedFunction(lesson);
      for (let at = 0; at < count; at += 1) {
        const taken = learned.take();
        if (taken !== undefined && !isMiss(at)) continue;
        if (taken !== undefined) learned.missed();
        learned.learn('good');
      }
      return lesson;
    }

    it('should do ever less when every message is missed', () => {
      const { looks, generations } = send(1_000_000, () => true);
      expect(generations).toBeLessThan(30);
      expect(looks).toBeLessThan(300);
    });

    it.each([
      ['a quarter and one of each window', (at: number) => at % WINDOW < 66],
      ['three of four windows', (at: number) => Math.floor(at / WINDOW) % 4 !== 3],
      ['every other window', (at: number) => Math.floor(at / WINDOW) % 2 === 0],
      ['every other message', (at: number) => at % 2 === 0],
    ])('should do little when it misses %s', (_, isMiss) => {
      const count = 200_000;
      const { looks, generations } = send(count, isMiss);
      expect(generations).toBeLessThan(count / WINDOW + 2);
      expect(looks).toBeLessThan((SAMPLES * count) / WINDOW + 2 * SAMPLES);
    });

    it('should never look at more than 8 messages, nor generate more than once, a window', () => {
      fc.assert(
        fc.property(fc.infiniteStream(fc.integer({ min: 0, max: WINDOW })), (shares) => {
          let share = 0;
          const count = 10_000;
          const { looks, generations } = send(count, (at) => {
            if (at % WINDOW === 0) share = shares.next().value ?? 0;
            return at % WINDOW < share;
          });
          expect(generations).toBeLessThan(count / WINDOW + 2);
          expect(looks).toBeLessThan((SAMPLES * count) / WINDOW + 2 * SAMPLES);
        }),
        { numRuns: 30 },
      );
    });
  });

  it('should be unavailable where code may not be generated', async () => {
    const program = `
      import { LearnedFunction } from '/src/codec/learned-function.ts';
      let looks = 0;
      const learned = new LearnedFunction({ look: () => { looks += 1; }, generate: () => 1, forget: () => {} });
      for (let at = 0; at < 10_000; at += 1) learned.learn('');
      tell([learned.status, learned.take() === undefined, looks]);`;
    const status = { state: 'unavailable', hits: 0, misses: 0, generations: 0 };
    expect(await withoutCodeGeneration(program)).toEqual([status, true, 0]);
  });
});
