/**
 * A connection at the server, and the relay that it came through.
 *
 * @typedef {object} Place
 * @property {import('rx-wss/testing').WssConnection} connection
 * @property {import('rx-wss/testing').Relay} relay
 */

/**
 * The ways to lose a connection, by name: each with how often it is chosen.
 *
 * @type {Readonly<Record<string, { weight: number, cut: (place: Place) => void }>>}
 */
export const CUTS = {
  'close 1012': { weight: 3, cut: ({ connection }) => void connection.close(1012, 'restart') },
  'RST of the server': { weight: 3, cut: ({ connection }) => connection.terminate() },
  'FIN of the server': { weight: 3, cut: ({ connection }) => connection.end() },
  'cut on the way': {
    weight: 3,
    cut: ({ relay }) =>
      relay.connections
        .at(-1)
        ?.setFaults([
          { _tag: 'Cut', afterBytes: upTo(200), direction: 'toClient', how: resetOrEnd() },
        ]),
  },
  'cut in the handshake': {
    weight: 2,
    cut({ connection, relay }) {
      const afterBytes = upTo(2_000);
      relay.setNextFaults([{ _tag: 'Cut', afterBytes, direction: 'toClient', how: resetOrEnd() }]);
      connection.terminate();
    },
  },
  refused: {
    weight: 2,
    cut({ connection, relay }) {
      void relay.setFaults([{ _tag: 'Refuse', duration: upTo(60) }]);
      connection.end();
    },
  },
  silence: {
    weight: 1,
    cut: ({ relay }) => relay.connections.at(-1)?.setFaults([{ _tag: 'Blackhole' }]),
  },
};

/** Gives the name of one of the cuts. */
export function anyCut() {
  const names = Object.entries(CUTS).flatMap(([name, { weight }]) => Array(weight).fill(name));
  return /** @type {string} */ (names[upTo(names.length - 1)]);
}

/** @param {number} most */
function upTo(most) {
  return Math.floor(Math.random() * (most + 1));
}

function resetOrEnd() {
  return Math.random() < 0.5 ? 'reset' : 'end';
}
