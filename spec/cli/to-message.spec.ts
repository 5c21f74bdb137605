import * as E from 'fp-ts/lib/Either.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { messageLine } from '../../src/cli/message-line.js';
import { toMessage } from '../../src/cli/to-message.js';

describe('toMessage', () => {
  it('should send a line as it is', () => {
    expect(toMessage(' base64:AA== ', false)).toEqual(E.right(' base64:AA== '));
  });

  it.each(['', 'AA==', 'AAE=', 'AAEC', 'base64:AAEC', ' AAEC\t'])(
    'should read %j as base64',
    (line) => {
      const expected = Buffer.from(line.replace('base64:', '').trim(), 'base64');
      expect(toMessage(line, true)).toEqual(E.right(expected));
    },
  );

  it.each(['A', 'AA', 'AA=', 'AAEC=', '%%%%', 'AA==AA==', 'base64:base64:AAEC'])(
    'should refuse %j',
    (line) => {
      expect(toMessage(line, true)).toEqual(E.left('is not base64'));
    },
  );

  it('should read back what was printed', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(toMessage(messageLine(bytes), true)).toEqual(E.right(Buffer.from(bytes)));
      }),
    );
  });
});
