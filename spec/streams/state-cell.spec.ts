import { describe, expect, it } from 'vitest';
import { IDLE } from '../../src/streams/socket-state.js';
import type { SocketEvent, SocketState } from '../../src/streams/socket-state.js';
import { StateCell } from '../../src/streams/state-cell.js';
import { ENDINGS } from './endings.js';

const dialled: SocketEvent = { _tag: 'Dialled', attempt: 1 };
const ended: SocketEvent = { _tag: 'Ended', ending: ENDINGS.Cancelled };
const connecting: SocketState = { _tag: 'Connecting', attempt: 1 };
const closed: SocketState = { _tag: 'Closed', ending: ENDINGS.Cancelled };

/** What a listener hears, from now on. */
function heardOf(cell: StateCell): SocketState[] {
  const heard: SocketState[] = [];
  cell.changes.subscribe((state) => heard.push(state));
  return heard;
}

describe('StateCell', () => {
  it('should begin with Idle', () => {
    expect(heardOf(new StateCell())).toEqual([IDLE]);
  });

  it('should tell each change, and the present state to whoever comes late', () => {
    const cell = new StateCell();
    const early = heardOf(cell);
    cell.move(dialled);
    const late = heardOf(cell);
    cell.move(ended);
    expect(early).toEqual([IDLE, connecting, closed]);
    expect(late).toEqual([connecting, closed]);
  });

  it('should not tell of an event that changes nothing', () => {
    const cell = new StateCell();
    const heard = heardOf(cell);
    cell.move(ended);
    expect(heard).toEqual([IDLE]);
  });

  it('should tell everybody in the same order, also when a listener moves it again', () => {
    const cell = new StateCell();
    cell.changes.subscribe((state) => {
      if (state._tag === 'Connecting') cell.move(ended);
    });
    const heard = heardOf(cell);
    cell.move(dialled);
    expect(heard).toEqual([IDLE, connecting, closed]);
  });

  it('should go by the present state, even before it was told', () => {
    const cell = new StateCell();
    cell.changes.subscribe((state) => {
      if (state._tag !== 'Connecting') return;
      cell.move(ended);
      cell.move({ _tag: 'CloseStarted', code: 1000, reason: '' });
      cell.move(ended);
    });
    const heard = heardOf(cell);
    cell.move(dialled);
    expect(heard).toEqual([IDLE, connecting, closed]);
  });

  it('should go on after a listener that moved it', () => {
    const cell = new StateCell();
    cell.changes.subscribe((state) => {
      if (state._tag === 'Connecting') cell.move(ended);
    });
    const heard = heardOf(cell);
    cell.move(dialled);
    cell.move(dialled);
    expect(heard).toEqual([IDLE, connecting, closed, connecting, closed]);
  });

  it('should give the present state, also to a listener before whom it moved on', () => {
    const cell = new StateCell();
    expect(cell.present).toBe(IDLE);
    const present: SocketState[] = [];
    cell.changes.subscribe((state) => {
      if (state._tag === 'Connecting') cell.move(ended);
    });
    cell.changes.subscribe(() => present.push(cell.present));
    cell.move(dialled);
    expect(present).toEqual([IDLE, closed, closed]);
    expect(cell.present).toEqual(closed);
  });

  it('should hand out no way to move it', () => {
    expect(new StateCell().changes).not.toHaveProperty('next');
  });
});
