import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { OptionRangeError, OptionTypeError } from '../../src/errors/option-error.js';
import { createCertificateAuthority } from '../../src/testing/index.js';
import { createTlsProfile } from '../../src/tls/tls-profile.js';
import type { TlsOptions } from '../../src/tls/tls-options.js';

let folder: string;
let one: string;
let two: string;

beforeAll(async () => {
  one = (await createCertificateAuthority()).certificate;
  two = (await createCertificateAuthority()).certificate;
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rx-wss-profile-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function file(content: string): { readonly file: string } {
  const path = join(folder, 'ca.pem');
  writeFileSync(path, content);
  return { file: path };
}

describe('createTlsProfile', () => {
  it('should check the options at once, by the path that it is given', () => {
    expect(() => createTlsProfile('proxy.tls', { ca: '' })).toThrow(
      new OptionRangeError('proxy.tls.ca', 'is empty'),
    );
    expect(() => createTlsProfile('tls', null as unknown as TlsOptions)).toThrow(
      new OptionTypeError('tls', 'must be an object, got null'),
    );
  });

  it('should read the files only when it is told to check them', () => {
    const profile = createTlsProfile('proxy.tls', { ca: { file: '/none.pem' } });
    expect(profile.check).toThrow(
      new OptionRangeError('proxy.tls.ca', "the file '/none.pem' cannot be read (ENOENT)"),
    );
    expect(createTlsProfile('tls', { ca: file(one) }).check).not.toThrow();
  });

  it('should give the defaults and a context without options', async () => {
    expect(await createTlsProfile('tls', undefined).load()).toMatchObject({
      servername: undefined,
      pins: undefined,
      verify: undefined,
      dangerouslyAcceptCertificate: undefined,
      commonNameFallback: false,
      minDHSize: 2_048,
      context: expect.anything() as unknown,
    });
  });

  it('should give what was asked for', async () => {
    const verify = (): E.Either<never, void> => E.right(undefined);
    const options = {
      servername: 'feed.example',
      pins: [`sha256/${'A'.repeat(43)}=`],
      verify,
      dangerouslyAcceptCertificate: verify,
      commonNameFallback: true,
      minDHSize: 4_096,
    };
    const line = await createTlsProfile('tls', options).load();
    expect(line).toMatchObject(options);
    expect(line.problem).toBeUndefined();
  });

  it('should reject with what is wrong with the files', async () => {
    const profile = createTlsProfile('tls', { ca: { file: '/none.pem' } });
    await expect(profile.load()).rejects.toBeInstanceOf(OptionRangeError);
  });

  it('should read the files again for every attempt, and keep the last good ones', async () => {
    const profile = createTlsProfile('tls', { ca: file(one) });
    profile.check();
    const first = await profile.load();
    expect((await profile.load()).context).toBe(first.context);
    file('half');
    const kept = await profile.load();
    expect(kept.context).toBe(first.context);
    expect(kept.problem).toEqual(new OptionRangeError('tls.ca', 'holds no certificate'));
    file(two);
    const renewed = await profile.load();
    expect(renewed.context).not.toBe(first.context);
    expect(renewed.problem).toBeUndefined();
  });
});
