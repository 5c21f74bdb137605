import { defineConfig } from 'vitest/config';
import type { ViteUserConfig } from 'vitest/config';

const config: ViteUserConfig = defineConfig({
  test: {
    include: ['spec/interop/**/*.spec.ts'],
    environment: 'node',
    pool: 'forks',
    // Each file runs servers of its own, which need the cores too.
    fileParallelism: false,
    testTimeout: 60_000,
    // The first run installs the servers.
    hookTimeout: 300_000,
  },
});

export default config;
