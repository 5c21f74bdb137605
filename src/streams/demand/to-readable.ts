import { ReadableStream } from 'node:stream/web';
import type { ReadableStreamDefaultController } from 'node:stream/web';

import type { Observable } from 'rxjs';

import { checkDemand } from './demand-options.js';
import type { DemandControl, DemandSource } from './demand-source.js';
import { DEMAND, needDemand } from './find-demand.js';
import type { ConsumerOptions } from './find-demand.js';
import { Inbox } from './inbox.js';

/**
 * Gives the messages of a socket as a web stream, and has the server wait when its reader is too slow.
 *
 * @remarks
 * The first read subscribes, and what has come since waits for the reader, in order. From `highWaterMark` on, the
 * socket is not read from. When the socket completes, the stream closes; when it fails, the reader gets what came
 * before, then the error. Cancelling the stream unsubscribes at once and drops what waits.
 *
 * The stream has no queue of its own: messages are counted once, by number and by bytes, and none is
 * taken that nobody asked for.
 *
 * @param source - The socket; or any stream, with the socket that it is made of as the option `demand`.
 * @param options - What differs from the defaults.
 * @returns The stream, which can be read once.
 *
 * @throws OptionTypeError or OptionRangeError if an option is wrong.
 *
 * @example
 * ```ts
 * import { TextDecoderStream } from 'node:stream/web';
 * import { bytes, toReadable, webSocket } from 'rx-wss';
 *
 * const socket = webSocket({ url: 'wss://feed.example.com/v1', codec: bytes() });
 *
 * for await (const text of toReadable(socket).pipeThrough(new TextDecoderStream())) {
 *   console.log(text);
 * }
 * ```
 */
export function toReadable<T>(
  source: DemandSource<T>,
  options?: ConsumerOptions,
): ReadableStream<T>;
export function toReadable<T>(
  source: Observable<T>,
  options: ConsumerOptions & { readonly demand: DemandControl },
): ReadableStream<T>;
export function toReadable<T>(
  source: Observable<T>,
  options: ConsumerOptions = {},
): ReadableStream<T> {
  const limits = checkDemand('toReadable', options, [DEMAND]);
  const demand = needDemand('toReadable.demand', source, options.demand);
  // Present while a read waits.
  let asker: ReadableStreamDefaultController<T> | undefined;
  // Present until the stream has closed or failed.
  let open: ReadableStreamDefaultController<T> | undefined;

  const give = (controller: ReadableStreamDefaultController<T>, value: T): void => {
    // Before it is given: that may ask for the next one at once.
    asker = undefined;
    controller.enqueue(value);
  };

  const settle = (): void => {
    const { end } = inbox;
    // An error would drop what stands in the queue: a message for a reader that has left.
    if (end === undefined || open?.desiredSize !== 0) return;
    if (end._tag === 'Failed') open.error(end.error);
    else open.close();
    open = undefined;
  };

  const inbox = new Inbox<T>(source, demand, limits, {
    offer: (value) => {
      if (asker === undefined) return false;
      give(asker, value);
      return true;
    },
    ended: settle,
  });

  return new ReadableStream<T>(
    {
      start: (controller) => {
        open = controller;
      },
      pull: (controller) => {
        inbox.open();
        const waiting = inbox.take();
        if (waiting === undefined) asker = controller;
        else give(controller, waiting.value);
        settle();
      },
      cancel: () => {
        inbox.close();
      },
    },
    { highWaterMark: 0 },
  );
}
