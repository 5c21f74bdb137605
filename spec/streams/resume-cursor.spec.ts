import { describe, expect, it } from 'vitest';
import { OptionTypeError } from '../../src/errors/option-error.js';
import { checkResume, ResumeCursor } from '../../src/streams/resume-cursor.js';
import type { ResumeOptions } from '../../src/streams/resume-cursor.js';

const numberOf = (message: unknown): unknown => (typeof message === 'string' ? undefined : message);

describe('ResumeCursor', () => {
  it('should be the place of the latest message that has one', () => {
    const cursor = new ResumeCursor<unknown>(numberOf);
    expect(cursor.value).toBeUndefined();
    const values = [1, 'none', 5, 3, null, 0].map((message) => {
      cursor.move(message);
      return cursor.value;
    });
    expect(values).toEqual([1, 1, 5, 3, 3, 0]);
  });

  it('should stay where it is when the function throws', () => {
    const bug = new RangeError('bug');
    const cursor = new ResumeCursor<unknown>((message) => {
      if (message === 2) throw bug;
      return message;
    });
    cursor.move(1);
    expect(() => {
      cursor.move(2);
    }).toThrow(bug);
    expect(cursor.value).toBe(1);
  });
});

describe('checkResume', () => {
  it('should give none without the option, and each time a new one with it', () => {
    expect(checkResume('resume', undefined)).toBeUndefined();
    const options = { cursor: numberOf };
    const [one, other] = [checkResume('resume', options), checkResume('resume', options)];
    one?.move(1);
    expect([one?.value, other?.value]).toEqual([1, undefined]);
  });

  it.each<[unknown, RegExp]>([
    [null, /^resume: must be an object, got null$/],
    [{}, /^resume\.cursor: must be given$/],
    [{ cursor: 1 }, /^resume\.cursor: must be a function, got 1$/],
    [{ cursor: numberOf, from: 1 }, /^resume\.from: is not an option; known here: cursor$/],
  ])('should refuse %o', (options, message) => {
    const check = (): unknown => checkResume('resume', options as ResumeOptions<unknown>);
    expect(check).toThrow(OptionTypeError);
    expect(check).toThrow(message);
  });
});
