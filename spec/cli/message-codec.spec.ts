import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';

import { messageCodec } from '../../src/cli/message-codec.js';

describe('messageCodec', () => {
  it('should read text as strings and binary messages as bytes', () => {
    expect(messageCodec.decode(Buffer.from('ä'), 'text')).toEqual(E.right('ä'));
    expect(messageCodec.decode(Buffer.from('ä'), 'binary')).toEqual(E.right(Buffer.from('ä')));
  });

  it('should write either as what it is', () => {
    expect(messageCodec.encode('ä')).toEqual(E.right('ä'));
    expect(messageCodec.encode(Uint8Array.of(1))).toEqual(E.right(Uint8Array.of(1)));
  });
});
