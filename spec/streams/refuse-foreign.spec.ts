import { describe, expect, it } from 'vitest';
import { OptionTypeError } from '../../src/errors/option-error.js';
import { refuseForeign } from '../../src/streams/refuse-foreign.js';

describe('refuseForeign', () => {
  it.each<[string, RegExp]>([
    ['WebSocketCtor', /^WebSocketCtor: is not accepted: connections are made by ws; /],
    ['resultSelector', /^resultSelector: is not accepted: give a deserializer or a codec$/],
  ])('should say why %s means nothing here', (name, message) => {
    const refuse = (): void => {
      refuseForeign({ url: 'wss://h', [name]: null });
    };
    expect(refuse).toThrow(OptionTypeError);
    expect(refuse).toThrow(message);
  });

  it.each<unknown>([
    undefined,
    null,
    'wss://h',
    {},
    { url: 'wss://h', WebSocketCtor: undefined, resultSelector: undefined },
  ])('should have nothing against %o', (options) => {
    expect(() => {
      refuseForeign(options);
    }).not.toThrow();
  });
});
