// Run beside an installed copy of the package and its optional peers.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';

import * as cbor from 'rx-wss/cbor';
import * as msgpack from 'rx-wss/msgpack';
import * as t from 'io-ts';

const require = createRequire(import.meta.url);
const Tick = t.type({ symbol: t.string, price: t.number });
const tick = { symbol: 'ADA', price: 1.5 };

for (const [name, esm] of Object.entries({ cbor, msgpack })) {
  const cjs = require(`rx-wss/${name}`);
  assert.deepEqual(Object.keys(cjs).sort(), Object.keys(esm).sort());
  const [one, other] = [esm, cjs].map((copy) => copy[name]({ incoming: Tick, outgoing: Tick }));
  assert.equal(one.name, name);
  const written = one.encode(tick);
  assert.deepEqual(other.encode(tick), written);
  assert.deepEqual(other.decode(written.right, 'binary').right, tick);
  assert.equal(one.decode(written.right.subarray(1), 'binary').left.phase, 'format');
}
