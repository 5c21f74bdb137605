import { describe, expect, it } from 'vitest';

import { parseArguments } from '../../src/cli/parse-arguments.js';
import { UsageError } from '../../src/cli/usage-error.js';

const URL = 'wss://a.example/';

const DEFAULTS = {
  _tag: 'Connect',
  url: URL,
  headers: [],
  headerFile: undefined,
  subprotocols: [],
  origin: undefined,
  ca: [],
  cert: undefined,
  key: undefined,
  pfx: undefined,
  passphraseFile: undefined,
  servername: undefined,
  pins: [],
  proxy: undefined,
  minTlsVersion: undefined,
  maxRetries: 0,
  connectTimeout: undefined,
  closeTimeout: undefined,
  maxPayload: undefined,
  isCompressed: false,
  messages: [],
  isBinary: false,
  wait: undefined,
  isQuiet: false,
};

describe('parseArguments', () => {
  it.each([
    { args: [], command: { _tag: 'Demo' } },
    { args: ['--help'], command: { _tag: 'Help' } },
    { args: ['-h', URL], command: { _tag: 'Help' } },
    { args: ['--version'], command: { _tag: 'Version' } },
    { args: ['-V'], command: { _tag: 'Version' } },
    { args: [URL], command: DEFAULTS },
    {
      args: [URL, '-H', 'a: b', '--header=c: d', '--header-file', 'h'],
      command: { ...DEFAULTS, headers: ['a: b', 'c: d'], headerFile: 'h' },
    },
    {
      args: ['-s', 'x', '--subprotocol', 'y', URL, '-o', 'https://o.example'],
      command: { ...DEFAULTS, subprotocols: ['x', 'y'], origin: 'https://o.example' },
    },
    {
      args: [URL, '--ca', '1', '--ca', '2', '--cert', 'c', '--key', 'k', '--pfx', 'p'],
      command: { ...DEFAULTS, ca: ['1', '2'], cert: 'c', key: 'k', pfx: 'p' },
    },
    {
      args: [URL, '--passphrase-file', 'p', '--servername', 's', '--min-tls-version', 'TLSv1.3'],
      command: { ...DEFAULTS, passphraseFile: 'p', servername: 's', minTlsVersion: 'TLSv1.3' },
    },
    {
      args: [URL, '--pin', 'p', '--pin', 'q', '--proxy', 'env'],
      command: { ...DEFAULTS, pins: ['p', 'q'], proxy: 'env' },
    },
    { args: ['tls', URL], command: { _tag: 'Inspect', connection: DEFAULTS } },
    { args: [URL, '-r'], command: { ...DEFAULTS, maxRetries: Infinity } },
    { args: [URL, '--max-retries', '3'], command: { ...DEFAULTS, maxRetries: 3 } },
    { args: [URL, '-r', '--max-retries', '0'], command: { ...DEFAULTS, maxRetries: 0 } },
    {
      args: [URL, '--connect-timeout', 'Infinity', '--close-timeout', '20', '--max-payload', '7'],
      command: { ...DEFAULTS, connectTimeout: Infinity, closeTimeout: 20, maxPayload: 7 },
    },
    {
      args: [URL, '-x', 'a', '--execute', 'b', '-w', '0.5', '-b', '-q', '--compress'],
      command: {
        ...DEFAULTS,
        messages: ['a', 'b'],
        wait: 500,
        isBinary: true,
        isQuiet: true,
        isCompressed: true,
      },
    },
  ])('should read $args', ({ args, command }) => {
    expect(parseArguments(args)).toEqual(command);
  });

  it.each([
    { args: ['-r'], message: 'the URL to connect to is missing' },
    { args: [URL, 'secret'], message: 'only one URL is taken, and 2 arguments are given' },
    { args: [URL, '--token=secret'], message: "unknown option '--token'" },
    { args: [URL, '--ca'], message: "option '--ca <value>' argument missing" },
    { args: [URL, '-H', '-x'], message: "option '-H' argument is ambiguous" },
    {
      args: [URL, '--reconnect=secret'],
      message: "option '-r, --reconnect' does not take an argument",
    },
    {
      args: [URL, '--passphrase', 'secret'],
      message:
        '--passphrase: every user of the machine could read it; use --passphrase-file, or the environment variable RX_WSS_PASSPHRASE',
    },
    { args: [URL, '--wait', 'x'], message: '--wait: must be a number from 0 to 2147483, e.g. 5' },
    { args: [URL, '-w', '2147484'], message: '--wait: must be a number from 0 to 2147483, e.g. 5' },
    { args: [URL, '--max-retries='], message: '--max-retries: must be a number from 0, e.g. 5' },
    {
      args: [URL, '--connect-timeout', '1e3'],
      message: '--connect-timeout: must be a number from 0, e.g. 5',
    },
  ])('should refuse $args', ({ args, message }) => {
    expect(() => parseArguments(args)).toThrow(new UsageError(message));
  });
});
