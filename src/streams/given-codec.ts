import type { Codec } from '../codec/codec.js';
import { json } from '../codec/json.js';
import { checkMethods } from '../errors/option-checks.js';
import { OptionTypeError } from '../errors/option-error.js';
import { legacyCodec } from './legacy-codec.js';
import type { SocketOptions } from './socket-options.js';

/**
 * Gives the codec that the options name, in whichever way.
 *
 * @throws OptionTypeError if it is none, or named twice.
 */
export function checkCodec<In, Out>(options: SocketOptions<In, Out>): Codec<In, Out> {
  const { codec, serializer, deserializer, binaryType } = options;
  const isLegacy = [serializer, deserializer, binaryType].some((each) => each !== undefined);
  if (codec === undefined) {
    // Without a codec the messages are of type unknown, which json() reads and writes.
    return isLegacy ? legacyCodec(options) : (json() as Codec<In, Out>);
  }
  if (isLegacy) {
    throw new OptionTypeError(
      'codec',
      'stands in the place of serializer, deserializer and binaryType: give one or the others',
    );
  }
  checkMethods('codec', codec, ['decode', 'encode']);
  return codec;
}
