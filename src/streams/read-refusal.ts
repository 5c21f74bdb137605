import type { IncomingMessage } from 'node:http';

/** What a server answered in place of 101. */
export interface Refusal {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: string;
}

const MAX_BODY = 1024;

/**
 * Reads a refused upgrade: the head, and as much of the body as fits in 1 KiB.
 *
 * @param response - The response, none of whose body was read.
 * @param done - Called once there is enough. Not called when the returned function was.
 * @returns Stops the reading and gives what there is so far.
 */
export function readRefusal(
  response: IncomingMessage,
  done: (refusal: Refusal) => void,
): () => Refusal {
  const chunks: Buffer[] = [];
  let size = 0;
  let isDone = false;
  const stop = (): Refusal => {
    isDone = true;
    return {
      status: response.statusCode ?? 0,
      statusText: response.statusMessage ?? '',
      // A parsed message has no header without a value, whatever the type says.
      headers: response.headers as Refusal['headers'],
      body: Buffer.concat(chunks).subarray(0, MAX_BODY).toString('utf8'),
    };
  };
  const finish = (): void => {
    if (!isDone) done(stop());
  };
  response.on('data', (chunk: Buffer) => {
    if (isDone) return;
    chunks.push(chunk);
    size += chunk.length;
    if (size >= MAX_BODY) finish();
  });
  response.once('end', finish);
  response.once('error', finish);
  response.once('close', finish);
  return stop;
}
