import { defineConfig } from 'tsdown';
import type { UserConfig } from 'tsdown';

const library = {
  index: 'src/index.ts',
  'codec/cbor': 'src/codec/cbor.ts',
  'codec/msgpack': 'src/codec/msgpack.ts',
  'testing/index': 'src/testing/index.ts',
};
const command = { 'cli/main': 'src/cli/main.ts' };

const shared = {
  platform: 'node',
  target: 'node20.19',
  // Users get the dependencies from their own node_modules; a bundled copy would be a second one.
  deps: { onlyBundle: [] },
  // CommonJS is meant, so that the advice against it would only hide a real warning.
  checks: { legacyCjs: false },
  failOnWarn: true,
} satisfies UserConfig;

const code = {
  ...shared,
  dts: false,
  sourcemap: true,
  // A file each: stack traces name the module, and `rx-wss` never loads what only `rx-wss/testing`
  // needs (bundled together, the two share helpers, and one ends up requiring the other).
  unbundle: true,
} satisfies UserConfig;

// One file for each entry, with nothing in it that the public surface does not reach.
const types = {
  ...shared,
  format: 'esm',
  dts: { emitDtsOnly: true },
  entry: library,
} satisfies UserConfig;

const config: UserConfig[] = defineConfig([
  { ...code, format: 'esm', entry: { ...library, ...command } },
  { ...code, format: 'cjs', entry: library },
  { ...types, outExtensions: () => ({ dts: '.d.mts' }) },
  { ...types, outExtensions: () => ({ dts: '.d.cts' }) },
]);

export default config;
