import { describe, expect, it } from 'vitest';

import { bytesText } from '../../src/codec/bytes-text.js';

describe('bytesText', () => {
  it.each([
    [[], '0 bytes'],
    [[10], '1 byte: 0a'],
    [[0, 255], '2 bytes: 00 ff'],
    [[1, 2, 3, 4, 5, 6, 7, 8], '8 bytes: 01 02 03 04 05 06 07 08'],
    [[1, 2, 3, 4, 5, 6, 7, 8, 9], '9 bytes: 01 02 03 04 05 06 07 08 …'],
  ])('should show %j as %s', (data, shown) => {
    expect(bytesText(Uint8Array.from(data))).toBe(shown);
    expect(bytesText(Buffer.from(data))).toBe(shown);
  });
});
