import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { EXIT_CODE } from '../../src/cli/exit-code.js';
import { HELP } from '../../src/cli/help.js';

const source = readFileSync(new URL('../../src/cli/parse-arguments.ts', import.meta.url), 'utf8');
const options = Array.from(source.matchAll(/^ {2}'?([a-z-]+)'?: \{ type: .*\},$/gm));

describe('HELP', () => {
  it.each(options.map(([line, name = '']) => ({ name, short: /short: '(.)'/.exec(line)?.[1] })))(
    'should describe --$name',
    ({ name, short }) => {
      const entry = short === undefined ? `    --${name}` : `-${short}, --${name}`;
      expect(HELP.split('\n').filter((line) => line.startsWith(`  ${entry}`))).toHaveLength(1);
    },
  );

  it('should describe no other option', () => {
    expect(HELP.match(/^ {2}(?:-., | {4})--/gm)).toHaveLength(options.length);
    expect(options.length).toBeGreaterThan(20);
  });

  it.each(Object.values(EXIT_CODE))('should describe the exit code %i', (code) => {
    expect(HELP).toMatch(new RegExp(`^  ${code} +\\S`, 'm'));
  });

  it('should fit a terminal', () => {
    expect(Math.max(...HELP.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });
});
