import type { TlsOptions } from 'node:tls';

import { createWssServer } from '../../../src/testing/index.js';
import type { WssConnection, WssServer } from '../../../src/testing/index.js';
import type { Note } from './note.js';

/** What came on one connection of a client of notes. */
export interface NoteConnection {
  /** The path of its URL. */
  readonly client: string;
  /** What the client calls it; undefined when nothing came. */
  number: number | undefined;
  /** The numbers of the notes, in their order. */
  readonly received: { readonly id: number; readonly isAgain: boolean }[];
  /** Whether the client's close frame came, which is the last that it sends. */
  isWhole: boolean;
}

/** A server that keeps the numbers of the notes that come, and answers each. */
export interface NoteServer {
  readonly server: WssServer;
  readonly connections: readonly NoteConnection[];
  /** Begins to close what is open of a client. */
  closeAll(client: string, code: number): void;
  /** Leaves a client's notes unread until it is called again with `false`. */
  stall(client: string, isStalled: boolean): void;
}

/** Starts a server of notes. */
export async function createNoteServer(tls: TlsOptions): Promise<NoteServer> {
  const connections: NoteConnection[] = [];
  const server = await createWssServer({
    tls,
    recordsMessages: false,
    onConnection: (connection) => {
      connections.push(record(connection));
    },
  });
  const of = (client: string): readonly WssConnection[] =>
    [...server.connections].filter(({ request }) => request.url === client);
  return {
    server,
    connections,
    closeAll(client, code) {
      for (const connection of of(client)) void connection.close(code);
    },
    stall(client, isStalled) {
      for (const connection of of(client)) {
        if (isStalled) connection.pause();
        else connection.resume();
      }
    },
  };
}

function record(connection: WssConnection): NoteConnection {
  const seen: NoteConnection = {
    client: connection.request.url,
    number: undefined,
    received: [],
    isWhole: false,
  };
  const say = (answer: object): void => {
    // The line may be gone, and the client with it.
    connection.send(JSON.stringify(answer)).catch(() => undefined);
  };
  connection.onMessage((data) => {
    const note = JSON.parse(Buffer.from(data).toString()) as Note;
    if (note.id === 0) {
      seen.number = note.connection;
      return;
    }
    seen.received.push({ id: note.id, isAgain: note.isAgain === true });
    say(note.isAcked === true ? { ack: note.id } : { echo: note.id });
  });
  void connection.closed.then(({ code }) => {
    seen.isWhole = code !== 1006;
  });
  return seen;
}
