import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OptionRangeError, OptionTypeError } from '../../src/errors/option-error.js';
import { checkMaterial, loadMaterial, loadMaterialSync } from '../../src/tls/material.js';
import type { Material, MaterialSlot } from '../../src/tls/material.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rx-wss-material-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function fileOf(content: string): string {
  const path = join(folder, 'material.pem');
  writeFileSync(path, content);
  return path;
}

const slotOf = (material: Material): MaterialSlot => checkMaterial('tls.key', material);

/** Both ways to load, so that they cannot differ. */
const loaders: readonly (readonly [string, (material: Material) => Promise<unknown>])[] = [
  // A throw is made a rejection, so that the two read alike.
  ['loadMaterialSync', (material) => Promise.resolve(material).then(slotOf).then(loadMaterialSync)],
  ['loadMaterial', (material) => loadMaterial(slotOf(material))],
];

describe('checkMaterial', () => {
  it.each<[string, Material]>([
    ['text', 'PEM'],
    ['bytes', Uint8Array.of(0x30)],
    ['a Buffer', Buffer.from('PEM')],
    ['a path', { file: './me.pem' }],
  ])('should take %s', (_name, material) => {
    expect(checkMaterial('tls.cert', material)).toEqual({ option: 'tls.cert', material });
  });

  it('should make a path of a file: URL', () => {
    const material = { file: new URL('file:///etc/rx%20wss/me.pem') };
    expect(checkMaterial('tls.cert', material).material).toEqual({ file: '/etc/rx wss/me.pem' });
  });

  it('should not see what is done to the given object later', () => {
    const material = { file: 'a.pem' };
    const slot = checkMaterial('tls.cert', material);
    material.file = 'b.pem';
    expect(slot.material).toEqual({ file: 'a.pem' });
  });

  it.each(['', new Uint8Array(), Buffer.alloc(0)])('should refuse what is empty', (material) => {
    expect(() => checkMaterial('tls.ca[1]', material)).toThrow(
      new OptionRangeError('tls.ca[1]', 'is empty'),
    );
  });

  it.each<[unknown, string]>([
    [undefined, 'undefined'],
    [null, 'null'],
    [7, '7'],
    [true, 'true'],
    [() => 'PEM', 'a function'],
    [['PEM'], 'an array'],
  ])('should refuse %s', (material, shown) => {
    expect(() => checkMaterial('tls.cert', material)).toThrow(
      new OptionTypeError('tls.cert', `must be a string, bytes or { file }, got ${shown}`),
    );
  });

  it('should refuse an unknown key', () => {
    expect(() => checkMaterial('tls.cert', { path: 'a.pem' })).toThrow(
      new OptionTypeError('tls.cert.path', 'is not an option; known here: file'),
    );
  });

  it.each<[unknown, string]>([
    [undefined, 'undefined'],
    ['', "''"],
    [7, '7'],
    [Buffer.from('a.pem'), 'an object'],
    [new URL('https://example.com/a.pem'), 'an object'],
    // No path on this machine: another host, an encoded slash.
    [new URL('file://elsewhere/a.pem'), 'an object'],
    [new URL('file:///a%2Fb.pem'), 'an object'],
  ])('should refuse the file %s', (file, shown) => {
    expect(() => checkMaterial('tls.cert', { file })).toThrow(
      new OptionTypeError('tls.cert.file', `must be a path or a file: URL, got ${shown}`),
    );
  });
});

describe.each(loaders)('%s', (_name, load) => {
  const loaded = (text: string): unknown => ({ option: 'tls.key', bytes: Buffer.from(text) });

  it('should give text as UTF-8', async () => {
    await expect(load('grüße')).resolves.toEqual(loaded('grüße'));
  });

  it('should give a copy of bytes', async () => {
    const bytes = Uint8Array.of(1, 2);
    const result = await load(bytes);
    bytes[0] = 9;
    expect(result).toEqual({ option: 'tls.key', bytes: Buffer.of(1, 2) });
  });

  it('should read a file by its path and by its URL, afresh each time', async () => {
    const file = fileOf('one');
    await expect(load({ file })).resolves.toEqual(loaded('one'));
    fileOf('two');
    await expect(load({ file })).resolves.toEqual(loaded('two'));
    await expect(load({ file: pathToFileURL(file) })).resolves.toEqual(loaded('two'));
  });

  it('should refuse an empty file', async () => {
    await expect(load({ file: fileOf('') })).rejects.toEqual(
      new OptionRangeError('tls.key', 'is an empty file'),
    );
  });

  it.each([
    ['a file that is missing', (): string => join(folder, 'none.pem'), 'ENOENT'],
    ['a folder', (): string => folder, 'EISDIR'],
  ])('should say why it cannot read %s, by path and by URL', async (_what, path, code) => {
    const file = path();
    for (const each of [file, pathToFileURL(file)]) {
      const error: unknown = await load({ file: each }).catch((reason: unknown) => reason);
      expect(error).toEqual(
        new OptionRangeError('tls.key', `the file '${file}' cannot be read (${code})`),
      );
      expect(error).toMatchObject({ cause: { code } });
    }
  });

  it('should escape a path that could break out of a log line', async () => {
    await expect(load({ file: 'a\nb' })).rejects.toThrow(
      "tls.key: the file 'a\\u000ab' cannot be read (ENOENT)",
    );
  });
});
