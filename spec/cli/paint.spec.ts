import { PassThrough } from 'node:stream';

import { describe, expect, it } from 'vitest';

import { createPaint, isColourful, isTerminal } from '../../src/cli/paint.js';
import { asTerminal } from './fake-io.js';

describe('isTerminal', () => {
  it('should go by isTTY', () => {
    expect(isTerminal(new PassThrough())).toBe(false);
    expect(isTerminal(asTerminal(new PassThrough()))).toBe(true);
    expect(isTerminal(Object.assign(new PassThrough(), { isTTY: false }))).toBe(false);
  });
});

describe('isColourful', () => {
  it.each([
    { env: {}, terminal: true, file: false },
    { env: { TERM: 'xterm-256color' }, terminal: true, file: false },
    { env: { TERM: 'dumb' }, terminal: false, file: false },
    { env: { NO_COLOR: '1' }, terminal: false, file: false },
    { env: { NO_COLOR: '0' }, terminal: false, file: false },
    { env: { NO_COLOR: '' }, terminal: true, file: false },
    { env: { FORCE_COLOR: '1' }, terminal: true, file: true },
    { env: { FORCE_COLOR: '' }, terminal: true, file: true },
    { env: { FORCE_COLOR: '0' }, terminal: false, file: false },
    { env: { FORCE_COLOR: 'false' }, terminal: false, file: false },
    { env: { FORCE_COLOR: '1', NO_COLOR: '1' }, terminal: true, file: true },
  ])('should be $terminal for a terminal and $file for a file under $env', (row) => {
    expect(isColourful(asTerminal(new PassThrough()), row.env)).toBe(row.terminal);
    expect(isColourful(new PassThrough(), row.env)).toBe(row.file);
  });
});

describe('createPaint', () => {
  it('should write escape sequences, also when standard output is no terminal', () => {
    const paint = createPaint(true);
    expect(paint('red', 'x')).toBe('\u001b[31mx\u001b[39m');
    expect(paint('plain', 'x')).toBe('x');
  });

  it('should leave the text as it is without colours', () => {
    expect(createPaint(false)('red', 'x')).toBe('x');
  });
});
