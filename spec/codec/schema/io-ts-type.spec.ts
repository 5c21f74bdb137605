import { left, right } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { describe, expect, it } from 'vitest';

import { decodeWithIoTs, fromIoTsType } from '../../../src/codec/schema/io-ts-type.js';

const Tick = t.type({ symbol: t.string, price: t.number }, 'Tick');
const bad = { symbol: 'ADA', price: '1' };
const badPrice = { issues: [{ path: ['price'], expected: 'number', actual: '"1"' }] };

const Throwing = new t.Type<unknown>('Throwing', t.unknown.is, () => thrower(), t.identity);

describe.each([
  ['fromIoTsType', fromIoTsType],
  ['decodeWithIoTs', (type: t.Mixed) => (value: unknown) => decodeWithIoTs(type, value)],
])('%s', (_, checkOf) => {
  it('should give what the type makes of a value', () => {
    const tick = { symbol: 'ADA', price: 1 };
    const checked = checkOf(Tick)(tick);
    expect(checked._tag === 'Right' && checked.right).toBe(tick);
    expect(checkOf(t.strict({ symbol: t.string }))(tick)).toEqual(right({ symbol: 'ADA' }));
  });

  it('should say what io-ts has against a value', () => {
    const check = checkOf(Tick);
    expect(check(bad)).toStrictEqual(left(badPrice));
    expect(check(bad)).toStrictEqual(left(badPrice));
  });

  it('should survive a type that throws', () => {
    for (const type of [Throwing, t.type({ a: Throwing }, 'Throwing')]) {
      expect(checkOf(type)({ a: 1 })).toMatchObject(
        left({
          issues: [{ path: [], message: 'the check of Throwing threw; see cause' }],
          cause: { message: 'secret' },
        }),
      );
    }
  });

  it('should leave a type with a decode of its own to it', () => {
    const type = Object.assign(new t.Type<unknown>('Own', t.unknown.is, t.success, t.identity), {
      decode: () => right('own'),
    });
    expect(checkOf(type)(1)).toEqual(right('own'));
  });
});

function thrower(): never {
  throw new Error('secret');
}
