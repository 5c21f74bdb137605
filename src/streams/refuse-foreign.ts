import { OptionTypeError } from '../errors/option-error.js';

/**
 * Says of the options of rxjs that mean nothing here why that is.
 *
 * @throws OptionTypeError if one of them is given.
 */
export function refuseForeign(options: unknown): void {
  if (typeof options !== 'object' || options === null) return;
  if ('WebSocketCtor' in options && options.WebSocketCtor !== undefined) {
    throw new OptionTypeError(
      'WebSocketCtor',
      'is not accepted: connections are made by ws; headers, TLS and so on are options of their own',
    );
  }
  if ('resultSelector' in options && options.resultSelector !== undefined) {
    throw new OptionTypeError('resultSelector', 'is not accepted: give a deserializer or a codec');
  }
}
