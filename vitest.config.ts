import { fileURLToPath } from 'node:url';

import { defineConfig } from 'vitest/config';
import type { ViteUserConfig } from 'vitest/config';

const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const config: ViteUserConfig = defineConfig({
  resolve: {
    alias: [
      { find: /^rx-wss$/, replacement: source('src/index.ts') },
      { find: /^rx-wss\/testing$/, replacement: source('src/testing/index.ts') },
    ],
  },
  test: {
    include: ['spec/**/*.spec.ts'],
    // Against foreign servers, which have to be installed: `npm run test:interop`.
    exclude: ['spec/interop/**'],
    environment: 'node',
    // A process for each file, so that one cannot leave anything to the next; two at a time, also
    // on two cores: the specs with sockets mostly wait.
    pool: 'forks',
    maxWorkers: 2,
    restoreMocks: true,
    unstubEnvs: true,
    unstubGlobals: true,
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      // These two hold re-exports and no statement of their own.
      exclude: ['src/index.ts', 'src/testing/index.ts'],
      reporter: ['text', 'json-summary'],
      reportsDirectory: 'coverage',
      thresholds: { lines: 95, branches: 95, functions: 95, statements: 95 },
    },
  },
});

export default config;
