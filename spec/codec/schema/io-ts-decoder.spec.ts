import * as E from 'fp-ts/lib/Either.js';
import * as C from 'io-ts/lib/Codec.js';
import * as D from 'io-ts/lib/Decoder.js';
import { pipe } from 'fp-ts/lib/function.js';
import { describe, expect, it, vi } from 'vitest';

import { fromIoTsDecoder } from '../../../src/codec/schema/io-ts-decoder.js';
import { MAX_ISSUES } from '../../../src/codec/schema/refusal.js';
import type { IoTsDecoder } from '../../../src/codec/schema/schema.js';

interface Tree {
  readonly value: number;
  readonly children: readonly Tree[];
}
const Tree: D.Decoder<unknown, Tree> = D.lazy('Tree', () =>
  D.struct({ value: D.number, children: D.array(Tree) }),
);

const Positive = pipe(
  D.number,
  D.refine((n): n is number => n > 0, 'Positive'),
);

/** Each issue as `path: expected <- actual (message)`. */
function issuesOf(decoder: IoTsDecoder, value: unknown): string[] {
  const checked = fromIoTsDecoder(decoder)(value);
  if (checked._tag === 'Right') throw new Error('the decoder takes the value');
  return checked.left.issues.map(
    ({ path, expected, actual, message }) =>
      `${path.join('/')}: ${expected} <- ${actual}${message === undefined ? '' : ` (${message})`}`,
  );
}

describe('fromIoTsDecoder', () => {
  it('should give what the decoder makes of a value', () => {
    const Trimmed = pipe(
      D.string,
      D.map((text) => text.trim()),
    );
    expect(fromIoTsDecoder(D.struct({ a: Trimmed }))({ a: ' x ', b: 1 })).toEqual(
      E.right({ a: 'x' }),
    );
    expect(fromIoTsDecoder(C.make(D.number, { encode: String }))(1)).toEqual(E.right(1));
  });

  it.each<[string, IoTsDecoder, unknown, string[]]>([
    ['the value itself', D.number, 'x', [': number <- "x"']],
    ['a missing key', D.struct({ a: D.string }), {}, ['a: string <- undefined']],
    ['a partial', D.partial({ a: D.string }), { a: 1 }, ['a: string <- 1']],
    [
      'keys and positions, from left to right',
      D.struct({ a: D.array(D.struct({ b: D.number })), c: D.string }),
      { a: [{ b: 1 }, { b: '2' }, 3], c: 4 },
      ['a/1/b: number <- "2"', 'a/2: Record<string, unknown> <- 3', 'c: string <- 4'],
    ],
    ['a tuple', D.tuple(D.string, D.number), ['a', 'b'], ['1: number <- "b"']],
    ['a record', D.record(D.number), { x: '1' }, ['x: number <- "1"']],
    [
      'a union',
      D.struct({ a: D.union(D.string, D.boolean) }),
      { a: 1 },
      ['a: string <- 1', 'a: boolean <- 1'],
    ],
    [
      'an intersection',
      pipe(D.struct({ a: D.string }), D.intersect(D.struct({ b: D.number }))),
      { a: 1, b: '2' },
      ['a: string <- 1', 'b: number <- "2"'],
    ],
    [
      'a sum',
      D.sum('kind')({ a: D.struct({ kind: D.literal('a'), x: D.number }) }),
      { kind: 'b' },
      ['kind: "a" <- "b"'],
    ],
    [
      'a recursive decoder',
      Tree,
      { value: 1, children: [{ value: '2', children: [] }] },
      ['children/0/value: number <- "2"'],
    ],
    ['a refinement', D.struct({ n: Positive }), { n: -1 }, ['n: Positive <- -1']],
    [
      'a message',
      D.struct({
        n: pipe(
          Positive,
          D.withMessage(() => 'must be\na price'),
        ),
      }),
      { n: '1' },
      [String.raw`n: number <- "1" (must be\u000aa price)`],
    ],
    [
      'the innermost message',
      pipe(
        D.struct({
          a: pipe(
            D.string,
            D.withMessage(() => 'inner'),
          ),
          b: D.string,
        }),
        D.withMessage(() => 'outer'),
      ),
      {},
      ['a: string <- undefined (inner)', 'b: string <- undefined (outer)'],
    ],
    [
      'control characters in what is expected',
      { decode: (value) => D.failure(value, 'a\u0007') },
      1,
      [String.raw`: a\u0007 <- 1`],
    ],
  ])('should say what is wrong with %s', (_, decoder, value, issues) => {
    expect(issuesOf(decoder, value)).toEqual(issues);
  });

  it('should count what it leaves out', () => {
    const count = 10_000;
    const checked = fromIoTsDecoder(D.array(D.number))(Array.from({ length: count }, String));
    expect(checked).toMatchObject(E.left({ omittedIssues: count - MAX_ISSUES }));
    expect(checked).toHaveProperty('left.issues.length', MAX_ISSUES);
    expect(checked).toHaveProperty('left.issues.19.path', ['19']);
  });

  it('should survive errors in whatever number', () => {
    const leaf = D.error(1, 'nothing');
    let error = leaf;
    for (let level = 0; level < 200_000; level++) {
      error = { _tag: 'Concat', left: error, right: leaf };
    }
    const checked = fromIoTsDecoder({ decode: () => E.left(error) })(1);
    expect(checked).toMatchObject(E.left({ omittedIssues: 200_001 - MAX_ISSUES }));
  });

  it('should call decode as a method', () => {
    class Doubling {
      readonly factor = 2;
      decode(value: unknown): E.Either<D.DecodeError, number> {
        return E.right(Number(value) * this.factor);
      }
    }
    expect(fromIoTsDecoder(new Doubling())(4)).toEqual(E.right(8));
  });

  it('should refuse when the decoder answers with a promise, and let go of it', async () => {
    const report = vi.fn();
    process.on('unhandledRejection', report);
    const late = (): unknown => Promise.reject(new Error('late'));
    expect(fromIoTsDecoder({ decode: late } as unknown as IoTsDecoder)(1)).toStrictEqual(
      E.left({
        issues: [
          {
            path: [],
            expected: 'the decoder',
            actual: '1',
            message:
              'the decoder answered with a promise; only synchronous schemas can check messages',
          },
        ],
      }),
    );
    await new Promise(setImmediate);
    process.off('unhandledRejection', report);
    expect(report).not.toHaveBeenCalled();
  });

  it.each<[string, () => unknown]>([
    ['throws', () => thrower()],
    ['gives no Either', () => undefined],
    ['gives a Left without errors in it', () => ({ _tag: 'Left', left: 'no' })],
  ])('should survive a decoder that %s', (_, decode) => {
    const decoder = { decode } as unknown as IoTsDecoder;
    const checked = fromIoTsDecoder(decoder)([1]);
    expect(checked).toMatchObject(
      E.left({ issues: [{ actual: '[1]', message: 'the check of the decoder threw; see cause' }] }),
    );
    expect(checked).toHaveProperty('left.cause');
    expect(JSON.stringify(checked)).not.toContain('secret');
  });
});

function thrower(): never {
  throw new Error('secret');
}
