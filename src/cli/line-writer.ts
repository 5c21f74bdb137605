import type { Writable } from 'node:stream';

import { Observable, ReplaySubject } from 'rxjs';

import { createPaint, isColourful, isTerminal } from './paint.js';
import type { Paint } from './paint.js';

/** Why nothing more can be written. */
export type OutputFailure =
  /** Whoever read it is gone (EPIPE), as `head` when it has seen enough. */
  | { readonly _tag: 'ReaderGone' }
  /** It is not read fast enough. */
  | { readonly _tag: 'ReaderLags'; readonly unwritten: number }
  | { readonly _tag: 'WriteFailed'; readonly error: Error };

/** How many bytes may wait for a slow reader. Node keeps them in memory, without a limit of its own. */
export const MAX_UNWRITTEN: number = 64 * 1024 * 1024;

/** Writes lines to a stream until that fails, and never throws. */
export class LineWriter {
  /** Whether the stream is a terminal. */
  readonly isTerminal: boolean;
  /** Colours, where the stream takes them. */
  readonly paint: Paint;
  /** Emits when writing failed, once, also to those who come late. */
  readonly failed: Observable<OutputFailure>;
  /** Emits once what was written before the subscription has been handed over; not when that failed. */
  readonly flushed: Observable<void>;
  readonly #stream: Writable;
  readonly #failed = new ReplaySubject<OutputFailure>(1);
  #hasFailed = false;

  /**
   * @param stream - What to write to. The listener for its errors stays: they may come late.
   * @param env - The environment variables, which decide about colours.
   */
  constructor(stream: Writable, env: Readonly<Record<string, string | undefined>>) {
    this.isTerminal = isTerminal(stream);
    this.paint = createPaint(isColourful(stream, env));
    this.failed = this.#failed.asObservable();
    this.flushed = new Observable((subscriber) => {
      stream.write('', (error) => {
        if (!(error instanceof Error)) subscriber.next();
      });
    });
    this.#stream = stream;
    stream.on('error', (error: NodeJS.ErrnoException) => {
      this.#fail(error.code === 'EPIPE' ? { _tag: 'ReaderGone' } : { _tag: 'WriteFailed', error });
    });
  }

  /** Writes one line, or drops it when writing has failed. */
  write(line: string): void {
    if (this.#hasFailed) return;
    this.#stream.write(`${line}\n`);
    const unwritten = this.#stream.writableLength;
    if (unwritten > MAX_UNWRITTEN) this.#fail({ _tag: 'ReaderLags', unwritten });
  }

  #fail(failure: OutputFailure): void {
    this.#hasFailed = true;
    // Once completed, it takes no second failure.
    this.#failed.next(failure);
    this.#failed.complete();
  }
}
