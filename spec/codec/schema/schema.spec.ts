import { type } from 'arktype';
import type { Either } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import * as C from 'io-ts/lib/Codec.js';
import * as D from 'io-ts/lib/Decoder.js';
import * as TD from 'io-ts/lib/TaskDecoder.js';
import * as v from 'valibot';
import { describe, expectTypeOf, it } from 'vitest';
import * as z from 'zod';

import type { Codec } from '../../../src/codec/codec.js';
import { json } from '../../../src/codec/json.js';
import type {
  DecodedBy,
  EncodedBy,
  IncomingSchema,
  OutgoingSchema,
} from '../../../src/codec/schema/schema.js';

interface Order {
  id: number;
  tags: string[];
}

const ioTs = t.type({ id: t.number, tags: t.array(t.string) });
const decoder = D.struct({ id: D.number, tags: D.array(D.string) });
const codec = C.struct({ id: C.number, tags: C.array(C.string) });
const zod = z.object({ id: z.number(), tags: z.array(z.string()) });
const valibot = v.object({ id: v.number(), tags: v.array(v.string()) });
const arktype = type({ id: 'number', tags: 'string[]' });

const lengthOf = z.string().transform((text) => text.length);

describe('DecodedBy', () => {
  it('should be what each kind of schema gives', () => {
    expectTypeOf<DecodedBy<typeof ioTs>>().toEqualTypeOf<Order>();
    expectTypeOf<DecodedBy<typeof decoder>>().toEqualTypeOf<Order>();
    expectTypeOf<DecodedBy<typeof codec>>().toEqualTypeOf<Order>();
    expectTypeOf<DecodedBy<typeof zod>>().toEqualTypeOf<Order>();
    expectTypeOf<DecodedBy<typeof valibot>>().toEqualTypeOf<Order>();
    expectTypeOf<DecodedBy<typeof arktype>>().toEqualTypeOf<Order>();
    expectTypeOf<DecodedBy<typeof lengthOf>>().toEqualTypeOf<number>();
    expectTypeOf<DecodedBy<typeof t.unknown>>().toEqualTypeOf<unknown>();
  });

  it('should have no schema that is asynchronous by its type, or for some values only', () => {
    expectTypeOf(TD.string).not.toExtend<IncomingSchema>();
    expectTypeOf<{
      decode: (value: string) => Either<D.DecodeError, number>;
    }>().not.toExtend<IncomingSchema>();
    expectTypeOf<{ decode: (value: unknown) => number }>().not.toExtend<IncomingSchema>();
  });
});

describe('EncodedBy', () => {
  it('should be what each kind of schema takes', () => {
    expectTypeOf<EncodedBy<typeof ioTs>>().toEqualTypeOf<Order>();
    expectTypeOf<EncodedBy<typeof codec>>().toEqualTypeOf<Order>();
    expectTypeOf<EncodedBy<typeof zod>>().toEqualTypeOf<Order>();
    expectTypeOf<EncodedBy<typeof valibot>>().toEqualTypeOf<Order>();
    expectTypeOf<EncodedBy<typeof arktype>>().toEqualTypeOf<Order>();
    expectTypeOf<EncodedBy<typeof lengthOf>>().toEqualTypeOf<string>();
    expectTypeOf<EncodedBy<{ encode: (n: bigint) => string }>>().toEqualTypeOf<bigint>();
  });

  it('should have no schema that cannot write', () => {
    expectTypeOf(D.string).not.toExtend<OutgoingSchema>();
  });
});

describe('json', () => {
  it('should have the types of its schemas, whichever they are', () => {
    expectTypeOf(json({ incoming: ioTs, outgoing: zod })).toEqualTypeOf<Codec<Order, Order>>();
    expectTypeOf(json({ incoming: decoder, outgoing: codec })).toEqualTypeOf<Codec<Order, Order>>();
    expectTypeOf(json({ incoming: codec })).toEqualTypeOf<Codec<Order, unknown>>();
    expectTypeOf(json({ incoming: zod, outgoing: arktype })).toEqualTypeOf<Codec<Order, Order>>();
    expectTypeOf(json({ incoming: valibot, outgoing: ioTs })).toEqualTypeOf<Codec<Order, Order>>();
    expectTypeOf(json({ incoming: arktype, outgoing: valibot })).toEqualTypeOf<
      Codec<Order, Order>
    >();
    expectTypeOf(json({ incoming: lengthOf, outgoing: lengthOf })).toEqualTypeOf<
      Codec<number, string>
    >();
  });
});
