import { json } from 'rx-wss';

/** @typedef {import('io-ts').Type<any, unknown, unknown>} Type */
/** @typedef {(type: Type) => (message: unknown) => string | undefined} Contestant */

/** @type {Contestant} */
const ioTs = (type) => (message) => JSON.stringify(type.encode(message));

/**
 * The contestants: the first is what the others are measured by.
 *
 * @type {Readonly<Record<string, Contestant>>}
 */
export const CONTESTANTS = {
  'io-ts encode + JSON.stringify': ioTs,
  'io-ts encode + JSON.stringify again': ioTs,
  'rx-wss': (type) => {
    const { encode } = json({ outgoing: type });
    return (message) => {
      const encoded = encode(message);
      return encoded._tag === 'Right' ? String(encoded.right) : undefined;
    };
  },
  'JSON.stringify alone': () => (message) => JSON.stringify(message),
};
