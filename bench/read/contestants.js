import { json } from 'rx-wss';

/**
 * A contestant reads a message: most from its bytes, one is given the text.
 *
 * @typedef {object} Contestant
 * @property {boolean} [isGivenText]
 * @property {boolean} [isUnchecked] What it gives may be more than the type says.
 * @property {(type: import('io-ts').Type<any, unknown, unknown>) => (message: any) => unknown} reader
 */

/** @type {Contestant} */
const IO_TS = {
  reader: (type) => (/** @type {Buffer} */ bytes) => {
    const decoded = type.decode(JSON.parse(bytes.toString()));
    return decoded._tag === 'Right' ? decoded.right : undefined;
  },
};

/**
 * The contestants: the first is what the others are measured by.
 *
 * @type {Readonly<Record<string, Contestant>>}
 */
export const CONTESTANTS = {
  'toString + JSON.parse + io-ts': IO_TS,
  'toString + JSON.parse + io-ts again': IO_TS,
  'rx-wss': {
    reader: (type) => {
      const { decode } = json({ incoming: type });
      return (/** @type {Buffer} */ bytes) => {
        const decoded = decode(bytes, 'text');
        return decoded._tag === 'Right' ? decoded.right : undefined;
      };
    },
  },
  'toString + JSON.parse': {
    isUnchecked: true,
    reader: () => (/** @type {Buffer} */ bytes) => JSON.parse(bytes.toString()),
  },
  'JSON.parse alone, text given': {
    isGivenText: true,
    isUnchecked: true,
    reader: () => (/** @type {string} */ text) => JSON.parse(text),
  },
};
