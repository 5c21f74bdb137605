/**
 * Starts to count what this process spends from now on, threads of the collector and of OpenSSL included,
 * after the garbage of earlier work is gone.
 *
 * @returns {() => number} Gives the microseconds spent so far, user and system.
 */
export function startCpu() {
  if (globalThis.gc === undefined) throw new Error('run node with --expose-gc');
  globalThis.gc();
  const from = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(from);
    return user + system;
  };
}
