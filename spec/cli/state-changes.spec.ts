import { of } from 'rxjs';
import { describe, expect, it } from 'vitest';

import { stateChanges } from '../../src/cli/state-changes.js';
import type { ClosedState, OpenState, SocketState } from '../../src/index.js';
import { ENDINGS, PLAIN } from './demo/moments.js';

const told = (...states: readonly SocketState[]): readonly SocketState[] => {
  const changes: SocketState[] = [];
  stateChanges({ state: of(...states) }).subscribe((state) => changes.push(state));
  return changes;
};

const connecting = (attempt: number): SocketState => ({ _tag: 'Connecting', attempt });
const answered = (rtt: number): OpenState => ({ ...PLAIN, rtt });
const CLOSED: ClosedState = { _tag: 'Closed', ending: ENDINGS.goodbye };

describe('stateChanges', () => {
  it('should tell of an open connection once, and not again with each answer to a ping', () => {
    expect(told(connecting(1), PLAIN, answered(1), answered(2), CLOSED)).toEqual([
      connecting(1),
      PLAIN,
      CLOSED,
    ]);
  });

  it('should tell of the next connection', () => {
    const states = [connecting(1), PLAIN, connecting(2), { ...PLAIN, attempt: 2 }];
    expect(told(...states)).toEqual(states);
    expect(told(PLAIN, answered(1), connecting(1), PLAIN, answered(1))).toHaveLength(3);
  });

  it('should tell of one attempt after another', () => {
    expect(told({ _tag: 'Idle' }, connecting(1), connecting(2))).toHaveLength(3);
  });
});
