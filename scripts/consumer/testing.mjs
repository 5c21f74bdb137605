// Run beside an installed copy of the package and its optional peers.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';

import * as esm from 'rx-wss/testing';

const cjs = createRequire(import.meta.url)('rx-wss/testing');

assert.deepEqual(Object.keys(cjs).sort(), Object.keys(esm).sort());
assert.equal(typeof esm.createCertificateAuthority, 'function');
assert.equal(typeof cjs.createCertificateAuthority, 'function');
