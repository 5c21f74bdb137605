import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { onTestFinished } from 'vitest';

import type { TlsOptions } from '../../src/index.js';
import type { IssuedCertificate } from '../../src/testing/index.js';

/** A client's certificate and key in files of their own. */
export interface CredentialFiles {
  /** The options that name them. */
  readonly tls: Pick<TlsOptions, 'cert' | 'key'>;
  writeCertificate(content: string): Promise<void>;
  writeKey(content: string): Promise<void>;
  write(credentials: IssuedCertificate): Promise<void>;
}

/** Makes the files, which are removed when the test is over, with `credentials` in them. */
export async function createCredentialFiles(
  credentials: IssuedCertificate,
): Promise<CredentialFiles> {
  const folder = await mkdtemp(path.join(tmpdir(), 'rx-wss-interop-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const cert = { file: path.join(folder, 'client.pem') };
  const key = { file: path.join(folder, 'client.key') };
  const writeCertificate = (content: string): Promise<void> => writeFile(cert.file, content);
  const writeKey = (content: string): Promise<void> => writeFile(key.file, content);
  const write = async (issued: IssuedCertificate): Promise<void> => {
    await writeCertificate(issued.chain);
    await writeKey(issued.key);
  };
  await write(credentials);
  return { tls: { cert, key }, writeCertificate, writeKey, write };
}
