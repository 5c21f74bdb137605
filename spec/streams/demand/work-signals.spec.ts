import { describe, expect, it } from 'vitest';
import { WorkSignals } from '../../../src/streams/demand/work-signals.js';

describe('WorkSignals', () => {
  it('should give a signal that is not aborted', () => {
    expect(new WorkSignals().next().signal.aborted).toBe(false);
  });

  it('should have 64 works share one, and no more', () => {
    const signals = new WorkSignals();
    const all = Array.from({ length: 192 }, () => signals.next());
    expect(new Set(all).size).toBe(3);
    expect(new Set(all.slice(0, 64)).size).toBe(1);
    expect(all[64]).not.toBe(all[63]);
    expect(all[128]).not.toBe(all[127]);
  });
});
