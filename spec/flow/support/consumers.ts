import { lastValueFrom } from 'rxjs';

import { consume, iterate, toReadable } from '../../../src/index.js';
import type { DemandOptions, SocketSubject } from '../../../src/index.js';

/** Does `work` for each message until the stream ends; leaves when that throws. */
export type Consumer = (
  socket: SocketSubject<string, string>,
  options: DemandOptions,
  work: (message: string) => Promise<void>,
) => Promise<void>;

/** What has a server wait, by its name. */
export const CONSUMERS: Readonly<Record<string, Consumer>> = {
  'for await': async (socket, options, work) => {
    for await (const message of iterate(socket, options)) await work(message);
  },
  readable: async (socket, options, work) => {
    const reader = toReadable(socket, options).getReader();
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        await work(value);
      }
    } catch (error) {
      await reader.cancel(error);
      throw error;
    }
  },
  consume: async (socket, options, work) => {
    await lastValueFrom(socket.pipe(consume(work, options)), { defaultValue: undefined });
  },
};
