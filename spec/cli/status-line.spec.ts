import { describe, expect, it } from 'vitest';

import { createPaint } from '../../src/cli/paint.js';
import { statusLine } from '../../src/cli/status-line.js';

const AT = new Date(2026, 0, 2, 3, 4, 5, 6).getTime();

describe('statusLine', () => {
  it('should put the time, the label and the text into columns', () => {
    const paint = createPaint(false);
    expect(statusLine(AT, { label: 'Open', text: 'a', colour: 'green' }, paint)).toBe(
      '03:04:05.006  Open        a',
    );
    expect(statusLine(AT, { label: 'Connecting', text: 'b', colour: 'green' }, paint)).toBe(
      '03:04:05.006  Connecting  b',
    );
  });

  it('should take a label that is longer than the column', () => {
    const status = { label: 'a long label', text: 'b', colour: 'plain' } as const;
    expect(statusLine(AT, status, createPaint(false))).toBe('03:04:05.006  a long label  b');
  });

  it('should leave out the part of a millisecond', () => {
    const status = { label: 'x', text: 'y', colour: 'plain' } as const;
    expect(statusLine(AT + 0.7, status, createPaint(false))).toMatch(/^03:04:05\.006 /);
  });

  it('should colour the label without its padding', () => {
    const status = { label: 'Open', text: 'a', colour: 'green' } as const;
    expect(statusLine(AT, status, createPaint(true))).toBe(
      '\u001b[2m03:04:05.006\u001b[22m  \u001b[32mOpen\u001b[39m        a',
    );
  });
});
