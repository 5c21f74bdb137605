import { PassThrough } from 'node:stream';

import { Subject } from 'rxjs';

import type { CommandIo } from '../../src/cli/command-io.js';

/** A process of a spec: what the command is given, and what it wrote. */
export interface FakeIo extends CommandIo {
  readonly stdin: PassThrough;
  readonly stdout: PassThrough;
  readonly stderr: PassThrough;
  readonly interrupts: Subject<void>;
  /** What is on standard output so far. */
  readonly output: () => string;
  /** What is on standard error so far. */
  readonly errors: () => string;
  /** Waits until `text` is on standard output. */
  readonly outputOf: (text: string) => Promise<void>;
  /** Waits until `text` is on standard error. */
  readonly errorsOf: (text: string) => Promise<void>;
}

/** Makes the streams, of which nothing but the output is read. */
export function fakeIo(
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): FakeIo {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const output = collect(stdout);
  const errors = collect(stderr);
  return {
    args,
    env,
    stdin: new PassThrough(),
    stdout,
    stderr,
    interrupts: new Subject(),
    output: () => output.text,
    errors: () => errors.text,
    outputOf: (text) => output.until(text),
    errorsOf: (text) => errors.until(text),
  };
}

interface Collected {
  readonly text: string;
  until(part: string): Promise<void>;
}

function collect(stream: PassThrough): Collected {
  let text = '';
  stream.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  return {
    get text() {
      return text;
    },
    until: (part) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (!text.includes(part)) return;
          stream.off('data', check);
          resolve();
        };
        stream.on('data', check);
        check();
      }),
  };
}

/** Makes `stream` look like a terminal. */
export function asTerminal(stream: PassThrough): PassThrough {
  return Object.defineProperty(stream, 'isTTY', { value: true });
}
