import type { TlsOptions } from 'node:tls';

import { createWssServer } from '../../../src/testing/index.js';
import type { WssConnection } from '../../../src/testing/index.js';

/** A server that sends every number back, with the dial that it came on, and sees to their order. */
export interface NumberedEcho extends AsyncDisposable {
  readonly port: number;
  /** What came twice, out of order, or with a gap. */
  readonly violations: readonly string[];
  /** How many numbers came so far. */
  readonly received: number;
  /** Whether these numbers came from the client with this name, on one connection. */
  hasReceived(client: string, numbers: NumberRange): boolean;
  /** Forgets, but for the last connection of each client, what came. */
  forget(): void;
  /** Begins to close what is open of the client with this name. */
  closeAll(client: string, code: number): void;
  /** Stops listening and drops every connection; what is known of the numbers stays. */
  stop(): Promise<void>;
  /** Listens again, on the same port. */
  start(): Promise<void>;
}

/** The numbers from `first` to `last`, both among them. */
export interface NumberRange {
  readonly first: number;
  readonly last: number;
}

/** What came on one connection without a gap. */
interface Run extends NumberRange {
  readonly dial: number;
  last: number;
}

/** Gives the address of a numbered echo behind `authority`. */
export function echoUrl(authority: string, client: string, dial: number): string {
  return `wss://${authority}/?client=${client}&dial=${dial}`;
}

/** Starts a numbered echo. */
export async function createNumberedEcho(tls: TlsOptions, port = 0): Promise<NumberedEcho> {
  const runs = new Map<string, Run[]>();
  const violations: string[] = [];
  let received = 0;

  function runsOf(client: string): Run[] {
    const known = runs.get(client) ?? [];
    runs.set(client, known);
    return known;
  }

  function accept(connection: WssConnection): void {
    const { client, dial } = addressOf(connection);
    const known = runsOf(client);
    let run: Run | undefined;
    connection.onMessage((data) => {
      const number = Number(Buffer.from(data).toString());
      // By their dials: what was sent on one line may come after what was sent later on another.
      const before = known.findLast((each) => each.dial < dial);
      const after = known.find((each) => each.dial > dial);
      if (run === undefined) {
        if (before !== undefined && number <= before.last) {
          violations.push(
            `${client}: ${number} on dial ${dial} after ${before.last} on dial ${before.dial}`,
          );
        }
        run = { dial, first: number, last: number };
        known.splice(known.findLastIndex((each) => each.dial < dial) + 1, 0, run);
      } else if (number !== run.last + 1) {
        violations.push(`${client}: ${number} after ${run.last} on dial ${dial}`);
      }
      if (after !== undefined && number >= after.first) {
        violations.push(
          `${client}: ${number} on dial ${dial} before ${after.first} on dial ${after.dial}`,
        );
      }
      run.last = number;
      received += 1;
      void connection.send(`${dial}/${number}`).catch(() => undefined);
    });
  }

  const listen = (at: number): ReturnType<typeof createWssServer> =>
    createWssServer({ tls, port: at, recordsMessages: false, onConnection: accept });
  let server = await listen(port);
  const bound = server.port;
  return {
    port: bound,
    violations,
    get received() {
      return received;
    },
    hasReceived: (client, numbers) =>
      runsOf(client).some(({ first, last }) => first <= numbers.first && numbers.last <= last),
    forget() {
      for (const known of runs.values()) known.splice(0, known.length - 1);
    },
    closeAll(client, code) {
      for (const connection of server.connections) {
        if (addressOf(connection).client === client) void connection.close(code);
      }
    },
    stop: () => server.close(),
    async start() {
      server = await listen(bound);
    },
    [Symbol.asyncDispose]: () => server.close(),
  };
}

function addressOf({ request }: WssConnection): { readonly client: string; readonly dial: number } {
  const { searchParams } = new URL(request.url, 'wss://localhost');
  return { client: searchParams.get('client') ?? '', dial: Number(searchParams.get('dial')) };
}
