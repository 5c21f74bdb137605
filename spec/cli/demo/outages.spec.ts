import { describe, expect, it } from 'vitest';

import { outagesIn } from '../../../src/cli/demo/outages.js';
import { ALL_WELL, ENDINGS } from './moments.js';

describe('outagesIn', () => {
  it('should find each lost line, and how long the client waited', () => {
    expect(outagesIn(ALL_WELL)).toEqual([
      { ending: ENDINGS.restart, announced: 100, waited: 100, isOver: true },
      { ending: ENDINGS.reset, announced: 100, waited: 100, isOver: true },
    ]);
  });

  it('should tell that the line did not come back', () => {
    const isWaiting = ({ event }: (typeof ALL_WELL)[number]): boolean =>
      event._tag === 'StateChanged' && event.state._tag === 'Waiting';
    const lost = ALL_WELL.slice(0, ALL_WELL.findIndex(isWaiting) + 1);
    expect(outagesIn(lost)).toMatchObject([{ waited: undefined, isOver: false }]);
    const dialled = ALL_WELL.slice(0, lost.length + 1);
    expect(outagesIn(dialled)).toMatchObject([{ waited: 100, isOver: false }]);
  });

  it('should find none in nothing', () => {
    expect(outagesIn([])).toEqual([]);
  });
});
