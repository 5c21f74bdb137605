// The other side of the soak, in a process of its own: an echo over TLS, and a relay for each client,
// on which no connection lasts.
import { createCertificateAuthority, createRelay, createWssServer } from 'rx-wss/testing';

import { serve } from '../../bench/support/serve.js';
import { anyCut, CUTS } from './cuts.js';

/** How long a connection lasts, in milliseconds: anything between the two. */
const LEAST = 50;
const MOST = 300;
/** Server and relays remember every connection: after so many of them they are restarted. */
const RESTART_AFTER = 300;
// Below the ports that the system dials from: else a client may reach itself while nobody listens.
const FIRST_PORT = 20_000;
const PORTS = 10_000;

/** @typedef {import('rx-wss/testing').WssConnection} WssConnection */

const authority = await createCertificateAuthority();
const { chain, key } = await authority.issue({ commonName: 'localhost', usage: 'server' });
/** @type {Map<WssConnection, number>} When each is cut. */
const due = new Map();
/** @type {Record<string, number>} */
const tally = {};
/** @type {import('rx-wss/testing').Relay[]} */
let relays = [];
let server = await startServer();
let isCutting = false;
let isRestarting = false;

function startServer() {
  return createWssServer({
    tls: { cert: chain, key },
    recordsMessages: false,
    onConnection(connection) {
      due.set(connection, Date.now() + LEAST + Math.random() * (MOST - LEAST));
      connection.onMessage((data, isBinary) => void connection.send(data, { isBinary }));
      void connection.closed.then(() => due.delete(connection));
    },
  });
}

/** @param {number} [port] */
async function startRelay(port) {
  const target = { port: server.port };
  if (port !== undefined) return createRelay({ target, port });
  for (;;) {
    try {
      return await createRelay({ target, port: FIRST_PORT + Math.floor(Math.random() * PORTS) });
    } catch {
      // Somebody has it: on to another one.
    }
  }
}

/** @param {string} name */
function count(name) {
  tally[name] = (tally[name] ?? 0) + 1;
}

/** @param {WssConnection} connection */
function cut(connection) {
  const relay = relays[Number(connection.request.url.slice(1))];
  if (relay === undefined) return;
  const name = anyCut();
  count(name);
  CUTS[name]?.cut({ connection, relay });
}

async function restart() {
  isRestarting = true;
  count('restart');
  const ports = relays.map(({ port }) => port);
  await Promise.all([server, ...relays].map((each) => each.close()));
  server = await startServer();
  relays = await Promise.all(ports.map(startRelay));
  isRestarting = false;
}

setInterval(() => {
  if (!isCutting || isRestarting) return;
  if (server.accepted > RESTART_AFTER) {
    void restart();
    return;
  }
  const now = Date.now();
  for (const [connection, at] of due) {
    if (at > now) continue;
    due.set(connection, Infinity);
    cut(connection);
  }
}, 10);

serve(async ({ clients, isCutting: wanted }) => {
  while (relays.length < (clients ?? 0)) relays.push(await startRelay());
  isCutting = wanted ?? isCutting;
  return { ca: authority.certificate, urls: relays.map(({ url }) => url), tally };
});
