import * as E from 'fp-ts/lib/Either.js';
import {
  catchError,
  concatWith,
  distinctUntilChanged,
  EMPTY,
  filter,
  from,
  ignoreElements,
  map,
  NEVER,
  switchMap,
  take,
  tap,
  timer,
} from 'rxjs';
import type { Observable } from 'rxjs';

import { printable } from '../index.js';
import type { Payload, SocketSubject } from '../index.js';
import type { CommandIo } from './command-io.js';
import type { ConnectArguments } from './connect-arguments.js';
import { inputLines } from './input-lines.js';
import type { Status } from './status-line.js';
import { toMessage } from './to-message.js';
import { UsageError } from './usage-error.js';

/**
 * Sends the messages of the arguments, or else the lines of standard input, while the connection is
 * open; then, if the arguments say so, waits and closes.
 *
 * @param args - What to send, and how long to wait.
 * @param io - Standard input; it is left alone when the arguments have messages.
 * @param socket - Where to send it.
 * @param report - Told what cannot be sent.
 * @returns Nothing but its side effects.
 * @throws UsageError at once when a message of the arguments cannot be sent.
 */
export function sendInput(
  args: ConnectArguments,
  io: CommandIo,
  socket: SocketSubject<Payload, Payload>,
  report: (status: Status) => void,
): Observable<never> {
  const isOpen = socket.state.pipe(
    map((state) => state._tag === 'Open'),
    distinctUntilChanged(),
  );
  const given = args.messages.map((line) => givenMessage(line, args.isBinary));
  const messages =
    given.length > 0
      ? isOpen.pipe(
          filter(Boolean),
          take(1),
          switchMap(() => from(given)),
        )
      : linesToSend(args, io, isOpen, report);
  return messages.pipe(
    tap((message) => socket.next(message)),
    concatWith(args.wait === undefined ? EMPTY : afterTime(args.wait, isOpen)),
    tap({
      complete: () => {
        if (args.wait !== undefined) socket.complete();
      },
    }),
    ignoreElements(),
  );
}

/** Emits once the connection has been open for `wait` milliseconds: a lost line starts them anew. */
function afterTime(wait: number, isOpen: Observable<boolean>): Observable<unknown> {
  return isOpen.pipe(
    switchMap((open) => (open ? timer(wait) : NEVER)),
    take(1),
    ignoreElements(),
  );
}

function givenMessage(line: string, isBinary: boolean): Payload {
  const message = toMessage(line, isBinary);
  if (E.isLeft(message)) throw new UsageError(`--execute: the message ${message.left}`);
  return message.right;
}

function linesToSend(
  { isBinary }: ConnectArguments,
  { stdin }: CommandIo,
  isOpen: Observable<boolean>,
  report: (status: Status) => void,
): Observable<Payload> {
  return inputLines(stdin, isOpen).pipe(
    map((line) => toMessage(line, isBinary)),
    tap((message) => {
      if (E.isRight(message)) return;
      report({ label: 'not sent', colour: 'red', text: `the line ${message.left}` });
    }),
    filter(E.isRight),
    map(({ right }) => right),
    catchError((error: unknown) => {
      const text = `standard input cannot be read: ${printable(String(error))}`;
      report({ label: 'not sent', colour: 'red', text });
      return EMPTY;
    }),
  );
}
