/** @typedef {import('./contestants/io-ts.js').Checks} Checks */

/**
 * The contestants: the first is what the others are measured by.
 *
 * @type {Readonly<Record<string, () => Promise<Checks>>>}
 */
export const CONTESTANTS = {
  'io-ts decode': async () => (await import('./contestants/io-ts.js')).decodes,
  'io-ts decode again': async () => (await import('./contestants/io-ts.js')).decodes,
  'io-ts is': async () => (await import('./contestants/io-ts.js')).guards,
  'hand-written': async () => (await import('./contestants/hand-written.js')).checks,
  'rx-wss': async () => (await import('./contestants/rx-wss.js')).checks,
  ajv: async () => (await import('./contestants/ajv.js')).checks,
  TypeBox: async () => (await import('./contestants/typebox.js')).checks,
  zod: async () => (await import('./contestants/zod.js')).checks,
  valibot: async () => (await import('./contestants/valibot.js')).checks,
  arktype: async () => (await import('./contestants/arktype.js')).checks,
};
