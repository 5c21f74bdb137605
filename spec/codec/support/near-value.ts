import fc from 'fast-check';

import { anyChange, changed } from './changed-value.js';
import type { Change } from './changed-value.js';
import { hostileValue } from './hostile-value.js';
import { asJson, isTree, withMember } from './tree.js';

/** The values, some of them changed a little. */
export function nearValues(values: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 4, arbitrary: values },
    {
      weight: 6,
      arbitrary: fc.tuple(values, anyChange).map(([value, change]) => applied(change, value)),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(values, anyChange, anyChange)
        .map(([value, first, second]) => applied(second, applied(first, value))),
    },
    { weight: 1, arbitrary: values.map(asJson) },
    { weight: 1, arbitrary: hostileValue },
  );
}

function applied(change: Change, value: unknown): unknown {
  const paths = pathsOf(value);
  const path = paths[change.at % paths.length] ?? [];
  return edited(value, path, (part) => changed(change, part));
}

/** The way to each part of a value; of a value that holds itself not all. */
function pathsOf(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (!isTree(value) || path.length > 4) return [path];
  return [path, ...Object.keys(value).flatMap((key) => pathsOf(value[key], [...path, key]))];
}

function edited(
  value: unknown,
  [key, ...rest]: readonly string[],
  edit: (part: unknown) => unknown,
): unknown {
  if (key === undefined || !isTree(value)) return edit(value);
  return withMember(value, key, edited(value[key], rest, edit));
}
