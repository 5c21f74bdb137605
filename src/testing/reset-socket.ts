import type { Socket } from 'node:net';

/** Ends the connection of `socket` with a TCP reset (RST), whatever is still to be written. */
export function resetSocket(socket: Socket): void {
  if (socket.destroyed) return;
  if (socket.connecting) socket.destroy();
  // libuv refuses to reset a socket whose FIN is under way (EINVAL), and would never close it.
  else if (isFinishing(socket)) socket.once('finish', () => socket.resetAndDestroy());
  else socket.resetAndDestroy();
}

function isFinishing({ writableEnded, writableFinished, writableLength }: Socket): boolean {
  return writableEnded && !writableFinished && writableLength === 0;
}
