import { expect, describe, it } from 'vitest';

import manifest from '../../package.json' with { type: 'json' };
import { readVersion } from '../../src/cli/version.js';

describe('readVersion', () => {
  it('should give the version of the package', () => {
    expect(readVersion()).toBe(manifest.version);
    expect(readVersion()).toMatch(/^\d+\.\d+\.\d+/);
  });
});
