import { NEVER } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { OptionTypeError } from '../../../src/errors/option-error.js';
import { checkControl, findDemand, needDemand } from '../../../src/streams/demand/find-demand.js';
import type { DemandControl } from '../../../src/streams/demand/demand-source.js';
import { createFakeSource } from './fake-source.js';

describe('findDemand', () => {
  it('should give the source itself, where it can be made to wait', () => {
    const source = createFakeSource();
    expect(findDemand(source, undefined)).toBe(source);
  });

  it('should prefer what it was given', () => {
    const given = createFakeSource();
    expect(findDemand(createFakeSource(), given)).toBe(given);
    expect(findDemand(NEVER, given)).toBe(given);
  });

  it('should give nothing for a plain observable', () => {
    expect(findDemand(NEVER, undefined)).toBeUndefined();
  });
});

describe('needDemand', () => {
  it('should give what findDemand gives', () => {
    const source = createFakeSource();
    expect(needDemand('iterate.demand', source, undefined)).toBe(source);
    expect(needDemand('iterate.demand', NEVER, source)).toBe(source);
  });

  it('should refuse a plain observable', () => {
    expect(() => needDemand('iterate.demand', NEVER, undefined)).toThrow(
      new OptionTypeError(
        'iterate.demand',
        'must be given where the source is not a socket itself',
      ),
    );
  });

  it('should refuse what cannot be held', () => {
    const given = {} as DemandControl;
    expect(() => needDemand('iterate.demand', createFakeSource(), given)).toThrow(
      expect.objectContaining({ option: 'iterate.demand' }),
    );
  });
});

describe('checkControl', () => {
  it.each([[undefined], [createFakeSource()]])('should allow %o', (value) => {
    expect(() => checkControl('consume.demand', value)).not.toThrow();
  });

  it.each([[null], [true], ['socket'], [NEVER], [{ hold: () => undefined }]])(
    'should refuse %o',
    (value) => {
      expect(() => checkControl('consume.demand', value)).toThrow(OptionTypeError);
    },
  );
});
