import * as t from 'io-ts';
import { beforeEach, describe, expect, it } from 'vitest';

import { exponentialBackoff, json, OptionRangeError, webSocket } from '../../src/index.js';
import type { IssuedCertificate } from '../../src/testing/index.js';
import { createCredentialFiles } from './credential-files.js';
import type { CredentialFiles } from './credential-files.js';
import { record } from './recording.js';
import type { Recording } from './recording.js';
import { startStack } from './servers/stack.js';
import type { Stack } from './servers/stack.js';
import { collectTlsNotices } from './tls-notices.js';

const Identity = t.type({ headers: t.type({ 'x-client-serial': t.string }) });

type Identity = t.TypeOf<typeof Identity>;

const backoff = exponentialBackoff({ initialDelay: 10, maxDelay: 100, jitter: 'none' });

describe('rotation of the client certificate', () => {
  let stack: Stack;
  let files: CredentialFiles;
  let next: IssuedCertificate;

  beforeEach(async () => {
    stack = await startStack();
    files = await createCredentialFiles(stack.credentials.client);
    next = await stack.credentials.authority.issue({ commonName: 'trader-8', usage: 'client' });
    return stack.stop;
  });

  function identify(): Recording<Identity> {
    return record(
      webSocket({
        url: stack.url('/identify'),
        tls: { ca: stack.credentials.authority.certificate, ...files.tls },
        codec: json({ incoming: Identity, outgoing: t.unknown }),
        reconnect: backoff,
      }),
    );
  }

  /** The serial number that the backend was told of on the connection with this index. */
  async function serialNumber(recording: Recording<Identity>, index: number): Promise<string> {
    return (await recording.message(index)).headers['x-client-serial'];
  }

  async function restart(server: Stack['nginx'] | Stack['backend']): Promise<void> {
    await server.stop();
    await server.start();
  }

  it.each(['nginx', 'backend'] as const)(
    'should show the new one on the next connection, after a restart of the %s',
    async (server) => {
      const notices = collectTlsNotices();
      const recording = identify();
      const before = await serialNumber(recording, 0);
      await files.write(next);
      await restart(stack[server]);

      expect(before).toBe(stack.credentials.client.serialNumber);
      expect(await serialNumber(recording, 1)).toBe(next.serialNumber);
      expect(recording.statesOf('Open').map(({ tls }) => tls?.problem)).toEqual([
        undefined,
        undefined,
      ]);
      expect(notices).toEqual([]);
    },
  );

  it('should show each of five', async () => {
    const recording = identify();
    const seen = [await serialNumber(recording, 0)];
    const shown = [stack.credentials.client.serialNumber];
    for (const round of [1, 2, 3, 4, 5]) {
      const issued = await stack.credentials.authority.issue({
        commonName: `trader-7, round ${round}`,
        usage: 'client',
      });
      await files.write(issued);
      await restart(stack.backend);
      shown.push(issued.serialNumber);
      seen.push(await serialNumber(recording, round));
    }

    expect(seen).toEqual(shown);
  });

  it.each<{ name: string; spoil: () => Promise<void>; message: string }>([
    {
      name: 'the key is half-written',
      spoil: async () => {
        await files.writeCertificate(next.chain);
        await files.writeKey(next.key.slice(0, next.key.length / 2));
      },
      message: 'tls.key: holds no private key that can be parsed',
    },
    {
      name: 'the key is the old one still',
      spoil: () => files.writeCertificate(next.chain),
      message: 'tls.key: does not fit tls.cert',
    },
    {
      name: 'the certificate is an empty file',
      spoil: () => files.writeCertificate(''),
      message: 'tls.cert: is an empty file',
    },
  ])('should keep the last good one while $name', async ({ spoil, message }) => {
    const notices = collectTlsNotices();
    const recording = identify();
    await recording.message(0);
    await spoil();
    await restart(stack.backend);
    const kept = await serialNumber(recording, 1);
    await files.write(next);
    await restart(stack.backend);
    const problems = recording.statesOf('Open').map(({ tls }) => tls?.problem);

    expect(kept).toBe(stack.credentials.client.serialNumber);
    expect(await serialNumber(recording, 2)).toBe(next.serialNumber);
    expect(problems.slice(0, 2)).toEqual([undefined, expect.any(OptionRangeError)]);
    expect(problems[1]?.message).toContain(message);
    expect((await recording.state('Open', 2)).tls?.problem).toBeUndefined();
    expect(notices).toEqual([
      { _tag: 'CredentialsKept', socket: expect.any(Number), problem: problems[1] },
    ]);
  });

  it('should fail with HTTP 400 at once when the new one is revoked', async () => {
    const recording = identify();
    await recording.message(0);
    await files.write(stack.credentials.revoked);
    await restart(stack.nginx);

    expect((await recording.failed()).ending).toMatchObject({
      _tag: 'UpgradeRefused',
      status: 400,
    });
    expect(recording.statesOf('Open')).toHaveLength(1);
  });
});
