import { describe, expect, it } from 'vitest';
import { WssError } from '../../../src/errors/wss-error.js';
import { OutboxFullError } from '../../../src/streams/outbox/outbox-full-error.js';

describe('OutboxFullError', () => {
  it('should be an error of the family', () => {
    const error = new OutboxFullError('full');
    expect(error).toBeInstanceOf(OutboxFullError);
    expect(error).toBeInstanceOf(WssError);
    expect(error).toMatchObject({
      name: 'OutboxFullError',
      _tag: 'OutboxFullError',
      code: 'ERR_WSS_OUTBOX_FULL',
      message: 'full',
    });
  });
});
