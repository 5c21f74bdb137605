// A client in a process of its own: it consumes slowly, or sends to who does not read, and tells how much memory
// that took.
import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises';

import { consume, text, webSocket } from '../../../src/index.js';
import type { Overflow, SocketSubject } from '../../../src/index.js';
import { startMeter } from './memory-meter.js';
import type { MemoryTask } from './memory-task.js';

type Socket = SocketSubject<string, string>;

const task = JSON.parse(process.argv[2] ?? '{}') as MemoryTask;
const { url, seconds, how } = task;
const work = (): Promise<void> => pause(1);

const consumers: Readonly<Record<string, (socket: Socket, done: () => void) => void>> = {
  consume: (socket, done) => {
    socket.pipe(consume(work)).subscribe(done);
  },
  'for await': (socket, done) => {
    void (async () => {
      for await (const message of socket) {
        await work();
        if (message.length > 0) done();
      }
    })();
  },
  // What is done without this package.
  'plain subscriber': (socket, done) => {
    const queue: string[] = [];
    socket.subscribe((message) => queue.push(message));
    void (async () => {
      for (;;) {
        await work();
        if (queue.shift() !== undefined) done();
      }
    })();
  },
};

async function receive(): Promise<object> {
  const socket = webSocket({ url, codec: text() });
  const meter = startMeter();
  let taken = 0;
  consumers[how]?.(socket, () => (taken += 1));
  await pause(seconds * 1_000);
  return { ...meter.stop(), taken, received: socket.stats().messagesReceived };
}

async function offer(): Promise<object> {
  const { messages = 0, size = 0 } = task;
  const overflow = how === 'sendAll' ? 'reject' : (how as Overflow);
  const socket = webSocket({ url, codec: text(), outbox: { overflow, ttl: seconds * 1_000 } });
  socket.subscribe();
  const make = (number: number): string => `${number} `.padEnd(size, 'x');
  const meter = startMeter();
  const fates: Record<string, number> = {};
  let given = 0;
  let settled = 0;
  let queued = 0;
  if (how === 'sendAll') {
    const stop = new AbortController();
    const source = function* (): Generator<string> {
      for (; given < messages; given += 1) yield make(given);
    };
    const sending = socket.sendAll(source(), { signal: stop.signal }).catch(() => undefined);
    await pause(seconds * 1_000);
    stop.abort();
    await sending;
  } else {
    for (; given < messages; given += 1) {
      void socket.send(make(given)).then(({ _tag }) => {
        fates[_tag] = (fates[_tag] ?? 0) + 1;
        settled += 1;
      });
      if (given % 8 === 0) {
        queued = Math.max(queued, socket.stats().queuedBytes + socket.stats().bufferedAmount);
        await turn();
      }
    }
    // The rest has no other fate than to expire.
    const last = Date.now() + seconds * 1_000 + 2_000;
    while (settled < given && Date.now() < last) await pause(20);
  }
  return { ...meter.stop(), given, settled, queued, fates };
}

const report = await (how in consumers ? receive() : offer());
process.stdout.write(JSON.stringify(report), () => {
  process.exit(0);
});
