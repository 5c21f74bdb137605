import { describe, expect, it } from 'vitest';

import { schemaFailure } from '../../src/codec/schema-failure.js';

const data = Buffer.from('{}');
const issues = [{ path: ['price'], expected: 'number', actual: '"12"' }];

describe('schemaFailure', () => {
  it('should hold the message, the phase and the issues', () => {
    expect(schemaFailure('json', data, 'text', { issues })).toStrictEqual({
      _tag: 'DecodeFailure',
      phase: 'schema',
      codec: 'json',
      kind: 'text',
      data,
      issues,
    });
  });

  it('should hold what was left out and what was thrown', () => {
    const cause = new Error('secret');
    expect(
      schemaFailure('cbor', data, 'binary', { issues, omittedIssues: 3, cause }),
    ).toStrictEqual({
      _tag: 'DecodeFailure',
      phase: 'schema',
      codec: 'cbor',
      kind: 'binary',
      data,
      issues,
      omittedIssues: 3,
      cause,
    });
  });
});
