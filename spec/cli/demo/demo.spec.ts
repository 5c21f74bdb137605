import { setImmediate as turn } from 'node:timers/promises';
import { Writable } from 'node:stream';

import { EMPTY, from, NEVER } from 'rxjs';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { demo } from '../../../src/cli/demo/demo.js';
import { useFeed } from '../../../src/cli/demo/feed-client.js';
import { startFeedServer } from '../../../src/cli/demo/feed-server.js';
import { LineWriter } from '../../../src/cli/line-writer.js';
import { asTerminal, fakeIo } from '../fake-io.js';
import type { FakeIo } from '../fake-io.js';
import { ALL_WELL } from './moments.js';

vi.mock('../../../src/cli/demo/feed-client.js', { spy: true });
vi.mock('../../../src/cli/demo/feed-server.js', { spy: true });

afterEach(() => {
  vi.useRealTimers();
});

/** Runs the demonstration; its exit code. */
async function start(io: FakeIo, stdout: Writable = io.stdout): Promise<number> {
  return demo(io, new LineWriter(stdout, io.env), new LineWriter(io.stderr, io.env));
}

/** Makes the feed a closed server at once, for a demonstration that does not use it. */
function withoutFeed(): { readonly close: ReturnType<typeof vi.fn> } {
  const close = vi.fn(() => Promise.resolve());
  const client = { cert: '', key: '', chain: '', serialNumber: '' };
  vi.mocked(startFeedServer).mockResolvedValue({
    url: 'wss://127.0.0.1:1/v1/ticks',
    ca: '',
    client,
    token: '',
    actions: EMPTY,
    close,
  });
  return { close };
}

describe('demo', () => {
  it('should show all that it is to show, for real', { timeout: 15_000 }, async () => {
    const io = fakeIo();
    const exitCode = await start(io);
    const output = io.output();
    expect(output).not.toContain('FAILED');
    expect(exitCode).toBe(0);
    expect(output).toMatch(/^A market feed at wss:\/\/127\.0\.0\.1:\d+, which asks for/);
    expect(output).toMatch(/^ {2}reconnects {4}2: \d+ ms announced, \d+ ms waited; /m);
    expect(output.match(/^ {2}ok /gm)).toHaveLength(9);
    expect(output).toMatch(/^\d\d:\d\d:\d\d\.\d{3} {2}rejected {4}.* price expected number/m);
    expect(output).not.toContain('\u001b');
    expect(io.errors()).toBe('');
  });

  it('should exit with 1 when the client does not wait as it said', async () => {
    withoutFeed();
    // Here it does not wait at all; everything else is as it should be.
    vi.mocked(useFeed).mockReturnValue(from(ALL_WELL.map(({ event }) => event)));
    const io = fakeIo();
    expect(await start(io)).toBe(1);
    expect(io.output().match(/FAILED .*/g)).toEqual([
      'FAILED  after the close with 1012 the client reconnected, when it had said',
      'FAILED  after the drop of the line the client reconnected, when it had said',
    ]);
  });

  it('should exit with 1 when nothing was seen, and close the feed', async () => {
    const { close } = withoutFeed();
    vi.mocked(useFeed).mockReturnValue(EMPTY);
    const io = fakeIo();
    expect(await start(io)).toBe(1);
    expect(io.output().match(/FAILED/g)).toHaveLength(9);
    expect(close).toHaveBeenCalledTimes(1);
  });

  it('should give up after 12 s', async () => {
    withoutFeed();
    vi.mocked(useFeed).mockReturnValue(NEVER);
    vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval', 'clearInterval', 'Date'] });
    const exitCode = start(fakeIo());
    let isOver = false;
    void exitCode.then(() => {
      isOver = true;
    });
    // The test kit is imported first.
    while (vi.getTimerCount() === 0) await turn();
    await vi.advanceTimersByTimeAsync(11_999);
    expect(isOver).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(await exitCode).toBe(1);
  });

  it('should end at once when it is interrupted', async () => {
    const { close } = withoutFeed();
    vi.mocked(useFeed).mockReturnValue(NEVER);
    const io = fakeIo();
    asTerminal(io.stdout);
    const exitCode = start(io);
    await io.outputOf('A market feed');
    io.interrupts.next();
    expect(await exitCode).toBe(130);
    expect(io.output()).toMatch(/token:\S*\n\n$/);
    expect(close).toHaveBeenCalledTimes(1);
  });

  it('should end quietly when nobody reads it', async () => {
    const { close } = withoutFeed();
    vi.mocked(useFeed).mockReturnValue(NEVER);
    const gone = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' });
    const io = fakeIo();
    const stdout = new Writable({ write: (_chunk, _encoding, done) => done(gone) });
    expect(await start(io, stdout)).toBe(0);
    expect(io.errors()).toBe('');
    expect(close).toHaveBeenCalledTimes(1);
  });

  it('should close the feed when the demonstration itself fails', async () => {
    const { close } = withoutFeed();
    vi.mocked(useFeed).mockImplementation(() => {
      throw new Error('a fault');
    });
    await expect(start(fakeIo())).rejects.toThrow('a fault');
    expect(close).toHaveBeenCalledTimes(1);
  });
});
