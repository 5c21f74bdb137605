// Run beside an installed copy of the package, before its optional peers are there: imports it,
// requires it, and sees whether the two copies know each other's errors.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';

import * as esm from 'rx-wss';

const require = createRequire(import.meta.url);
const cjs = require('rx-wss');

assert.deepEqual(Object.keys(cjs).sort(), Object.keys(esm).sort());
for (const name of ['webSocket', 'json', 'exponentialBackoff']) {
  assert.equal(typeof esm[name], 'function', name);
  assert.equal(typeof cjs[name], 'function', name);
}

assert.notEqual(esm.WssError, cjs.WssError, 'the two are one copy, so that this shows nothing');
for (const [maker, other] of [
  [esm, cjs],
  [cjs, esm],
]) {
  assert.throws(
    () => maker.webSocket({ url: 'gopher://example.com' }),
    (error) =>
      error instanceof maker.WssError &&
      error instanceof other.WssError &&
      error.code.startsWith('ERR_WSS_'),
  );
}
assert.ok(!(new Error('another') instanceof esm.WssError));

assert.equal(require('rx-wss/package.json').name, 'rx-wss');
assert.throws(() => require('rx-wss/dist/index.cjs'), { code: 'ERR_PACKAGE_PATH_NOT_EXPORTED' });

// What needs an optional peer says which.
for (const [subpath, peer] of [
  ['rx-wss/cbor', 'cbor-x'],
  ['rx-wss/msgpack', '@msgpack/msgpack'],
]) {
  const names = (error) => error.code.includes('MODULE_NOT_FOUND') && error.message.includes(peer);
  await assert.rejects(import(subpath), names);
  assert.throws(() => require(subpath), names);
}
