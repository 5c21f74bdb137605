import { bytesText } from './bytes-text.js';
import type { MessageKind } from './codec.js';
import type { DecodeFailure } from './decode-failure.js';

/** Says that a message is binary where the codec takes text, or the reverse. */
export function wrongKind(codec: string, data: Uint8Array, kind: MessageKind): DecodeFailure {
  const expected = kind === 'text' ? 'a binary message' : 'a text message';
  return {
    _tag: 'DecodeFailure',
    phase: 'kind',
    codec,
    kind,
    data,
    issues: [{ path: [], expected, actual: `a ${kind} message of ${bytesText(data)}` }],
  };
}
