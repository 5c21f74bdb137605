import fc from 'fast-check';

import {
  arraySample,
  intersectionSample,
  readonlySample,
  recordSample,
  refinementSample,
  tupleSample,
  twinSample,
  unionSample,
} from './composite-samples.js';
import { customSample, wrappedSample } from './custom-samples.js';
import { exactSample, lenientSample, objectSample } from './object-samples.js';
import { recursiveSample } from './recursive-samples.js';
import type { Sample } from './sample.js';
import { scalarSample } from './scalar-samples.js';
import { taggedSample } from './tagged-samples.js';

const leaf: fc.Arbitrary<Sample> = fc.oneof(
  { weight: 12, arbitrary: scalarSample },
  { weight: 1, arbitrary: customSample },
);

/** Types of every kind, up to `depth` of them inside one another. */
function samplesOf(depth: number): fc.Arbitrary<Sample> {
  let all = leaf;
  for (let level = 0; level < depth; level += 1) {
    const inner = fc.oneof({ weight: 2, arbitrary: leaf }, { weight: 3, arbitrary: all });
    all = fc.oneof(
      { weight: 6, arbitrary: objectSample(inner) },
      { weight: 3, arbitrary: exactSample(inner) },
      { weight: 2, arbitrary: arraySample(inner) },
      { weight: 2, arbitrary: tupleSample(inner) },
      { weight: 2, arbitrary: recordSample(inner) },
      { weight: 3, arbitrary: unionSample(inner) },
      { weight: 3, arbitrary: taggedSample(inner) },
      { weight: 2, arbitrary: intersectionSample(inner) },
      { weight: 2, arbitrary: refinementSample(inner) },
      { weight: 1, arbitrary: readonlySample(inner) },
      { weight: 1, arbitrary: twinSample(inner) },
      { weight: 2, arbitrary: recursiveSample(inner) },
      { weight: 1, arbitrary: wrappedSample(inner) },
      { weight: 1, arbitrary: lenientSample(inner) },
    );
  }
  return all;
}

/** A type of any kind, and values that it takes or nearly takes. */
export const anySample: fc.Arbitrary<Sample> = fc.oneof(
  { weight: 1, arbitrary: leaf },
  { weight: 4, arbitrary: samplesOf(1) },
  { weight: 6, arbitrary: samplesOf(2) },
  { weight: 3, arbitrary: samplesOf(3) },
);
