import { builtinModules } from 'node:module';

import rxjs from 'eslint-plugin-rxjs-x';
import tsdoc from 'eslint-plugin-tsdoc';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

import { layers } from './scripts/lint/layers.js';
import { noCycle } from './scripts/lint/no-cycle.js';

const streams = ['src/errors', 'src/codec', 'src/tls', 'rxjs', 'io-ts', 'fp-ts', 'node:*'];
const codec = ['src/errors', 'io-ts', 'fp-ts', '@standard-schema/spec', 'node:buffer', 'node:util'];
const testing = [
  'src/errors',
  'src/index.ts',
  'rxjs',
  'io-ts',
  'fp-ts',
  '@peculiar/x509',
  'reflect-metadata',
  'node:*',
];

// cli, testing -> index -> streams -> codec, tls -> errors; see ARCHITECTURE.md.
const LAYERS = {
  'src/errors': [],
  'src/codec': codec,
  'src/codec/msgpack.ts': [...codec, '@msgpack/msgpack'],
  'src/codec/cbor.ts': [...codec, 'cbor-x'],
  'src/tls': ['src/errors', 'fp-ts', 'proxy-from-env', 'node:*'],
  'src/streams': streams,
  'src/streams/connection.ts': [...streams, 'ws'],
  'src/index.ts': ['src/errors', 'src/codec', 'src/tls', 'src/streams'],
  'src/testing': testing,
  'src/testing/wss-upgrader.ts': [...testing, 'ws'],
  'src/cli': [
    'src/index.ts',
    'src/testing/index.ts',
    'package.json',
    'rxjs',
    'io-ts',
    'fp-ts',
    'node:*',
  ],
  // As users do: the packages and the public surface.
  examples: ['rx-wss', 'rxjs', 'io-ts', 'fp-ts', 'node:*'],
};

export default defineConfig(
  globalIgnores(['coverage/', 'dist/', 'docs/api/']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
  },
  {
    files: ['**/*.ts'],
    extends: [rxjs.configs.strict],
    plugins: { tsdoc, house: { rules: { layers, 'no-cycle': noCycle } } },
    rules: {
      'tsdoc/syntax': 'error',
      'house/layers': ['error', { root: import.meta.dirname, layers: LAYERS }],
      'house/no-cycle': 'error',
      'no-restricted-imports': [
        'error',
        {
          paths: builtinModules
            .filter((name) => !name.startsWith('node:'))
            .map((name) => ({ name, message: `Import it as 'node:${name}'.` })),
          patterns: [
            {
              regex: '^(fp-ts|io-ts|retry-ts)/(?!lib/.+\\.js$)',
              message: "Node resolves only 'fp-ts/lib/Either.js' and the like in ES modules.",
            },
            { regex: '^fp-ts$', message: "Import the module, e.g. 'fp-ts/lib/Either.js'." },
          ],
        },
      ],
      // An operator passes on what its source failed with, whatever that is.
      'rxjs-x/throw-error': ['error', { allowThrowingUnknown: true }],
      eqeqeq: 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // It asks for `x!`, which no-non-null-assertion forbids.
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: { 'no-console': 'error' },
  },
  {
    // A socket is an Observable by design; every other stream is made of operators.
    files: ['src/streams/socket-subject.ts'],
    rules: { 'rxjs-x/no-subclass': 'off' },
  },
  {
    // Specs also do what a program should not: leave errors alone, throw strings, compare methods.
    // Asymmetric matchers and events come as `any`.
    files: ['spec/**/*.ts'],
    rules: {
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/unbound-method': 'off',
      'rxjs-x/no-ignored-error': 'off',
      'rxjs-x/throw-error': 'off',
    },
  },
  {
    files: ['**/*.js', '**/*.mjs', '**/*.cjs'],
    extends: [tseslint.configs.disableTypeChecked],
  },
);
