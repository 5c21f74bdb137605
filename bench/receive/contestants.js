/**
 * What a contestant is given.
 *
 * @typedef {object} Task
 * @property {string} url
 * @property {string} ca
 * @property {import('io-ts').Type<any, unknown, unknown>} type Of the messages, where they are JSON.
 * @property {(message: any) => number} weigh
 * @property {import('./tally.js').Tally} tally
 */

/** @typedef {(task: Task) => Promise<void>} Connect Connects, and adds what arrives to the tally. */

/**
 * @typedef {object} Contestant
 * @property {'messages' | 'payloads' | 'bytes'} counts
 * @property {() => Promise<Connect>} load
 */

/** The largest message that all of them take. */
export const MAX_PAYLOAD = 16 * 1024 * 1024;

/** @type {Readonly<Record<string, Contestant>>} */
const FOR_JSON = {
  'ws + io-ts': {
    counts: 'messages',
    load: async () => (await import('./contestants/ws.js')).connectTyped,
  },
  'ws + io-ts again': {
    counts: 'messages',
    load: async () => (await import('./contestants/ws.js')).connectTyped,
  },
  'rx-wss': {
    counts: 'messages',
    load: async () => (await import('./contestants/rx-wss.js')).connectTyped,
  },
  'rxjs webSocket + io-ts': {
    counts: 'messages',
    load: async () => (await import('./contestants/rxjs.js')).connectTyped,
  },
  'undici + io-ts': {
    counts: 'messages',
    load: async () => (await import('./contestants/undici.js')).connectTyped,
  },
  'ws + JSON.parse': {
    counts: 'messages',
    load: async () => (await import('./contestants/ws.js')).connectUnchecked,
  },
  'ws, not parsed': {
    counts: 'payloads',
    load: async () => (await import('./contestants/ws.js')).connectUnparsed,
  },
  'TLS alone': {
    counts: 'bytes',
    load: async () => (await import('./contestants/tls.js')).connect,
  },
};

/** @type {Readonly<Record<string, Contestant>>} */
const FOR_BYTES = {
  ws: {
    counts: 'messages',
    load: async () => (await import('./contestants/ws.js')).connectBytes,
  },
  'ws again': {
    counts: 'messages',
    load: async () => (await import('./contestants/ws.js')).connectBytes,
  },
  'rx-wss': {
    counts: 'messages',
    load: async () => (await import('./contestants/rx-wss.js')).connectBytes,
  },
  'rxjs webSocket': {
    counts: 'messages',
    load: async () => (await import('./contestants/rxjs.js')).connectBytes,
  },
  undici: {
    counts: 'messages',
    load: async () => (await import('./contestants/undici.js')).connectBytes,
  },
  'TLS alone': {
    counts: 'bytes',
    load: async () => (await import('./contestants/tls.js')).connect,
  },
};

/**
 * Gives the contestants of a workload, by name; the first is what the others are measured by.
 *
 * @param {import('./workloads.js').Workload} workload
 * @returns {Readonly<Record<string, Contestant>>}
 */
export function contestantsOf({ type }) {
  return type === undefined ? FOR_BYTES : FOR_JSON;
}
