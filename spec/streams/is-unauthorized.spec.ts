import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isUnauthorized } from '../../src/streams/is-unauthorized.js';
import { ENDINGS } from './endings.js';

describe('isUnauthorized', () => {
  it('should say so of an opening handshake that was refused with 401, and of no other', () => {
    fc.assert(
      fc.property(fc.oneof(fc.integer({ min: 100, max: 599 }), fc.constant(401)), (status) => {
        expect(isUnauthorized({ ...ENDINGS.UpgradeRefused, status })).toBe(status === 401);
      }),
    );
  });

  it.each([3000, 4401])("should say so of the server's close with %i", (code) => {
    expect(isUnauthorized({ ...ENDINGS.Closed, by: 'server', code })).toBe(true);
    expect(isUnauthorized({ ...ENDINGS.Closed, by: 'client', code })).toBe(false);
  });

  it.each([1000, 1005, 1008, 2999, 3001, 3003, 4001, 4400, 4402, 4403, 4407])(
    "should not say so of the server's close with %i",
    (code) => {
      expect(isUnauthorized({ ...ENDINGS.Closed, by: 'server', code })).toBe(false);
    },
  );

  it('should not say so of any other ending', () => {
    for (const ending of Object.values(ENDINGS)) {
      expect(isUnauthorized(ending)).toBe(ending._tag === 'UpgradeRefused');
    }
    expect(isUnauthorized({ ...ENDINGS.ProxyRefused, status: 401 })).toBe(false);
  });
});
