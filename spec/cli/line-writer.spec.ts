import { PassThrough, Writable } from 'node:stream';

import { describe, expect, it, vi } from 'vitest';

import { LineWriter, MAX_UNWRITTEN } from '../../src/cli/line-writer.js';
import { asTerminal, fakeIo } from './fake-io.js';
import { first } from './first.js';

/** A stream whose writing fails with `error`. */
function failing(error: Error): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done(error) });
}

/** A stream that nobody reads. */
function stuck(): Writable {
  return new Writable({ write: () => undefined });
}

describe('LineWriter', () => {
  it('should write lines', () => {
    const { stdout, output } = fakeIo();
    const writer = new LineWriter(stdout, {});
    writer.write('a');
    writer.write('');
    expect(output()).toBe('a\n\n');
  });

  it('should know a terminal, and its colours', () => {
    const terminal = new LineWriter(asTerminal(new PassThrough()), {});
    expect(terminal.isTerminal).toBe(true);
    expect(terminal.paint('red', 'x')).toContain('\u001b');
    const file = new LineWriter(new PassThrough(), {});
    expect(file.isTerminal).toBe(false);
    expect(file.paint('red', 'x')).toBe('x');
  });

  it('should tell that the reader is gone', async () => {
    const writer = new LineWriter(failing(Object.assign(new Error('x'), { code: 'EPIPE' })), {});
    writer.write('a');
    expect(await first(writer.failed)).toEqual({ _tag: 'ReaderGone' });
    // Late ones are told as well.
    expect(await first(writer.failed)).toEqual({ _tag: 'ReaderGone' });
  });

  it('should tell any other error', async () => {
    const error = new Error('ENOSPC');
    const writer = new LineWriter(failing(error), {});
    writer.write('a');
    expect(await first(writer.failed)).toEqual({ _tag: 'WriteFailed', error });
  });

  it('should tell that the reader lags, once, and write no more', () => {
    const stream = stuck();
    const writer = new LineWriter(stream, {});
    const seen = vi.fn();
    writer.failed.subscribe({ next: seen, error: () => undefined });
    const line = 'x'.repeat(MAX_UNWRITTEN - 1);
    writer.write(line);
    expect(seen).not.toHaveBeenCalled();
    writer.write('');
    writer.write('y');
    expect(seen.mock.calls).toEqual([[{ _tag: 'ReaderLags', unwritten: MAX_UNWRITTEN + 1 }]]);
    expect(stream.writableLength).toBe(MAX_UNWRITTEN + 1);
    stream.emit('error', new Error('late'));
    expect(seen).toHaveBeenCalledTimes(1);
  });

  it('should tell when all is written', async () => {
    const { stdout, output } = fakeIo();
    const writer = new LineWriter(stdout, {});
    writer.write('a');
    await first(writer.flushed);
    expect(output()).toBe('a\n');
  });

  it('should not tell so when it failed', async () => {
    const writer = new LineWriter(failing(new Error('x')), {});
    const seen = vi.fn();
    writer.write('a');
    writer.flushed.subscribe({ next: seen, error: () => undefined });
    await first(writer.failed);
    writer.flushed.subscribe({ next: seen, error: () => undefined });
    await new Promise((resolve) => setImmediate(resolve));
    expect(seen).not.toHaveBeenCalled();
  });
});
