/** Keeps every error that escapes to the process. */
export interface UncaughtErrors {
  readonly errors: readonly unknown[];
  /** Stops listening. */
  stop(): void;
}

/** Listens for errors that nobody handles, until stopped. */
export function collectUncaught(): UncaughtErrors {
  const errors: unknown[] = [];
  const keep = (error: unknown): void => void errors.push(error);
  process.on('uncaughtException', keep);
  process.on('unhandledRejection', keep);
  return {
    errors,
    stop() {
      process.off('uncaughtException', keep);
      process.off('unhandledRejection', keep);
    },
  };
}
