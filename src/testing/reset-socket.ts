import type { Socket } from 'node:net';

/**
 * Ends the connection of `socket` with a TCP reset (RST), whatever is still to be written.
 *
 * @param socket - The TCP socket.
 * @param user - The socket that is written to: under TLS that on top of it.
 */
export function resetSocket(socket: Socket, user: Socket = socket): void {
  if (socket.destroyed) return;
  if (socket.connecting) socket.destroy();
  // libuv refuses to reset a socket whose FIN is under way (EINVAL), and would never close it.
  else if (isFinishing(user)) user.once('finish', () => socket.resetAndDestroy());
  else socket.resetAndDestroy();
}

function isFinishing({ writableEnded, writableFinished, writableLength }: Socket): boolean {
  return writableEnded && !writableFinished && writableLength === 0;
}
