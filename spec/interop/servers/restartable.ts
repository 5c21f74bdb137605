import { startServer } from './server-process.js';
import type { ServerCommand, ServerProcess } from './server-process.js';

/** A server that is started and ended any number of times. */
export interface Restartable {
  /** Starts it, on the same ports every time. */
  start(): Promise<void>;
  /** Ends it. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** Gives the control of a server, which is not started yet. */
export function restartable(command: ServerCommand): Restartable {
  let running: ServerProcess | undefined;
  return {
    async start() {
      running ??= await startServer(command);
    },
    async stop(signal) {
      const stopped = running;
      running = undefined;
      await stopped?.stop(signal);
    },
  };
}
