import { describe, expect, it } from 'vitest';
import { messageRejected } from '../../src/streams/message-rejected.js';
import { ENDINGS } from './endings.js';

const { failure } = ENDINGS.MessageRejected;
const progress = { phase: 'open', uptime: 70, target: 'h:443' } as const;

describe('messageRejected', () => {
  it('should tell the close, the failure, and where the connection was', () => {
    const ending = messageRejected(failure, { code: 1007, reason: 'enough' }, progress);
    expect(ending).toEqual({
      _tag: 'MessageRejected',
      by: 'policy',
      phase: 'open',
      code: 1007,
      reason: 'enough',
      failure,
      uptime: 70,
      target: 'h:443',
    });
    expect(ending.failure).toBe(failure);
    expect(ending).not.toHaveProperty('cause');
  });

  it.each([
    ['opening', 'opening'],
    ['open', 'open'],
    ['closing', 'open'],
  ] as const)('should tell whether onOpen had the connection: %s', (phase, expected) => {
    const order = { code: 1008, reason: '' };
    expect(messageRejected(failure, order, { ...progress, phase }).phase).toBe(expected);
  });

  it('should have the cause of the failure for its own', () => {
    const cause = new Error('in the codec');
    const order = { code: 1008, reason: '' };
    expect(messageRejected({ ...failure, cause }, order, progress).cause).toBe(cause);
  });
});
