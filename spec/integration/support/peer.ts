import { constants, deflateRawSync } from 'node:zlib';

import { acceptUpgrade, parseFrames, readRequestHead } from '../../../src/testing/index.js';
import type { Frame, RawConnection } from '../../../src/testing/index.js';

/** A script for a raw server: what it does with a connection. */
export type Script = (connection: RawConnection) => unknown;

/** Does the opening handshake right, then goes on with `script`. */
export function afterUpgrade(
  script: Script,
  extraHeaders: Readonly<Record<string, string>> = {},
): Script {
  return async (connection) => {
    acceptUpgrade(connection.socket, await readRequestHead(connection.socket), extraHeaders);
    await script(connection);
  };
}

/** Does the opening handshake right, then writes `chunks`, each with a write of its own. */
export function sending(...chunks: readonly Uint8Array[]): Script {
  return afterUpgrade(({ socket }) => {
    for (const chunk of chunks) socket.write(chunk);
  });
}

/** Waits for the request, then writes `answer` in place of a 101 and leaves the line open. */
export function answering(answer: string): Script {
  return async ({ socket }) => {
    await readRequestHead(socket);
    socket.write(answer);
  };
}

/** Does nothing: a server that accepts the connection and never says a word. */
export function silent(): void {
  // As the name says.
}

/** The payload of a compressed frame (RFC 7692, 7.2.1), which has RSV1 set. */
export function compressed(payload: string | Uint8Array): Buffer {
  return deflateRawSync(payload, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
}

/** The frames that the client has sent after its request. */
export function framesOf({ received }: RawConnection): readonly Frame[] {
  return parseFrames(received.subarray(received.indexOf('\r\n\r\n') + 4)).frames;
}

/** Waits for a frame with `opcode` from the client. */
export async function frameFrom(connection: RawConnection, opcode: number): Promise<Frame> {
  const find = (): Frame | undefined =>
    framesOf(connection).find((frame) => frame.opcode === opcode);
  await connection.receivedUntil(() => find() !== undefined);
  const found = find();
  if (found === undefined) throw new Error(`no frame with opcode ${opcode}`);
  return found;
}
