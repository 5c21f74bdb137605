import { describe, expect, it } from 'vitest';
import { violationOf } from '../../src/streams/protocol-violation.js';

const errorWith = (code: unknown): Error => Object.assign(new Error('x'), { code });

describe('violationOf', () => {
  it.each([
    ['WS_ERR_EXPECTED_FIN', 1002, 'EXPECTED_FIN'],
    ['WS_ERR_EXPECTED_MASK', 1002, 'EXPECTED_MASK'],
    ['WS_ERR_INVALID_CLOSE_CODE', 1002, 'INVALID_CLOSE_CODE'],
    ['WS_ERR_INVALID_CONTROL_PAYLOAD_LENGTH', 1002, 'INVALID_CONTROL_PAYLOAD_LENGTH'],
    ['WS_ERR_INVALID_OPCODE', 1002, 'INVALID_OPCODE'],
    ['WS_ERR_INVALID_UTF8', 1007, 'INVALID_UTF8'],
    ['WS_ERR_UNEXPECTED_MASK', 1002, 'UNEXPECTED_MASK'],
    ['WS_ERR_UNEXPECTED_RSV_1', 1002, 'UNEXPECTED_RSV_1'],
    ['WS_ERR_UNEXPECTED_RSV_2_3', 1002, 'UNEXPECTED_RSV_2_3'],
    ['WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH', 1009, 'UNSUPPORTED_DATA_PAYLOAD_LENGTH'],
    ['WS_ERR_UNSUPPORTED_MESSAGE_LENGTH', 1009, 'UNSUPPORTED_MESSAGE_LENGTH'],
    ['WS_ERR_TOO_MANY_BUFFERED_PARTS', 1008, 'TOO_MANY_BUFFERED_PARTS'],
    // One that a later ws may add.
    ['WS_ERR_SOMETHING_NEW', 1002, 'SOMETHING_NEW'],
    ['Z_DATA_ERROR', 1007, 'INVALID_COMPRESSION'],
    ['Z_BUF_ERROR', 1007, 'INVALID_COMPRESSION'],
  ])('should read %s as close code %i', (errorCode, code, violation) => {
    const cause = errorWith(errorCode);
    expect(violationOf(cause)).toEqual({ code, violation, cause });
  });

  it.each([
    ['no error', undefined],
    ['an error without a code', new Error('WS_ERR_INVALID_UTF8')],
    ['a code that is no text', errorWith(1002)],
    ['a reset line', errorWith('ECONNRESET')],
    ['a code of Node', errorWith('ERR_WS_ERR_')],
  ])('should take %s for none', (_name, error) => {
    expect(violationOf(error)).toBeUndefined();
  });
});
