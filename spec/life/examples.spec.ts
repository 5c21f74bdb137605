import { describe, expect, it, vi } from 'vitest';

import { Life } from './support/life.js';
import { PLAIN } from './support/life-plan.js';
import type { Act, LifePlan, PlannedOptions, Reaction, UserAct } from './support/life-plan.js';
import type { Habits } from './support/scripted-network.js';

vi.mock('../../src/tls/dial.js', async () => {
  const { scriptedDial } = await import('./support/scripted-network.js');
  return { dial: scriptedDial };
});

vi.mock('../../src/streams/connection.js', async () => {
  const { ScriptedConnection } = await import('./support/scripted-connection.js');
  return { Connection: ScriptedConnection };
});

/** A life in short. */
interface Example {
  readonly options?: Partial<PlannedOptions>;
  readonly habits?: Habits;
  readonly reactions?: readonly Reaction[];
  readonly acts: readonly Act[];
  readonly last?: UserAct;
}

const SUBSCRIBE: UserAct = { _tag: 'Subscribe', to: 'stream' };
const LEAVE_ALL: UserAct = { _tag: 'LeaveAll' };
const ACCEPT: Act = { _tag: 'Accept' };
const ANSWER: Act = { _tag: 'Answer', on: 'newest', login: 'welcome' };
const ANSWER_CLOSE: Act = { _tag: 'AnswerClose', on: 'newest' };
const pass = (duration: number): Act => ({ _tag: 'Pass', duration });
const on = (hook: Reaction['hook'], act: UserAct): Reaction => ({ hook, nth: 1, act });

function planOf({ options = {}, habits = {}, reactions = [], acts, last }: Example): LifePlan {
  return {
    options: { ...PLAIN, ...options },
    habits,
    reactions,
    steps: acts.map((act) => ({ act, isHasty: false })),
    last: last ?? LEAVE_ALL,
  };
}

// Each of them was wrong once, and was found by the model.
const EXAMPLES: readonly (readonly [string, Example])[] = [
  [
    'keep the answer to a login to itself that comes while it closes',
    {
      options: { onOpen: 'login' },
      acts: [SUBSCRIBE, ACCEPT, { _tag: 'Reconnect' }, ANSWER],
    },
  ],
  [
    'keep the answer to a heartbeat to itself that comes while it closes',
    {
      options: { heartbeat: 'answer' },
      acts: [SUBSCRIBE, ACCEPT, pass(100), { _tag: 'Complete' }, ANSWER],
    },
  ],
  [
    'leave no timer of linger when it is disposed of with two subscribers',
    {
      options: { linger: 50 },
      acts: [SUBSCRIBE, SUBSCRIBE, { _tag: 'Dispose' }],
    },
  ],
  [
    'stay connected for a subscriber who comes while the stream before is told of its end',
    {
      options: { linger: 50 },
      reactions: [on('complete', SUBSCRIBE)],
      acts: [SUBSCRIBE, SUBSCRIBE, ACCEPT, { _tag: 'Complete' }, ANSWER_CLOSE, pass(100)],
    },
  ],
  [
    'be closing after an openObserver has completed it',
    {
      reactions: [on('openObserver', { _tag: 'Complete' })],
      acts: [SUBSCRIBE, ACCEPT],
    },
  ],
  [
    'be closing after a listener of the channel has dialled anew',
    {
      reactions: [on('rx-wss:open', { _tag: 'Reconnect' })],
      acts: [SUBSCRIBE, ACCEPT],
    },
  ],
  [
    'be over after a listener of the channel has disposed of it as it begins',
    {
      reactions: [on('rx-wss:connecting', { _tag: 'Dispose' })],
      acts: [SUBSCRIBE],
    },
  ],
  [
    'be over after a listener of the channel has ended it as it begins',
    {
      reactions: [on('rx-wss:connecting', { _tag: 'Error' })],
      acts: [SUBSCRIBE],
    },
  ],
  [
    'tell nobody any more after a listener of the state has disposed of it',
    {
      reactions: [{ hook: 'state', nth: 3, act: { _tag: 'Dispose' } }],
      acts: [SUBSCRIBE, { _tag: 'Complete' }],
    },
  ],
  [
    'begin a new stream for who subscribes as the one before ends',
    {
      reactions: [on('rx-wss:end', LEAVE_ALL), on('rx-wss:end', SUBSCRIBE)],
      acts: [SUBSCRIBE, { _tag: 'Complete' }, ACCEPT],
    },
  ],
  [
    'not close the next stream for a drain of the one before',
    {
      acts: [
        SUBSCRIBE,
        ACCEPT,
        LEAVE_ALL,
        { _tag: 'Next' },
        { _tag: 'Drain', timeout: 10 },
        SUBSCRIBE,
        ACCEPT,
      ],
    },
  ],
  [
    'begin and end an attempt that the signal forbade',
    {
      acts: [{ _tag: 'Abort' }, SUBSCRIBE, LEAVE_ALL, SUBSCRIBE],
    },
  ],
];

describe('the life of a socket', () => {
  it.each(EXAMPLES)('should %s', async (_name, example) => {
    expect(await new Life(planOf(example)).live()).toBeUndefined();
  });
});
