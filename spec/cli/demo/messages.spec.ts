import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';

import { clientCodec, serverCodec } from '../../../src/cli/demo/messages.js';
import type { Command, FeedMessage } from '../../../src/cli/demo/messages.js';
import { describeDecodeFailure } from '../../../src/index.js';

const TICK: FeedMessage = { type: 'tick', symbol: 'BTC', price: 1, change: 0, fragments: 1 };

function payloadOf(encoded: E.Either<unknown, string | Uint8Array>): Buffer {
  return E.isRight(encoded) ? Buffer.from(encoded.right) : Buffer.from('not encoded');
}

describe('clientCodec', () => {
  it.each<FeedMessage>([
    TICK,
    { type: 'welcome', client: 'CN=trader-7' },
    { type: 'subscribed', id: 1, symbol: 'SOL' },
  ])('should read what the server writes: $type', (message) => {
    const payload = payloadOf(serverCodec.encode(message));
    expect(clientCodec.decode(payload, 'text')).toEqual(E.right(message));
  });

  it('should refuse a price that is text, by its path', () => {
    const payload = Buffer.from(JSON.stringify({ ...TICK, price: '1' }));
    const decoded = clientCodec.decode(payload, 'text');
    expect(E.isLeft(decoded) && describeDecodeFailure(decoded.left)).toBe(
      'json codec: at price expected number, got "1"',
    );
  });
});

describe('serverCodec', () => {
  it('should read what the client writes', () => {
    const command: Command = { type: 'subscribe', id: 1, symbol: 'SOL' };
    const payload = payloadOf(clientCodec.encode(command));
    expect(serverCodec.decode(payload, 'text')).toEqual(E.right(command));
  });
});
