import type { StandardSchemaV1 } from '@standard-schema/spec';
import { type } from 'arktype';
import { left, right } from 'fp-ts/lib/Either.js';
import * as v from 'valibot';
import { describe, expect, it, vi } from 'vitest';
import * as z from 'zod';

import { MAX_ISSUES } from '../../../src/codec/schema/refusal.js';
import { fromStandardSchema } from '../../../src/codec/schema/standard-schema.js';

const zod = z.object({ id: z.number(), tags: z.array(z.string()) });
const valibot = v.object({ id: v.number(), tags: v.array(v.string()) });
const arktype = type({ id: 'number', tags: 'string[]' });

/** A schema with the given `validate`, whatever the standard would allow. */
function schemaThat(validate: (value: unknown) => unknown): StandardSchemaV1 {
  return { '~standard': { version: 1, vendor: 'mine', validate } } as unknown as StandardSchemaV1;
}

function refusing(...issues: unknown[]): StandardSchemaV1 {
  return schemaThat(() => ({ issues }));
}

describe('fromStandardSchema', () => {
  describe.each<[string, StandardSchemaV1]>([
    ['zod', zod],
    ['valibot', valibot],
    ['arktype', arktype],
  ])('of %s', (vendor, schema) => {
    it('should take what fits', () => {
      expect(fromStandardSchema(schema)({ id: 1, tags: ['a'] })).toEqual(
        right({ id: 1, tags: ['a'] }),
      );
    });

    it('should say what is wrong, and where', () => {
      const checked = fromStandardSchema(schema)({ id: 'x', tags: ['a', 5] });
      const expected = `the ${vendor} schema`;
      const message: unknown = expect.stringMatching(/number|string/i);
      const issues = [
        { path: ['id'], expected, actual: '"x"', message },
        { path: ['tags', '1'], expected, actual: '5', message },
      ];
      // Plain arrays and strings, whatever the library has.
      expect(checked).toStrictEqual(left({ issues }));
    });

    it('should show a missing key', () => {
      expect(fromStandardSchema(schema)({ id: 1 })).toMatchObject(
        left({ issues: [{ path: ['tags'], actual: 'undefined' }] }),
      );
    });

    it('should count what it leaves out', () => {
      const tags = Array.from({ length: 100 }, (_, index) => index);
      const checked = fromStandardSchema(schema)({ id: 1, tags });
      expect(checked).toMatchObject(left({ omittedIssues: 100 - MAX_ISSUES }));
      expect(checked).toHaveProperty('left.issues.length', MAX_ISSUES);
    });
  });

  it('should give what the schema makes of a value', () => {
    const schema = z.object({ at: z.string().transform((text) => text.length) });
    expect(fromStandardSchema(schema)({ at: 'abc', more: 1 })).toEqual(right({ at: 3 }));
  });

  it.each<[string, readonly unknown[], readonly string[], string]>([
    ['keys', ['a', 0], ['a', '0'], '"zero"'],
    ['segments', [{ key: 'a' }, { key: 0 }], ['a', '0'], '"zero"'],
    ['symbols', [Symbol('s')], ['Symbol(s)'], '"by symbol"'],
    ['keys that are not there', ['b', 'c'], ['b', 'c'], 'undefined'],
    ['keys of a scalar', ['a', 0, 'length'], ['a', '0', 'length'], 'undefined'],
    ['keys that are not of the value itself', ['toString'], ['toString'], 'undefined'],
    ['no key at all', [], [], '{"a":["zero"]}'],
  ])('should follow a path of %s', (_, path, shownPath, actual) => {
    const value = { a: ['zero'], [Symbol.for('s')]: 1 };
    const [segment] = path;
    if (typeof segment === 'symbol') Object.assign(value, { [segment]: 'by symbol' });
    expect(fromStandardSchema(refusing({ message: 'no', path }))(value)).toStrictEqual(
      left({
        issues: [{ path: shownPath, expected: 'the mine schema', actual, message: 'no' }],
      }),
    );
  });

  it('should need neither a path nor an issue', () => {
    const issue = { path: [], expected: 'the mine schema', actual: '1' };
    expect(fromStandardSchema(refusing({ message: 'no' }))(1)).toStrictEqual(
      left({ issues: [{ ...issue, message: 'no' }] }),
    );
    expect(fromStandardSchema(refusing())(1)).toStrictEqual(left({ issues: [issue] }));
  });

  it('should escape what comes from the schema', () => {
    const schema: StandardSchemaV1 = {
      '~standard': {
        version: 1,
        vendor: 'a\nb',
        validate: () => ({ issues: [{ message: 'red \u001b[31m' }] }),
      },
    };
    expect(fromStandardSchema(schema)(1)).toMatchObject(
      left({
        issues: [
          { expected: String.raw`the a\u000ab schema`, message: String.raw`red \u001b[31m` },
        ],
      }),
    );
  });

  it('should call validate as a method', () => {
    const schema: StandardSchemaV1 = {
      '~standard': {
        version: 1,
        vendor: 'mine',
        validate(this: StandardSchemaV1.Props) {
          return { value: this.vendor };
        },
      },
    };
    expect(fromStandardSchema(schema)(1)).toEqual(right('mine'));
  });

  it('should refuse when the schema answers with a promise, and let go of it', async () => {
    const report = vi.fn();
    process.on('unhandledRejection', report);
    const schema = z.object({ a: z.string().refine(() => Promise.resolve(true)) });
    for (const answer of [fromStandardSchema(schema), fromStandardSchema(schemaThat(rejected))]) {
      expect(answer({ a: 'b' })).toMatchObject(
        left({
          issues: [
            {
              path: [],
              actual: '{"a":"b"}',
              message: expect.stringMatching(
                /^the (zod|mine) schema answered with a promise; only synchronous schemas/,
              ),
            },
          ],
        }),
      );
    }
    await new Promise(setImmediate);
    process.off('unhandledRejection', report);
    expect(report).not.toHaveBeenCalled();
  });

  it('should keep what a function inside of a zod schema throws', () => {
    const cause = new Error('secret');
    const schema = z.object({ a: z.string().transform(() => thrower(cause)) });
    const checked = fromStandardSchema(schema)({ a: 'b' });
    expect(checked).toMatchObject(
      left({ issues: [{ message: 'the check of the zod schema threw; see cause' }], cause }),
    );
  });

  it.each<[string, () => unknown]>([
    ['throws', () => thrower()],
    ['gives nothing', () => undefined],
    ['gives issues that are none', () => ({ issues: [null] })],
    ['gives a path that is none', () => ({ issues: [{ message: 'no', path: 5 }] })],
  ])('should survive a schema that %s', (_, validate) => {
    const checked = fromStandardSchema(schemaThat(validate))([1]);
    expect(checked._tag).toBe('Left');
    expect(checked).toMatchObject(left({ issues: [{ path: [], actual: '[1]' }] }));
    expect(JSON.stringify(checked)).not.toContain('secret');
  });
});

function rejected(): Promise<never> {
  return Promise.reject(new Error('late'));
}

function thrower(cause: unknown = new Error('secret')): never {
  throw cause;
}
