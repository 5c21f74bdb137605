import { map, NEVER, Subject } from 'rxjs';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { isDemandSource } from '../../../src/streams/demand/demand-source.js';
import type { DemandSource } from '../../../src/streams/demand/demand-source.js';
import { createFakeSource } from './fake-source.js';

describe('isDemandSource', () => {
  it('should know a stream that can be made to wait', () => {
    expect(isDemandSource(createFakeSource())).toBe(true);
  });

  it.each([
    ['a plain observable', NEVER],
    ['a subject', new Subject()],
    ['what an operator gives', createFakeSource().pipe(map(String))],
    ['one that has a part only', Object.assign(new Subject(), { hold: () => undefined })],
    [
      'one with other members of the names',
      Object.assign(new Subject(), { hold: 1, overrun: 2, messageSize: () => 3 }),
    ],
  ])('should not take %s for one', (_name, stream) => {
    expect(isDemandSource(stream)).toBe(false);
  });

  it('should keep the type of the messages', () => {
    const stream = new Subject<string>().asObservable();
    if (isDemandSource(stream)) expectTypeOf(stream).toExtend<DemandSource<string>>();
  });
});
