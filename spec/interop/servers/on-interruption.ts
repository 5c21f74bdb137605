const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Cleans up when the run is broken off: when this process is told to end, or when the one that
 * started it is gone, after which vitest would let the present test run on.
 *
 * @param clean - Called at most once.
 * @returns Stops listening.
 */
export function onInterruption(clean: () => Promise<void>): () => void {
  const forget = (): void => {
    for (const signal of SIGNALS) process.off(signal, onSignal);
    process.off('disconnect', onDisconnect);
  };
  const onDisconnect = (): void => {
    forget();
    clean().catch(report);
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    forget();
    // Nobody listens any more: the same signal ends the process now.
    void clean()
      .catch(report)
      .finally(() => process.kill(process.pid, signal));
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  process.on('disconnect', onDisconnect);
  return forget;
}

function report(error: unknown): void {
  console.error('The interop servers could not be cleaned up:', error);
}
