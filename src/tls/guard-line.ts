import type { Socket } from 'node:net';

/** The line closed without an error of its own while something was still to be done on it. */
export class LineEnded extends Error {
  override readonly name = 'LineEnded';

  constructor() {
    super('The line was closed by the peer');
  }
}

/**
 * Gives what `work` gives, unless `socket` fails or closes before, or `signal` aborts.
 *
 * @param socket - The socket that the work is done on; destroyed on any failure.
 * @param signal - Ends the wait; its reason is what the promise rejects with.
 * @param work - What is waited for.
 * @returns The result. The promise rejects with the socket's error, a LineEnded, the signal's reason,
 * or what `work` rejects with.
 */
export function guardLine<T>(socket: Socket, signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      socket.removeListener('error', fail);
      socket.removeListener('close', onClose);
      signal.removeEventListener('abort', onAbort);
    };
    const fail = (error: Error): void => {
      stop();
      socket.destroy();
      reject(error);
    };
    const onClose = (): void => {
      fail(new LineEnded());
    };
    const onAbort = (): void => {
      fail(signal.reason as Error);
    };
    socket.once('error', fail);
    socket.once('close', onClose);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    work.then((result) => {
      stop();
      resolve(result);
    }, fail);
  });
}
