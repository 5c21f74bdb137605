import { PassThrough } from 'node:stream';

import fc from 'fast-check';
import { BehaviorSubject, NEVER, of, Subject, throwError, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';

import { inputLines } from '../../src/cli/input-lines.js';
import { first } from './first.js';

/** The lines of an input that comes in these chunks. */
async function linesOf(...chunks: readonly (string | Uint8Array)[]): Promise<readonly string[]> {
  const input = new PassThrough();
  const lines = first(inputLines(input, of(true)).pipe(toArray()));
  for (const chunk of chunks) input.write(chunk);
  input.end();
  return (await lines) ?? [];
}

/** A turn of the event loop, in which streams hand over what they have. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe('inputLines', () => {
  it.each([
    { name: 'nothing', chunks: [], lines: [] },
    { name: 'one line', chunks: ['a\n'], lines: ['a'] },
    { name: 'a last line without a line break', chunks: ['a\nb'], lines: ['a', 'b'] },
    { name: 'empty lines', chunks: ['\n\na\n'], lines: ['', '', 'a'] },
    { name: 'CRLF, cut in the middle', chunks: ['a\r', '\nb\r\n'], lines: ['a', 'b'] },
    { name: 'other line separators', chunks: ['a\u2028b\rc\n'], lines: ['a\u2028b\rc'] },
    { name: 'a line in parts', chunks: ['a', 'b', 'c\nd'], lines: ['abc', 'd'] },
    {
      name: 'a character in parts',
      chunks: [Uint8Array.of(0xc3), Uint8Array.of(0xa4, 0x0a)],
      lines: ['ä'],
    },
    { name: 'half a character at the end', chunks: [Uint8Array.of(0xc3)], lines: ['\ufffd'] },
  ])('should give $name', async ({ chunks, lines }) => {
    expect(await linesOf(...chunks)).toEqual(lines);
  });

  it('should give the same lines however the input is cut', async () => {
    const cut = fc.tuple(fc.string({ unit: fc.constantFrom('a', 'ä', '\n') }), fc.nat(), fc.nat());
    await fc.assert(
      fc.asyncProperty(cut, async ([text, one, other]) => {
        const bytes = Buffer.from(text);
        const [first = 0, second = 0] = [one, other]
          .map((each) => each % (bytes.length + 1))
          .sort((a, b) => a - b);
        const parts = [
          bytes.subarray(0, first),
          bytes.subarray(first, second),
          bytes.subarray(second),
        ];
        expect(await linesOf(...parts)).toEqual(await linesOf(bytes));
      }),
      { numRuns: 50 },
    );
  });

  it('should read only while lines are wanted', async () => {
    const input = new PassThrough();
    const isWanted = new BehaviorSubject(false);
    const seen: string[] = [];
    inputLines(input, isWanted).subscribe({
      next: (line) => seen.push(line),
      error: () => undefined,
    });
    input.write('a\n');
    await turn();
    expect(seen).toEqual([]);
    isWanted.next(true);
    await turn();
    expect(seen).toEqual(['a']);
    isWanted.next(false);
    input.write('b\n');
    await turn();
    expect(seen).toEqual(['a']);
    isWanted.next(true);
    await turn();
    expect(seen).toEqual(['a', 'b']);
  });

  it('should not read before it is known whether lines are wanted', async () => {
    const input = new PassThrough();
    const subscription = inputLines(input, NEVER).subscribe({ error: () => undefined });
    input.write('a\n');
    await turn();
    expect(input.readableLength).toBe(2);
    subscription.unsubscribe();
  });

  it('should let go of the input on unsubscribe', () => {
    const input = new PassThrough();
    const isWanted = new Subject<boolean>();
    const before = input.eventNames();
    const subscription = inputLines(input, isWanted).subscribe({ error: () => undefined });
    isWanted.next(true);
    expect(input.isPaused()).toBe(false);
    subscription.unsubscribe();
    expect(input.isPaused()).toBe(true);
    expect(input.eventNames()).toEqual(before);
    expect(isWanted.observed).toBe(false);
  });

  it('should fail when the input cannot be read', async () => {
    const input = new PassThrough();
    const lines = first(inputLines(input, of(true)));
    input.destroy(new Error('EIO'));
    await expect(lines).rejects.toThrow('EIO');
  });

  it('should fail when it is not known any more whether lines are wanted', async () => {
    const failing = throwError(() => new Error('unknown'));
    await expect(first(inputLines(new PassThrough(), failing))).rejects.toThrow('unknown');
  });
});
