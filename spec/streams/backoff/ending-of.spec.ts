import * as O from 'fp-ts/lib/Option.js';
import { describe, expect, it } from 'vitest';
import { OptionTypeError } from '../../../src/errors/option-error.js';
import { endingOf } from '../../../src/streams/backoff/ending-of.js';
import type { Ending } from '../../../src/streams/ending.js';
import { toSocketError } from '../../../src/streams/socket-error.js';

describe('endingOf', () => {
  it('should give the ending of an error of a connection', () => {
    const ending: Ending = { _tag: 'Cancelled', by: 'client', phase: 'open', uptime: 3 };
    expect(endingOf(toSocketError(ending))).toEqual(O.some(ending));
  });

  it.each([
    ['an error of another kind', new Error('boom')],
    ['an error that only looks like one', { ending: { _tag: 'Cancelled' } }],
    ['a wrong option', new OptionTypeError('url', 'must be a URL')],
    ['nothing', undefined],
  ])('should give none for %s', (_name, error) => {
    expect(endingOf(error)).toEqual(O.none);
  });
});
