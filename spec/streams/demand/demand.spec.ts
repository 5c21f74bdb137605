import { beforeEach, describe, expect, it } from 'vitest';
import { Demand } from '../../../src/streams/demand/demand.js';
import type { PausableLine } from '../../../src/streams/demand/demand.js';

interface FakeLine extends PausableLine {
  readonly calls: string[];
}

function createLine(): FakeLine {
  const calls: string[] = [];
  return { calls, pause: () => calls.push('pause'), resume: () => calls.push('resume') };
}

describe('Demand', () => {
  let demand: Demand;
  let line: FakeLine;

  beforeEach(() => {
    demand = new Demand();
    line = createLine();
  });

  it('should leave a line alone that nobody holds', () => {
    demand.attach(line);
    demand.detach(line);
    expect(line.calls).toEqual([]);
    expect(demand.isHeld).toBe(false);
  });

  it('should pause with the first hold, and resume with the last release', () => {
    demand.attach(line);
    const first = demand.hold();
    const second = demand.hold();
    expect(line.calls).toEqual(['pause']);
    first();
    expect(line.calls).toEqual(['pause']);
    expect(demand.isHeld).toBe(true);
    second();
    expect(line.calls).toEqual(['pause', 'resume']);
    expect(demand.isHeld).toBe(false);
  });

  it('should count a release once', () => {
    demand.attach(line);
    const first = demand.hold();
    const second = demand.hold();
    first();
    first();
    expect(demand.isHeld).toBe(true);
    second();
    second();
    first();
    expect(line.calls).toEqual(['pause', 'resume']);
    demand.hold();
    expect(line.calls).toEqual(['pause', 'resume', 'pause']);
  });

  it('should pause a line at once that comes while it is held', () => {
    const release = demand.hold();
    demand.attach(line);
    expect(line.calls).toEqual(['pause']);
    release();
    expect(line.calls).toEqual(['pause', 'resume']);
  });

  it('should hold the next line as well', () => {
    const next = createLine();
    demand.attach(line);
    const release = demand.hold();
    demand.detach(line);
    demand.attach(next);
    expect(next.calls).toEqual(['pause']);
    release();
    expect(next.calls).toEqual(['pause', 'resume']);
  });

  it('should have a line read again that is let go, for its closing handshake', () => {
    demand.attach(line);
    const release = demand.hold();
    demand.detach(line);
    expect(line.calls).toEqual(['pause', 'resume']);
    release();
    expect(line.calls).toEqual(['pause', 'resume']);
  });

  it('should let the line go that another one takes the place of', () => {
    const next = createLine();
    demand.attach(line);
    demand.hold();
    demand.attach(next);
    expect(line.calls).toEqual(['pause', 'resume']);
    expect(next.calls).toEqual(['pause']);
  });

  it('should do nothing for the line that it has', () => {
    demand.attach(line);
    demand.hold();
    demand.attach(line);
    expect(line.calls).toEqual(['pause']);
  });

  it('should not let go of the present line for one that is not', () => {
    const old = createLine();
    demand.attach(line);
    demand.detach(old);
    demand.hold();
    expect(line.calls).toEqual(['pause']);
    expect(old.calls).toEqual([]);
  });

  it('should be held and released without a line', () => {
    demand.hold()();
    demand.attach(line);
    expect(line.calls).toEqual([]);
  });

  it('should end paused when it is held from within its release', () => {
    const calls: string[] = [];
    demand.attach({
      pause: () => calls.push('pause'),
      resume: () => {
        calls.push('resume');
        demand.hold();
      },
    });
    demand.hold()();
    expect(calls).toEqual(['pause', 'resume', 'pause']);
    expect(demand.isHeld).toBe(true);
  });
});
