import { spawnSync } from 'node:child_process';
import { channel } from 'node:diagnostics_channel';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { build } from 'vite';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { CHANNEL_NAMES, CHANNELS } from '../../src/streams/channels.js';
import { logChannels, startDebugLog } from '../../src/streams/debug-log.js';
import { describeChannelMessage } from '../../src/streams/describe-channel-message.js';
import { SAMPLES } from './channel-samples.js';

const STARTED = Symbol.for('rx-wss.debug-log');

const stops: (() => void)[] = [];

afterEach(() => {
  for (const stop of stops.splice(0)) stop();
  Reflect.deleteProperty(globalThis, STARTED);
});

/** The lines that are logged from now on. */
function logged(): string[] {
  const lines: string[] = [];
  stops.push(logChannels((line) => lines.push(line)));
  return lines;
}

describe('logChannels', () => {
  it.each(CHANNEL_NAMES)('should write a line for a message on %s', (name) => {
    const lines = logged();
    channel(name).publish(SAMPLES[name]);
    expect(lines).toEqual([describeChannelMessage(name, SAMPLES[name])]);
  });

  it('should write nothing once it was stopped', () => {
    const lines = logged();
    stops.pop()?.();
    for (const name of CHANNEL_NAMES) channel(name).publish(SAMPLES[name]);
    expect(lines).toEqual([]);
    expect(Object.values(CHANNELS).some(({ hasSubscribers }) => hasSubscribers)).toBe(false);
  });

  it.each([undefined, null, 'text', {}, { socket: 1, ending: { _tag: 'New' } }])(
    'should survive it when somebody else publishes %o',
    (message) => {
      const lines = logged();
      channel('rx-wss:close').publish(message);
      expect(lines).toHaveLength(1);
      expect(lines[0]).toMatch(/^(rx-wss:close: a message that cannot be described|socket .*)$/);
    },
  );
});

describe('startDebugLog', () => {
  it('should subscribe to nothing where NODE_DEBUG does not name it', () => {
    startDebugLog();
    expect(Object.values(CHANNELS).some(({ hasSubscribers }) => hasSubscribers)).toBe(false);
  });

  describe('in a process of its own', () => {
    let folder: string;

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'rx-wss-debug-'));
      const entry = fileURLToPath(new URL('../../src/streams/debug-log.ts', import.meta.url));
      const shared = { configFile: false, logLevel: 'silent' } as const;
      const rolldownOptions = { output: { entryFileNames: 'log.mjs' } };
      await build({ ...shared, build: { ssr: entry, outDir: folder, rolldownOptions } });
      const log = pathToFileURL(join(folder, 'log.mjs')).href;
      writeFileSync(
        join(folder, 'run.mjs'),
        `import { channel } from 'node:diagnostics_channel';
         const first = await import(${JSON.stringify(log)});
         const second = await import(${JSON.stringify(`${log}?another-copy`)});
         first.startDebugLog();
         first.startDebugLog();
         second.startDebugLog();
         const publish = (name, message) => channel(name).publish({ socket: 1, ...message });
         const ending = { _tag: 'Closed', by: 'server', phase: 'open', uptime: 5, code: 4000, wasClean: true };
         publish('rx-wss:connecting', { attempt: 1 });
         publish('rx-wss:close', { attempt: 1, connection: 1, ending: { ...ending, reason: process.argv[2] } });
         publish('rx-wss:close', null);
         console.log(channel('rx-wss:ping').hasSubscribers);`,
      );
    });

    afterAll(() => {
      rmSync(folder, { recursive: true });
    });

    /** What such a process prints when a server closes with `reason`. */
    function run(
      NODE_DEBUG: string | undefined,
      reason = '',
    ): { readonly lines: readonly string[]; readonly isListening: boolean } {
      const env = {
        PATH: process.env['PATH'],
        ...(NODE_DEBUG === undefined ? {} : { NODE_DEBUG }),
      };
      const script = join(folder, 'run.mjs');
      const child = spawnSync(process.execPath, [script, reason], { env, encoding: 'utf8' });
      expect(child.status).toBe(0);
      return {
        lines: child.stderr.split('\n').map((line) => line.replace(/^(RX-WSS) \d+: /, '$1: ')),
        isListening: child.stdout === 'true\n',
      };
    }

    it.each(['rx-wss', 'RX-WSS', 'http,rx-wss', 'rx-*'])(
      'should print each message once with NODE_DEBUG=%s',
      (value) => {
        const { lines, isListening } = run(value);
        expect(lines.filter((line) => line.startsWith('RX-WSS: '))).toEqual([
          'RX-WSS: socket 1: connecting: attempt 1',
          'RX-WSS: socket 1: close: connection 1 after 5 ms: The server closed the connection with code 4000',
          expect.stringMatching(/^RX-WSS: /),
        ]);
        expect(isListening).toBe(true);
      },
    );

    it.each([undefined, '', 'http', 'rx'])(
      'should neither print nor listen with NODE_DEBUG=%s',
      (value) => {
        const { lines, isListening } = run(value);
        expect(lines.join('\n')).not.toContain('RX-WSS');
        expect(isListening).toBe(false);
      },
    );

    it('should escape what a hostile server writes', () => {
      const { lines } = run('rx-wss', '\u001b[31m\r\nRX-WSS 1: x\u2028\u202e %s %d %j');
      expect(lines[1]).toBe(
        'RX-WSS: socket 1: close: connection 1 after 5 ms: The server closed the connection with code 4000 (\\u001b[31m\\u000d\\u000aRX-WSS 1: x\\u2028\\u202e %s %d %j)',
      );
    });
  });
});
