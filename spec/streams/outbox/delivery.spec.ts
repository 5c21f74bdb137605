import { describe, expect, expectTypeOf, it } from 'vitest';
import { OutboxFullError } from '../../../src/streams/outbox/outbox-full-error.js';
import { isLoss } from '../../../src/streams/outbox/delivery.js';
import type { Delivery, Dropped, Expired, Unknown } from '../../../src/streams/outbox/delivery.js';

describe('isLoss', () => {
  it.each<[boolean, Delivery]>([
    [false, { _tag: 'Flushed', connection: 1 }],
    [false, { _tag: 'Acknowledged', connection: 1, sends: 2 }],
    [false, { _tag: 'Rejected', error: new OutboxFullError('full') }],
    [true, { _tag: 'Expired' }],
    [true, { _tag: 'Unknown' }],
    [true, { _tag: 'Dropped', why: 'overflow' }],
    [true, { _tag: 'Dropped', why: 'superseded' }],
    [true, { _tag: 'Dropped', why: 'cancelled' }],
    [true, { _tag: 'Dropped', why: 'disposed' }],
    [false, { _tag: 'Dropped', why: 'withdrawn' }],
  ])('should be %s of %o', (expected, delivery) => {
    expect(isLoss(delivery)).toBe(expected);
    if (isLoss(delivery)) expectTypeOf(delivery).toEqualTypeOf<Expired | Dropped | Unknown>();
  });
});
