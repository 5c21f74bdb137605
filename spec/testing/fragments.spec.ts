import { describe, expect, it } from 'vitest';
import { toFragments } from '../../src/testing/fragments.js';

describe('toFragments', () => {
  it.each([
    { message: 'abcdef', options: {}, expected: ['abcdef'] },
    { message: '', options: {}, expected: [''] },
    { message: 'abcdef', options: { fragments: 3 }, expected: ['ab', 'cd', 'ef'] },
    { message: 'abcde', options: { fragments: 2 }, expected: ['ab', 'cde'] },
    { message: 'ab', options: { fragments: 3 }, expected: ['', 'a', 'b'] },
    { message: 'abcde', options: { fragmentSize: 2 }, expected: ['ab', 'cd', 'e'] },
    { message: 'abc', options: { fragmentSize: 1 }, expected: ['a', 'b', 'c'] },
    { message: '', options: { fragmentSize: 4 }, expected: [''] },
  ])('should cut $message with $options into $expected', ({ message, options, expected }) => {
    expect(toFragments(Buffer.from(message), options).map(String)).toEqual(expected);
  });
});
