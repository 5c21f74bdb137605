import {
  catchError,
  concatWith,
  EMPTY,
  firstValueFrom,
  ignoreElements,
  map,
  merge,
  mergeMap,
  of,
  take,
  tap,
  withLatestFrom,
} from 'rxjs';
import type { Observable } from 'rxjs';

import { describeDecodeFailure, printable } from '../index.js';
import type { Payload, SocketState, SocketSubject } from '../index.js';
import type { CommandIo } from './command-io.js';
import type { ConnectArguments } from './connect-arguments.js';
import { createSocket } from './create-socket.js';
import { EXIT_CODE } from './exit-code.js';
import type { ExitCode } from './exit-code.js';
import type { LineWriter } from './line-writer.js';
import { messageLine } from './message-line.js';
import { endLine, outputEnd } from './output-end.js';
import { sendInput } from './send-input.js';
import { stateChanges } from './state-changes.js';
import { isCleanEnding, stateStatus } from './state-status.js';
import { statusLine } from './status-line.js';
import type { Status } from './status-line.js';

type Socket = SocketSubject<Payload, Payload>;
type Report = (status: Status) => void;

/**
 * Connects to a server: its messages go to standard output, lines of standard input go to it, and
 * what becomes of the connection is told on standard error.
 *
 * @param args - Where to connect, and how.
 * @param io - Standard input, and the wish to end.
 * @param out - Standard output.
 * @param err - Standard error.
 * @returns The exit code, once the connection is over or of no more use.
 * @throws UsageError (as a rejection) when an argument is wrong; nothing has been dialled then.
 */
export async function connect(
  args: ConnectArguments,
  io: CommandIo,
  out: LineWriter,
  err: LineWriter,
): Promise<ExitCode> {
  const socket = createSocket(args, io.env);
  const report: Report = (status) => err.write(statusLine(Date.now(), status, err.paint));
  return firstValueFrom(
    merge(
      reportStates(socket, args, report),
      reportRejected(socket, report),
      sendInput(args, io, socket, report),
      interruption(socket, io.interrupts, err),
      outputEnd(out, err),
      // Last, since it dials: the others are there to see it.
      receive(socket, out),
    ),
    { defaultValue: EXIT_CODE.failed },
  );
}

function reportStates(socket: Socket, args: ConnectArguments, report: Report): Observable<never> {
  const { protocol, host } = new URL(args.url);
  const target = printable(`${protocol}//${host}`);
  return stateChanges(socket).pipe(
    tap((state) => {
      const status = stateStatus(state, target);
      if (status !== undefined && !(args.isQuiet && isGood(state))) report(status);
    }),
    ignoreElements(),
  );
}

function isGood(state: SocketState): boolean {
  return state._tag !== 'Closed' || isCleanEnding(state.ending);
}

function reportRejected(socket: Socket, report: Report): Observable<never> {
  return socket.rejected.pipe(
    tap(({ failure }) => {
      report({ label: 'rejected', colour: 'red', text: describeDecodeFailure(failure) });
    }),
    ignoreElements(),
  );
}

/** The first wish to end closes an open connection; there is no waiting for anything else. */
function interruption(
  socket: Socket,
  interrupts: Observable<unknown>,
  err: LineWriter,
): Observable<ExitCode> {
  return interrupts.pipe(
    tap(() => endLine(err)),
    withLatestFrom(socket.state),
    mergeMap(([, state], index) => {
      const isClosable = state._tag === 'Open' || state._tag === 'Closing';
      if (index > 0 || !isClosable) return of(EXIT_CODE.interrupted);
      socket.complete();
      return EMPTY;
    }),
  );
}

function receive(socket: Socket, out: LineWriter): Observable<ExitCode> {
  return socket.pipe(
    tap((message) => out.write(messageLine(message))),
    ignoreElements(),
    // What it failed with is the ending, and the state tells that one in every case.
    catchError(() => EMPTY),
    concatWith(
      socket.state.pipe(
        take(1),
        map((state) =>
          state._tag === 'Closed' && isCleanEnding(state.ending)
            ? EXIT_CODE.done
            : EXIT_CODE.failed,
        ),
      ),
    ),
  );
}
