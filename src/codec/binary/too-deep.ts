import { Malformed } from './malformed.js';

/** Refuses what is at a depth that is more than is allowed. */
export function refuseTooDeep(depth: number, maxDepth: number): void {
  if (depth > maxDepth) throw new Malformed(`nested deeper than maxDepth, which is ${maxDepth}`);
}
