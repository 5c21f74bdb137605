import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

import { Observable } from 'rxjs';

/**
 * Gives the lines of `input` as they come, without their line breaks; a last one needs none.
 *
 * @remarks
 * Only a line feed, or a carriage return before it, ends a line: readline would also cut at U+2028,
 * which JSON may contain. It reads while `isWanted` is true, and starts with the first such value;
 * meanwhile the input waits where it comes from. On unsubscribe the input is paused, so that it does
 * not keep the process alive.
 *
 * @param input - What to read.
 * @param isWanted - Whether lines are wanted: at most the chunk in hand comes after a `false`.
 * @returns The lines; completes at the end of the input, fails when it cannot be read.
 */
export function inputLines(input: Readable, isWanted: Observable<boolean>): Observable<string> {
  return new Observable((subscriber) => {
    const decoder = new StringDecoder('utf8');
    let rest = '';
    const onData = (chunk: Buffer): void => {
      const text = rest + decoder.write(chunk);
      const end = text.lastIndexOf('\n') + 1;
      rest = text.slice(end);
      // What follows the last line break is no line yet.
      const lines = text.slice(0, end).split('\n').slice(0, -1);
      for (const line of lines) subscriber.next(line.replace(/\r$/, ''));
    };
    const onEnd = (): void => {
      const last = rest + decoder.end();
      if (last !== '') subscriber.next(last);
      subscriber.complete();
    };
    const onError = (error: unknown): void => subscriber.error(error);
    input.pause();
    input.on('data', onData).once('end', onEnd).once('error', onError);
    subscriber.add(
      isWanted.subscribe({
        next: (wanted) => {
          if (wanted) input.resume();
          else input.pause();
        },
        error: onError,
      }),
    );
    return () => {
      input.off('data', onData).off('end', onEnd).off('error', onError);
      input.pause();
    };
  });
}
