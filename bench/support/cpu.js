/**
 * Starts to count what this process spends from now on, threads of the collector and of OpenSSL included.
 *
 * @remarks Nothing is collected before: a full collection while nothing is on its way takes the shapes of the messages
 * with it, and with them all code that was compiled for them (`node --trace-deopt` says "weak objects"). What was
 * measured then was the compiler: raw ws took twice as long to send.
 *
 * @returns {() => number} Gives the microseconds spent so far, user and system.
 */
export function startCpu() {
  const from = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(from);
    return user + system;
  };
}
