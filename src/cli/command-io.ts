import type { Readable, Writable } from 'node:stream';

import type { Observable } from 'rxjs';

/** What a command is given of the process that it runs in. */
export interface CommandIo {
  /** The arguments after the name of the command. */
  readonly args: readonly string[];
  /** The environment variables. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** Emits when the user asks the command to end: Ctrl-C, or a signal. */
  readonly interrupts: Observable<unknown>;
}
