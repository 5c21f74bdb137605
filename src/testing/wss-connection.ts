import type { Socket } from 'node:net';
import type { FragmentOptions } from './fragments.js';
import type { WssRequest } from './wss-request.js';

/** A whole message that the server received. */
export interface ReceivedMessage {
  /** The payload. */
  readonly data: Uint8Array;
  /** Whether it was a binary message. */
  readonly isBinary: boolean;
  /** The payload as UTF-8. */
  readonly text: string;
}

/** How {@link WssConnection.send} sends a message. */
export interface SendOptions extends FragmentOptions {
  /**
   * Whether it is a binary message.
   *
   * @defaultValue `false` for a string, `true` for bytes
   */
  readonly isBinary?: boolean | undefined;
}

/** The close code and reason that a connection ended with. */
export interface CloseStatus {
  /** The code that the client sent; 1005 without one, 1006 without a closing handshake. */
  readonly code: number;
  /** The close reason, `''` without one. */
  readonly reason: string;
}

/** The server's side of one WebSocket connection. */
export interface WssConnection {
  /** The opening handshake. */
  readonly request: WssRequest;
  /** The chosen subprotocol, `''` without one. */
  readonly protocol: string;
  /** The whole messages received so far, unless the server does not record them. */
  readonly messages: readonly ReceivedMessage[];
  /** How many pings the client sent. */
  readonly pings: number;
  /** Settles when the TCP connection is gone. */
  readonly closed: Promise<CloseStatus>;
  /** The TCP or TLS socket, for bytes that no WebSocket server would write. */
  readonly socket: Socket;
  /** The TCP socket beneath: `socket` itself unless it is TLS. */
  readonly tcpSocket: Socket;
  /**
   * Gives the oldest recorded message that no earlier call gave; rejects when the connection closes
   * and none is left.
   */
  nextMessage(): Promise<ReceivedMessage>;
  /**
   * Calls `listener` with every message from now on.
   *
   * @returns A function that takes the listener off again.
   */
  onMessage(listener: (data: Uint8Array, isBinary: boolean) => void): () => void;
  /** Sends a message; resolves when it is handed to the system, rejects after the close. */
  send(data: string | Uint8Array, options?: SendOptions): Promise<void>;
  /** Sends a ping; resolves with the next pong, rejects when the connection closes before. */
  ping(data?: string | Uint8Array): Promise<void>;
  /** Begins the closing handshake; resolves as {@link WssConnection.closed} does. */
  close(code?: number, reason?: string): Promise<CloseStatus>;
  /** Ends the connection with a TCP reset (RST), without a close frame. */
  terminate(): void;
  /** Ends the connection with a FIN, without a close frame. */
  end(): void;
  /** Stops reading from the socket, so that the client's sending backs up. */
  pause(): void;
  /** Reads again. */
  resume(): void;
}
