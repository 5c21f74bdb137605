import { describe, expect, it } from 'vitest';
import { closedEnding } from '../../src/streams/closed-ending.js';
import type { ClosedEvidence } from '../../src/streams/closed-ending.js';
import type { Ending } from '../../src/streams/ending.js';

const target = 'h:443';
const open: ClosedEvidence = {
  progress: { phase: 'open', uptime: 10, target },
  order: undefined,
  wsError: undefined,
  socketError: undefined,
  peerEnded: false,
};
const order = { code: 4000, reason: 'mine' };
const noFrame = { code: 1006, reason: '' };
const fields = { uptime: 10, target };
const reset = Object.assign(new Error('read ECONNRESET'), {
  code: 'ECONNRESET',
  syscall: 'read',
});
const invalid = Object.assign(new Error('Invalid UTF8'), { code: 'WS_ERR_INVALID_UTF8' });
const plain = new Error('plain');

describe('closedEnding', () => {
  it.each<[string, { code: number; reason: string }, Partial<ClosedEvidence>, Ending]>([
    [
      'a close of the server',
      { code: 1012, reason: 'restart' },
      {},
      {
        _tag: 'Closed',
        by: 'server',
        phase: 'open',
        code: 1012,
        reason: 'restart',
        wasClean: true,
        ...fields,
      },
    ],
    [
      'a close of the server while onOpen had the connection',
      { code: 1000, reason: '' },
      { progress: { ...open.progress, phase: 'opening' } },
      {
        _tag: 'Closed',
        by: 'server',
        phase: 'opening',
        code: 1000,
        reason: '',
        wasClean: true,
        ...fields,
      },
    ],
    [
      'a close of ours that was answered, also with another code',
      { code: 1000, reason: '' },
      { order },
      { _tag: 'Closed', by: 'client', phase: 'closing', ...order, wasClean: true, ...fields },
    ],
    [
      'a close of ours that was not, whatever else went wrong',
      noFrame,
      { order, socketError: reset, peerEnded: true },
      { _tag: 'Closed', by: 'client', phase: 'closing', ...order, wasClean: false, ...fields },
    ],
    [
      'a broken rule, even after a close of ours',
      noFrame,
      { order, wsError: invalid },
      {
        _tag: 'ProtocolViolated',
        by: 'server',
        phase: 'closing',
        code: 1007,
        violation: 'INVALID_UTF8',
        cause: invalid,
        ...fields,
      },
    ],
    [
      'a reset',
      noFrame,
      { socketError: reset, peerEnded: true, wsError: plain },
      {
        _tag: 'NetworkFailed',
        by: 'network',
        phase: 'open',
        kind: 'reset',
        errno: 'ECONNRESET',
        cause: reset,
        ...fields,
      },
    ],
    [
      'an end of the TCP stream',
      noFrame,
      { peerEnded: true, wsError: plain },
      { _tag: 'NetworkFailed', by: 'network', phase: 'open', kind: 'ended', ...fields },
    ],
    [
      'an error of ws',
      noFrame,
      { wsError: plain },
      {
        _tag: 'NetworkFailed',
        by: 'network',
        phase: 'open',
        kind: 'other',
        cause: plain,
        ...fields,
      },
    ],
    [
      'nothing: too many pings',
      noFrame,
      {},
      {
        _tag: 'ProtocolViolated',
        by: 'server',
        phase: 'open',
        code: 1008,
        violation: 'TOO_MANY_PINGS',
        ...fields,
      },
    ],
  ])('should read %s', (_name, close, evidence, expected) => {
    expect(closedEnding(close, { ...open, ...evidence })).toEqual(expected);
  });
});
