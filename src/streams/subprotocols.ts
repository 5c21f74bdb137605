import { validateHeaderName } from 'node:http';

import { show } from '../errors/option-checks.js';
import { OptionRangeError, OptionTypeError } from '../errors/option-error.js';

/**
 * Checks the subprotocols to offer: tokens, none of them twice (RFC 6455 section 4.1).
 *
 * @throws OptionTypeError or OptionRangeError, naming the option.
 */
export function checkProtocols(option: string, protocols: unknown = []): readonly string[] {
  const list: readonly unknown[] = Array.isArray(protocols) ? protocols : [protocols];
  const checked: string[] = [];
  list.forEach((protocol, index) => {
    const path = Array.isArray(protocols) ? `${option}[${index}]` : option;
    if (typeof protocol !== 'string') {
      throw new OptionTypeError(path, `must be a string, got ${show(protocol)}`);
    }
    if (!isToken(protocol)) {
      throw new OptionRangeError(
        path,
        `must be a token (RFC 9110 section 5.6.2), got ${show(protocol)}`,
      );
    }
    if (checked.includes(protocol)) {
      throw new OptionRangeError(path, `${show(protocol)} is given twice`);
    }
    checked.push(protocol);
  });
  return checked;
}

// A header name is a token too, and Node knows how to check one.
function isToken(text: string): boolean {
  try {
    validateHeaderName(text);
    return true;
  } catch {
    return false;
  }
}
