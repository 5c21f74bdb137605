import type * as t from 'io-ts';

import { compileType } from './compile-type.js';
import type { CompiledType } from './compile-type.js';

const compiled = new WeakMap<t.Mixed, { readonly type: CompiledType | undefined }>();

/** Compiles an io-ts type at the first call, and gives the same at every other. */
export function compiledTypeOf(type: t.Mixed): CompiledType | undefined {
  let known = compiled.get(type);
  if (known === undefined) {
    known = { type: compileType(type) };
    compiled.set(type, known);
  }
  return known.type;
}
