import { describe, expect, expectTypeOf, it } from 'vitest';

import { eventsOf } from '../../../src/cli/demo/demo-event.js';
import type { Lack } from '../../../src/cli/demo/demo-event.js';
import { ALL_WELL } from './moments.js';

describe('eventsOf', () => {
  it('should give the events of one kind, in order', () => {
    const refused = eventsOf(ALL_WELL, 'Refused');
    expect(refused.map(({ lack }) => lack)).toEqual(['certificate', 'token']);
    expectTypeOf(refused[0]?.lack).toEqualTypeOf<Lack | undefined>();
  });

  it('should give none of none', () => {
    expect(eventsOf([], 'Received')).toEqual([]);
  });
});
