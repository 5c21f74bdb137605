import { describe, expect, it } from 'vitest';

import { summaryOf } from '../../../src/cli/demo/summary.js';
import { createPaint } from '../../../src/cli/paint.js';
import { ALL_WELL, PLAIN } from './moments.js';

const plain = createPaint(false);

describe('summaryOf', () => {
  it('should sum up', () => {
    expect(summaryOf(ALL_WELL, plain)).toEqual([
      '  messages      36: 30 ticks (15 in fragments), 3 answers, 3 welcomes',
      '  rejected      1',
      '  reconnects    2: 100 ms announced, 100 ms waited; 100 ms announced, 100 ms waited',
      '  TLS           TLSv1.3, TLS_AES_256_GCM_SHA384',
      '  server        CN=localhost, issued by CN=authority',
      '  client        CN=trader-7, as the server saw it',
      `  duration      ${((ALL_WELL.length - 1) / 10).toFixed(1)} s`,
    ]);
  });

  it('should sum nothing up', () => {
    expect(summaryOf([], plain)).toEqual([
      '  messages      0: 0 ticks (0 in fragments), 0 answers, 0 welcomes',
      '  rejected      0',
      '  reconnects    0',
      '  TLS           none',
      '  server        unknown',
      '  client        unknown',
      '  duration      0.0 s',
    ]);
  });

  it('should sum up a connection without TLS', () => {
    const lines = summaryOf([{ at: 0, event: { _tag: 'StateChanged', state: PLAIN } }], plain);
    expect(lines[3]).toBe('  TLS           none');
  });

  it('should put colours on the labels', () => {
    expect(summaryOf([], createPaint(true))[1]).toBe('  \u001b[1mrejected\u001b[22m      0');
  });
});
