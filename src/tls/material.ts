import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { checkKeys, show } from '../errors/option-checks.js';
import { OptionRangeError, OptionTypeError } from '../errors/option-error.js';

/** A file that holds a certificate or a key; it is read again for every attempt. */
export interface FileSource {
  /** The path of the file, or a `file:` URL. */
  readonly file: string | URL;
}

/**
 * A certificate or a key: PEM text, bytes (PEM, DER or PKCS #12), or the file that holds it.
 *
 * @remarks A PKCS #12 archive may also be given as a string: its bytes in base64.
 */
export type Material = string | Uint8Array | FileSource;

/** Material together with the path of the option that it was given as. */
export interface MaterialSlot {
  readonly option: string;
  readonly material: Material;
}

/** The bytes of a {@link MaterialSlot}. */
export interface LoadedMaterial {
  readonly option: string;
  readonly bytes: Buffer;
}

/** Throws unless `material` is of a kind that can be loaded, and is not empty. */
export function checkMaterial(option: string, material: unknown): MaterialSlot {
  if (typeof material === 'string' || material instanceof Uint8Array) {
    if (material.length === 0) throw new OptionRangeError(option, 'is empty');
    return { option, material };
  }
  if (typeof material !== 'object' || material === null || Array.isArray(material)) {
    throw new OptionTypeError(option, `must be a string, bytes or { file }, got ${show(material)}`);
  }
  checkKeys(option, material, ['file']);
  const { file } = material;
  const path = file instanceof URL ? pathOf(file) : file;
  if (typeof path === 'string' && path !== '') return { option, material: { file: path } };
  throw new OptionTypeError(`${option}.file`, `must be a path or a file: URL, got ${show(file)}`);
}

/** Gives the bytes of `slot` now, reading its file if it has one. */
export function loadMaterialSync(slot: MaterialSlot): LoadedMaterial {
  const { option, material } = slot;
  if (!isFileSource(material)) return fromMemory(option, material);
  let bytes: Buffer;
  try {
    bytes = readFileSync(material.file);
  } catch (error) {
    throw unreadable(option, material, error);
  }
  return notEmpty(option, bytes);
}

/** Like {@link loadMaterialSync}, without blocking. */
export async function loadMaterial(slot: MaterialSlot): Promise<LoadedMaterial> {
  const { option, material } = slot;
  if (!isFileSource(material)) return fromMemory(option, material);
  let bytes: Buffer;
  try {
    bytes = await readFile(material.file);
  } catch (error) {
    throw unreadable(option, material, error);
  }
  return notEmpty(option, bytes);
}

function pathOf(url: URL): string | undefined {
  try {
    return fileURLToPath(url);
  } catch {
    // Another scheme, another host, or an encoded slash.
    return undefined;
  }
}

function isFileSource(material: Material): material is FileSource {
  return typeof material === 'object' && 'file' in material;
}

function fromMemory(option: string, material: string | Uint8Array): LoadedMaterial {
  return { option, bytes: Buffer.from(material) };
}

function notEmpty(option: string, bytes: Buffer): LoadedMaterial {
  if (bytes.length === 0) throw new OptionRangeError(option, 'is an empty file');
  return { option, bytes };
}

function unreadable(option: string, { file }: FileSource, cause: unknown): OptionRangeError {
  // What fs throws always has a code.
  const { code } = cause as NodeJS.ErrnoException;
  return new OptionRangeError(option, `the file ${show(String(file))} cannot be read (${code})`, {
    cause,
  });
}
