import * as t from 'io-ts';

/** A type whose predicate throws for one value. */
export const throwing: t.Mixed = t.refinement(
  t.unknown,
  (value) => {
    if (value === 'throw') throw new Error('thrown');
    return true;
  },
  'throwing',
);
