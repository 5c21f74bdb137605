import { Writable } from 'node:stream';

import { afterEach, describe, expect, it, vi } from 'vitest';

import manifest from '../../package.json' with { type: 'json' };
import { demo } from '../../src/cli/demo/demo.js';
import { KitMissingError } from '../../src/cli/demo/load-test-kit.js';
import { HELP } from '../../src/cli/help.js';
import { run } from '../../src/cli/run.js';
import { createWssServer } from '../../src/testing/index.js';
import { fakeIo } from './fake-io.js';

vi.mock('../../src/cli/demo/demo.js', () => ({ demo: vi.fn(() => Promise.resolve(0)) }));

afterEach(() => {
  vi.mocked(demo).mockClear();
});

describe('run', () => {
  it('should show the demonstration without arguments', async () => {
    const io = fakeIo();
    expect(await run(io)).toBe(0);
    expect(vi.mocked(demo).mock.calls[0]?.[0]).toBe(io);
  });

  it('should give the exit code of the demonstration', async () => {
    vi.mocked(demo).mockResolvedValueOnce(1);
    expect(await run(fakeIo())).toBe(1);
  });

  it('should print the help', async () => {
    const io = fakeIo(['--help']);
    expect(await run(io)).toBe(0);
    expect(io.output()).toBe(`${HELP}\n`);
    expect(demo).not.toHaveBeenCalled();
  });

  it('should print the version', async () => {
    const io = fakeIo(['--version']);
    expect(await run(io)).toBe(0);
    expect(io.output()).toBe(`${manifest.version}\n`);
  });

  it('should connect', async () => {
    await using server = await createWssServer({
      onConnection: (connection) => {
        void connection.send('hello');
        void connection.close(1000);
      },
    });
    const io = fakeIo([server.url]);
    expect(await run(io)).toBe(0);
    expect(io.output()).toBe('hello\n');
    expect(io.errors()).toContain('Closed');
  });

  it('should put colours into what a terminal shows, each stream by itself', async () => {
    const io = fakeIo(['ws://127.0.0.1:1'], { FORCE_COLOR: '1' });
    expect(await run(io)).toBe(1);
    expect(io.errors()).toContain('\u001b[31mClosed');
  });

  it('should exit with 2 for wrong arguments', async () => {
    const io = fakeIo(['--wrong']);
    expect(await run(io)).toBe(2);
    expect(io.output()).toBe('');
    expect(io.errors()).toBe("rx-wss: unknown option '--wrong'\nTry 'rx-wss --help'.\n");
  });

  it('should exit with 2 for what the library refuses', async () => {
    const io = fakeIo(['http://a']);
    expect(await run(io)).toBe(2);
    expect(io.errors()).toContain('rx-wss: URL: must have the scheme ws: or wss:');
  });

  it('should say what the demonstration lacks', async () => {
    vi.mocked(demo).mockRejectedValueOnce(new KitMissingError('npm i x'));
    const io = fakeIo();
    expect(await run(io)).toBe(1);
    expect(io.errors()).toBe('rx-wss: npm i x\n');
  });

  it('should let a fault of its own through', async () => {
    vi.mocked(demo).mockRejectedValueOnce(new Error('a fault'));
    await expect(run(fakeIo())).rejects.toThrow('a fault');
  });

  it.each([
    { code: 'EPIPE', exitCode: 0, errors: '' },
    {
      code: 'ENOSPC',
      exitCode: 74,
      errors: 'rx-wss: standard output cannot be written: no space\n',
    },
  ])('should exit with $exitCode when its last line fails with $code', async (row) => {
    const failure = Object.assign(new Error('no space'), { code: row.code });
    const stdout = new Writable({ write: (_chunk, _encoding, done) => done(failure) });
    const io = fakeIo(['--version']);
    expect(await run({ ...io, stdout })).toBe(row.exitCode);
    expect(io.errors()).toBe(row.errors);
  });
});
