import * as tls from 'node:tls';

import { OptionRangeError } from '../errors/option-error.js';
import { readCertificates } from './certificates.js';
import { checkMaterial } from './material.js';
import type { LoadedMaterial, Material, MaterialSlot } from './material.js';

/**
 * A trust anchor: a root certificate, a bundle of them, or a whole set by name: `'default'`, the
 * roots that Node ships, or `'system'`, those of the operating system (Node 22.15 and newer).
 */
export type TrustAnchor = Material;

/** The sets of roots that have a name. */
export type NamedRoots = 'default' | 'system';

/** A trust anchor after the checks of shape. */
export type AnchorSlot = MaterialSlot | { readonly option: string; readonly roots: NamedRoots };

/** A trust anchor whose file was read. */
export type LoadedAnchor = LoadedMaterial | { readonly option: string; readonly roots: NamedRoots };

/** Checks the trust anchors as far as that goes without reading files. */
export function checkAnchors(option: string, anchors: unknown): readonly AnchorSlot[] | undefined {
  if (anchors === undefined) return undefined;
  if (!Array.isArray(anchors)) return [checkAnchor(option, anchors)];
  if (anchors.length === 0) {
    throw new OptionRangeError(option, 'is an empty list: no server could be trusted');
  }
  return anchors.map((each: unknown, index) => checkAnchor(`${option}[${index}]`, each));
}

function checkAnchor(option: string, anchor: unknown): AnchorSlot {
  if (anchor !== 'default' && anchor !== 'system') return checkMaterial(option, anchor);
  if (anchor === 'system' && systemRoots === undefined) {
    throw new OptionRangeError(
      option,
      `'system' needs Node.js 22.15 or newer, this is ${process.version}: give the bundle of the operating system as { file }`,
    );
  }
  return { option, roots: anchor };
}

/** Gives the certificates of an anchor as PEM. */
export function anchorCertificates(anchor: LoadedAnchor): readonly string[] {
  if (!('roots' in anchor)) return readCertificates(anchor).map(String);
  return anchor.roots === 'system' ? (systemRoots?.() ?? []) : tls.rootCertificates;
}

// Absent on Node 20, hence not in its types.
const systemRoots: (() => readonly string[]) | undefined = (() => {
  const { getCACertificates } = tls as typeof tls & {
    readonly getCACertificates?: (type: NamedRoots) => readonly string[];
  };
  return getCACertificates === undefined ? undefined : () => getCACertificates('system');
})();
