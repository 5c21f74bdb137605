import { setTimeout as sleep } from 'node:timers/promises';

import { serve } from '../support/serve.js';

const AT_ONCE = 20;

/**
 * Opens one connection, and gives what keeps it open.
 *
 * @typedef {(url: string, tls: { ca: string, cert: string, key: string }) => Promise<unknown>} Open
 */

/** @type {Readonly<Record<string, () => Promise<Open>>>} */
const OPENERS = {
  ws: async () => {
    const { WebSocket } = await import('ws');
    return (url, tls) =>
      new Promise((resolve, reject) => {
        const socket = new WebSocket(url, {
          ...tls,
          perMessageDeflate: false,
          maxPayload: 2 ** 24,
        });
        socket.once('open', () => resolve(socket));
        socket.once('error', reject);
        socket.on('message', () => undefined);
      });
  },
  'rx-wss': async () => {
    const { text, webSocket } = await import('rx-wss');
    return (url, tls) =>
      new Promise((resolve, reject) => {
        const socket = webSocket({ url, tls, codec: text() });
        socket.state.subscribe(({ _tag }) => {
          if (_tag === 'Open') resolve(socket);
        });
        socket.subscribe({ error: reject });
      });
  },
};

serve(async ({ library, url, connections, tls }) => {
  const open = await OPENERS[library]?.();
  if (open === undefined) throw new Error(`No contestant is named ${library}`);
  /** @type {unknown[]} */
  const kept = [];
  /** @param {number} count */
  const batch = async (count) => {
    kept.push(...(await Promise.all(Array.from({ length: count }, () => open(url, tls)))));
  };
  // Warm-up: code is compiled, certificates are parsed for the first time.
  for (let done = 0; done < 100; done += AT_ONCE) await batch(AT_ONCE);
  const settle = async () => {
    await sleep(200);
    globalThis.gc?.();
    globalThis.gc?.();
    await sleep(50);
    return process.memoryUsage().rss;
  };
  const before = await settle();
  const cpu = process.cpuUsage();
  for (let done = 0; done < connections; done += AT_ONCE) await batch(AT_ONCE);
  const { user, system } = process.cpuUsage(cpu);
  const after = await settle();
  return {
    cpu: (user + system) / 1_000 / connections,
    rss: (after - before) / connections,
    kept: kept.length,
  };
});
