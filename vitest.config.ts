import { fileURLToPath } from 'node:url';

import { defineConfig } from 'vitest/config';
import type { ViteUserConfig } from 'vitest/config';

const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const config: ViteUserConfig = defineConfig({
  resolve: {
    alias: [
      { find: /^rx-wss$/, replacement: source('src/index.ts') },
      { find: /^rx-wss\/(cbor|msgpack)$/, replacement: source('src/codec/$1.ts') },
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
      // The first two hold re-exports and no statement of their own; the third is run by its spec in
      // processes of their own, as it is built, where the coverage is not seen.
      exclude: ['src/index.ts', 'src/testing/index.ts', 'src/cli/main.ts'],
      reporter: ['text', 'json-summary'],
      reportsDirectory: 'coverage',
      thresholds: { lines: 99, branches: 98, functions: 99, statements: 99 },
    },
  },
});

export default config;
