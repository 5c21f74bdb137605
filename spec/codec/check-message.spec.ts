import { left, right } from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';

import { checkMessage } from '../../src/codec/check-message.js';

const data = Buffer.from('1');

describe('checkMessage', () => {
  it('should give the value itself without a schema', () => {
    const value = {};
    const checked = checkMessage('cbor', undefined, value, data, 'binary');
    expect(checked._tag === 'Right' && checked.right).toBe(value);
  });

  it('should give what the schema makes of the value', () => {
    const check = (value: unknown) => right([value]);
    expect(checkMessage('cbor', check, 1, data, 'binary')).toEqual(right([1]));
  });

  it('should say why the schema refuses the value', () => {
    const issues = [{ path: ['a'], expected: 'number', actual: '"x"' }];
    const check = () => left({ issues, omittedIssues: 2 });
    expect(checkMessage('cbor', check, 1, data, 'binary')).toStrictEqual(
      left({
        _tag: 'DecodeFailure',
        phase: 'schema',
        codec: 'cbor',
        kind: 'binary',
        data,
        issues,
        omittedIssues: 2,
      }),
    );
  });
});
