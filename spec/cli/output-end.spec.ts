import { Writable } from 'node:stream';

import { describe, expect, it } from 'vitest';

import { LineWriter, MAX_UNWRITTEN } from '../../src/cli/line-writer.js';
import { endLine, outputEnd } from '../../src/cli/output-end.js';
import { asTerminal, fakeIo } from './fake-io.js';
import { first } from './first.js';

/** The exit code, and what is on standard error, after `out` has failed. */
async function endOf(stream: Writable, line = 'a'): Promise<readonly unknown[]> {
  const { stderr, errors } = fakeIo();
  const out = new LineWriter(stream, {});
  out.write(line);
  const exitCode = await first(outputEnd(out, new LineWriter(stderr, {})));
  return [exitCode, errors()];
}

function failing(error: Error): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done(error) });
}

describe('outputEnd', () => {
  it('should be quiet when the reader is gone', async () => {
    const error = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' });
    expect(await endOf(failing(error))).toEqual([0, '']);
  });

  it('should say what else went wrong', async () => {
    expect(await endOf(failing(new Error('ENOSPC: no space left')))).toEqual([
      74,
      'rx-wss: standard output cannot be written: ENOSPC: no space left\n',
    ]);
  });

  it('should say that the reader lags', async () => {
    const stuck = new Writable({ write: () => undefined });
    expect(await endOf(stuck, 'x'.repeat(MAX_UNWRITTEN))).toEqual([
      74,
      `rx-wss: standard output is read too slowly: ${MAX_UNWRITTEN + 1} bytes wait\n`,
    ]);
  });
});

describe('endLine', () => {
  it('should end the line of a terminal, and of nothing else', () => {
    const { stdout, stderr, output, errors } = fakeIo();
    endLine(new LineWriter(asTerminal(stderr), {}));
    endLine(new LineWriter(stdout, {}));
    expect(errors()).toBe('\n');
    expect(output()).toBe('');
  });
});
