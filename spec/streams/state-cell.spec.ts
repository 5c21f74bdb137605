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

  describe('whoever is told besides', () => {
    /** A cell, and everything that is heard of it, in order. */
    function cellOf(): { readonly cell: StateCell; readonly heard: string[] } {
      const cell = new StateCell();
      const heard: string[] = [];
      cell.changes.subscribe(({ _tag }) => heard.push(_tag));
      return { cell, heard };
    }

    it('should be told before the listeners, also of what changes nothing', () => {
      const { cell, heard } = cellOf();
      cell.move(dialled, () => heard.push('dialled'));
      cell.move({ _tag: 'PongReceived', rtt: 1 }, () => heard.push('pong'));
      cell.move(ended, () => heard.push('ended'));
      cell.move(ended, () => heard.push('ended again'));
      expect(heard).toEqual([
        ...['Idle', 'dialled', 'Connecting', 'pong', 'ended', 'Closed', 'ended again'],
      ]);
    });

    it('should be told of a move from within when everybody has heard of the first', () => {
      const { cell, heard } = cellOf();
      cell.changes.subscribe(({ _tag }) => {
        if (_tag === 'Connecting') cell.move(ended, () => heard.push('ended'));
      });
      cell.changes.subscribe(({ _tag }) => heard.push(`last ${_tag}`));
      cell.move(dialled, () => heard.push('dialled'));
      expect(heard).toEqual([
        ...['Idle', 'last Idle', 'dialled', 'Connecting', 'last Connecting'],
        ...['ended', 'Closed', 'last Closed'],
      ]);
    });

    it('should be able to move it on', () => {
      const { cell, heard } = cellOf();
      cell.move(dialled, () => {
        heard.push('dialled');
        cell.move(ended, () => heard.push('ended'));
        expect(cell.present).toEqual(closed);
      });
      expect(heard).toEqual(['Idle', 'dialled', 'Connecting', 'ended', 'Closed']);
    });
  });

  it('should hand out no way to move it', () => {
    expect(new StateCell().changes).not.toHaveProperty('next');
  });
});
