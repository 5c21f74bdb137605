import { afterEach, beforeEach, expect } from 'vitest';

import { collectUncaught } from './uncaught.js';
import type { UncaughtErrors } from './uncaught.js';

/** Fails each test of a spec file that lets an error escape to the process; to be called at its top level. */
export function useNoUncaught(): void {
  let uncaught: UncaughtErrors;
  beforeEach(() => {
    uncaught = collectUncaught();
  });
  afterEach(async () => {
    // A rejection is told of a turn later.
    await new Promise(setImmediate);
    uncaught.stop();
    expect(uncaught.errors).toEqual([]);
  });
}
