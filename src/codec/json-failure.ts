import type { MessageKind } from './codec.js';
import type { DecodeFailure } from './decode-failure.js';
import { thrownText } from './thrown-text.js';
import { valueText } from './value-text.js';

/** Says why the text of a message is not JSON, from what `JSON.parse` threw. */
export function jsonFailure(
  codec: string,
  data: Uint8Array,
  kind: MessageKind,
  text: string,
  thrown: unknown,
): DecodeFailure {
  const message = `not JSON: ${thrownText(thrown)}`;
  return {
    _tag: 'DecodeFailure',
    phase: 'json',
    codec,
    kind,
    data,
    issues: [{ path: [], expected: 'JSON', actual: valueText(text), message }],
  };
}

/** Says that the JSON of a message is nested deeper than is parsed. */
export function tooDeepFailure(
  codec: string,
  data: Uint8Array,
  kind: MessageKind,
  text: string,
  maxDepth: number,
): DecodeFailure {
  const message = `nested deeper than maxDepth, which is ${maxDepth}`;
  return {
    _tag: 'DecodeFailure',
    phase: 'json',
    codec,
    kind,
    data,
    issues: [{ path: [], expected: 'JSON', actual: valueText(text), message }],
  };
}

/** Says that an object has a key that could become the prototype of what the type makes of it. */
export function protoKeyFailure(
  codec: string,
  data: Uint8Array,
  kind: MessageKind,
  text: string,
): DecodeFailure {
  const message = 'has a key __proto__, which a copy would take for its prototype';
  return {
    _tag: 'DecodeFailure',
    phase: 'json',
    codec,
    kind,
    data,
    issues: [{ path: [], expected: 'JSON', actual: valueText(text), message }],
  };
}
