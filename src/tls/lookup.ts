import { lookup as lookupName } from 'node:dns';
import type { LookupFunction } from 'node:net';

/** A host name could not be looked up; `cause` is what the look-up reports. */
export class LookupFailure extends Error {
  override readonly name = 'LookupFailure';

  constructor(cause: unknown) {
    super('The host name could not be looked up', { cause });
  }
}

/**
 * Makes a look-up tell what becomes of it: a socket's `lookup` event is missed where it answers at
 * once, and what it throws would leave the handle of a socket that nobody has.
 *
 * @param lookup - The look-up; `dns.lookup` when undefined.
 * @param found - Called when the name was found.
 * @returns The look-up. Whatever goes wrong comes as a LookupFailure.
 */
export function tellingLookup(
  lookup: LookupFunction | undefined,
  found: () => void,
): LookupFunction {
  const ask: LookupFunction = lookup ?? lookupName;
  return (hostname, options, callback) => {
    try {
      ask(hostname, options, (error, address, family) => {
        if (error) {
          callback(new LookupFailure(error), address, family);
          return;
        }
        found();
        callback(error, address, family);
      });
    } catch (error) {
      callback(new LookupFailure(error), '');
    }
  };
}
