import { Socket } from 'node:net';

/** The sockets that go out from this process to ports that a client has to itself. */
export interface ClientSockets {
  /** Where a socket connected while another one to the same port was open yet. */
  readonly violations: readonly string[];
  /** Watches the sockets to `port`, which are to be one at a time. */
  watch(port: number): void;
  /** How many are open to the ports that are watched. */
  open(): number;
  /** Watches no more. */
  stop(): void;
}

/** Watches the sockets that this process connects. */
export function watchClientSockets(): ClientSockets {
  const sockets = new Map<number, Set<Socket>>();
  const violations: string[] = [];

  const living = (those: Iterable<Socket>): number =>
    [...those].filter((socket) => !socket.destroyed).length;

  function keep(socket: Socket): void {
    const { remotePort: port = 0 } = socket;
    const known = sockets.get(port);
    if (known === undefined) return;
    const others = living(known);
    if (others > 0) violations.push(`${others + 1} connections to port ${port}`);
    known.add(socket);
    socket.once('close', () => known.delete(socket));
  }

  // No hook of Node tells of the sockets of node:tls.
  const original = Reflect.get(Socket.prototype, 'connect') as (...given: unknown[]) => Socket;
  Reflect.set(Socket.prototype, 'connect', function (this: Socket, ...given: unknown[]): Socket {
    this.once('connect', () => keep(this));
    return original.apply(this, given);
  });
  return {
    violations,
    watch: (port) => void sockets.set(port, new Set()),
    open: () => [...sockets.values()].reduce((sum, known) => sum + living(known), 0),
    stop: () => void Reflect.set(Socket.prototype, 'connect', original),
  };
}
