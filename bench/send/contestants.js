/**
 * What a contestant is given.
 *
 * @typedef {object} Task
 * @property {string} url
 * @property {string} ca
 * @property {(text: string) => void} onMessage
 * @property {() => void} onFate For each message whose fate the contestant is told.
 * @property {(reason: unknown) => void} fail
 */

/**
 * An open connection.
 *
 * @typedef {object} Sender
 * @property {(message: string) => void} send
 * @property {() => boolean} isFull Whether to wait a turn, as the contestant knows it.
 */

/** @typedef {(task: Task) => Promise<Sender>} Connect */

/**
 * @typedef {object} Contestant
 * @property {boolean} tellsFates
 * @property {() => Promise<Connect>} load
 */

/**
 * The first is what the others are measured by.
 *
 * @type {Readonly<Record<string, Contestant>>}
 */
export const CONTESTANTS = {
  ws: {
    tellsFates: false,
    load: async () => (await import('./contestants/ws.js')).connectPlain,
  },
  'ws again': {
    tellsFates: false,
    load: async () => (await import('./contestants/ws.js')).connectPlain,
  },
  'ws + callback': {
    tellsFates: true,
    load: async () => (await import('./contestants/ws.js')).connectWithCallback,
  },
  'ws + promise': {
    tellsFates: true,
    load: async () => (await import('./contestants/ws.js')).connectWithPromise,
  },
  'rx-wss next': {
    tellsFates: false,
    load: async () => (await import('./contestants/rx-wss.js')).connectNext,
  },
  'rx-wss send': {
    tellsFates: true,
    load: async () => (await import('./contestants/rx-wss.js')).connectSend,
  },
};
