import { map } from 'rxjs';
import type { Observable } from 'rxjs';

import { EXIT_CODE } from './exit-code.js';
import type { ExitCode } from './exit-code.js';
import type { LineWriter, OutputFailure } from './line-writer.js';

/**
 * Gives the exit code once `out` cannot be written any more, and says why on `err`: nothing when its
 * reader is gone, as `head` is when it has seen enough.
 *
 * @param out - Standard output.
 * @param err - Standard error.
 */
export function outputEnd(out: LineWriter, err: LineWriter): Observable<ExitCode> {
  return out.failed.pipe(
    map((failure) => {
      if (failure._tag === 'ReaderGone') return EXIT_CODE.done;
      err.write(`rx-wss: ${describe(failure)}`);
      return EXIT_CODE.outputFailed;
    }),
  );
}

/** Ends the line on which a terminal has put `^C`. */
export function endLine(writer: LineWriter): void {
  if (writer.isTerminal) writer.write('');
}

function describe(failure: Exclude<OutputFailure, { readonly _tag: 'ReaderGone' }>): string {
  return failure._tag === 'WriteFailed'
    ? `standard output cannot be written: ${failure.error.message}`
    : `standard output is read too slowly: ${failure.unwritten} bytes wait`;
}
