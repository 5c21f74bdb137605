import { getEventListeners, getMaxListeners, setMaxListeners } from 'node:events';

/** Listens; that many sockets share the signal of a shutdown is meant, and no leak to warn of. */
export function onAbort(signal: AbortSignal, listener: () => void): void {
  const count = getEventListeners(signal, 'abort').length + 1;
  if (count > getMaxListeners(signal)) setMaxListeners(count, signal);
  signal.addEventListener('abort', listener, { once: true });
}
