import type { Ending } from '../../index.js';
import type { DemoMoment } from './demo-event.js';

/** A line that was lost, and whether the client waited as long as it said. */
export interface Outage {
  readonly ending: Ending;
  /** The delay that the client announced, in milliseconds. */
  readonly announced: number;
  /** The time from then to the next attempt; undefined when there was none. */
  readonly waited: number | undefined;
  /** Whether that attempt, or a later one, opened a connection. */
  readonly isOver: boolean;
}

/** Finds the outages in what happened. */
export function outagesIn(moments: readonly DemoMoment[]): readonly Outage[] {
  return moments.flatMap(({ at, event }, index) => {
    if (event._tag !== 'StateChanged' || event.state._tag !== 'Waiting') return [];
    const { ending, delay: announced } = event.state;
    const later = moments.slice(index + 1);
    const next = later.find((each) => isIn(each, 'Connecting'));
    const waited = next === undefined ? undefined : next.at - at;
    return [{ ending, announced, waited, isOver: later.some((each) => isIn(each, 'Open')) }];
  });
}

function isIn({ event }: DemoMoment, tag: 'Connecting' | 'Open'): boolean {
  return event._tag === 'StateChanged' && event.state._tag === tag;
}
