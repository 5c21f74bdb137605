import type { DecodeFailure } from '../codec/decode-failure.js';

/**
 * Gives the close code for a message that was rejected.
 *
 * @remarks
 * RFC 6455 section 7.4.1 has one for each kind of mistake:
 *
 * - 1003, "a type of data it cannot accept (e.g., an endpoint that understands only text data MAY
 *   send this if it receives a binary message)", for the phase `kind`;
 * - 1007, "data within a message that was not consistent with the type of the message (e.g., non-UTF-8
 *   data within a text message)", for bytes that are not what the codec reads: the phases `utf-8`,
 *   `json` and `format`;
 * - 1008, "a message that violates its policy", for the phase `schema`: the message is well formed,
 *   and it is our own rules that it breaks.
 *
 * @param failure - What is wrong with the message.
 * @returns The close code.
 */
export function rejectionCode({ phase }: DecodeFailure): 1003 | 1007 | 1008 {
  switch (phase) {
    case 'kind':
      return 1003;
    case 'schema':
      return 1008;
    // Also for a phase that a codec made up: some code has to be sent.
    default:
      return 1007;
  }
}
