import * as fc from 'fast-check';

import { HOOKS, PLAIN } from './life-plan.js';
import type { Act, LifePlan, PlannedOptions, Reaction, Step, UserAct } from './life-plan.js';
import type { Habits } from './scripted-network.js';

const of = <const T>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);

const on = of('newest', 'newest', 'newest', 'oldest');

/** Two of the plainest to one of anything else, so that not every option is strange at once. */
const mostly = <const T>(plain: T, ...others: readonly T[]): fc.Arbitrary<T> =>
  fc.oneof({ weight: 2, arbitrary: fc.constant(plain) }, { weight: 1, arbitrary: of(...others) });

const weighted = <T>(
  ...choices: readonly (readonly [number, fc.Arbitrary<T>])[]
): fc.Arbitrary<T> => fc.oneof(...choices.map(([weight, arbitrary]) => ({ weight, arbitrary })));

const act = <A extends Act>(value: A): fc.Arbitrary<A> => fc.constant(value);

const userAct: fc.Arbitrary<UserAct> = weighted<UserAct>(
  [12, of({ _tag: 'Subscribe', to: 'stream' })],
  [3, of({ _tag: 'Subscribe', to: 'decoded' })],
  [4, fc.nat({ max: 3 }).map((which) => ({ _tag: 'Leave', which }))],
  [3, act({ _tag: 'LeaveAll' })],
  [8, act({ _tag: 'Next' })],
  [6, of({ _tag: 'Send', ttl: Infinity }, { _tag: 'Send', ttl: 30 }, { _tag: 'Send', ttl: 0 })],
  [2, act({ _tag: 'Hold' })],
  [3, act({ _tag: 'Release' })],
  [2, act({ _tag: 'Complete' })],
  [1, of({ _tag: 'Error' }, { _tag: 'Error', code: 4000 })],
  [3, of({ _tag: 'Reconnect' }, { _tag: 'Reconnect', code: 4001 })],
  [1, act({ _tag: 'Terminate' })],
  [1, fc.constantFrom(10, 60, 1_000).map((timeout) => ({ _tag: 'Drain', timeout }))],
  [1, of<UserAct>({ _tag: 'Dispose' }, { _tag: 'Abort' }, { _tag: 'Abort' })],
);

const serverAct: fc.Arbitrary<Act> = weighted<Act>(
  [14, act({ _tag: 'Accept' })],
  [1, act({ _tag: 'Connect' })],
  [
    2,
    of<Act>(
      { _tag: 'Refuse', status: 401 },
      { _tag: 'Refuse', status: 404 },
      { _tag: 'Refuse', status: 503 },
      { _tag: 'Refuse', status: 503, retryAfter: '1' },
    ),
  ],
  [2, act({ _tag: 'DialFails' })],
  [3, on.map((each) => ({ _tag: 'Reset', on: each }))],
  [1, on.map((each) => ({ _tag: 'GoSilent', on: each }))],
  [
    10,
    fc.record({ _tag: fc.constant('Say' as const), on, count: of(1, 1, 1, 1, 2, 3, 1, 1, 1_001) }),
  ],
  [3, on.map((each) => ({ _tag: 'SayBad', on: each }))],
  [
    8,
    fc.record({
      _tag: fc.constant('Answer' as const),
      on,
      login: of('welcome', 'welcome', 'denied'),
    }),
  ],
  [4, on.map((each) => ({ _tag: 'AnswerClose', on: each }))],
  [
    3,
    fc.record(
      {
        _tag: fc.constant('Close' as const),
        on,
        code: of(1000, 1001, 1012, 4401, 4401, 1008),
        delay: of(5, 500),
      },
      { requiredKeys: ['_tag', 'on', 'code'] },
    ),
  ],
);

const passing: fc.Arbitrary<Act> = of(1, 5, 20, 40, 50, 100, 100, 200, 300, 1_000, 6_000).map(
  (duration) => ({ _tag: 'Pass', duration }),
);

const step: fc.Arbitrary<Step> = fc.record({
  act: weighted<Act>([10, userAct], [10, serverAct], [5, passing]),
  isHasty: of(false, false, false, true),
});

// Most lives begin with somebody who is there for it.
const first: fc.Arbitrary<readonly Step[]> = of<readonly Step[]>(
  [{ act: { _tag: 'Subscribe', to: 'stream' }, isHasty: false }],
  [{ act: { _tag: 'Subscribe', to: 'stream' }, isHasty: true }],
  [],
);

const reaction: fc.Arbitrary<Reaction> = fc.record({
  hook: of(...HOOKS),
  nth: of(1, 1, 2, 3),
  act: userAct,
});

const options: fc.Arbitrary<PlannedOptions> = fc.record({
  reconnect: of('none', 'full', 'full', 'decorrelated', 'none-jitter', 'immediate'),
  maxRetries: of(3, 1, Infinity),
  minUptime: of(5_000, 0, 30),
  isTransient: mostly('default', 'always'),
  refresh: mostly('none', 'works', 'fails', 'slow'),
  linger: mostly(0, 50, Infinity),
  onOpen: mostly('none', 'instant', 'login', 'login', 'hang', 'refuse'),
  openTimeout: of(PLAIN.openTimeout, Infinity),
  heartbeat: mostly('none', 'ping', 'message', 'answer', 'answer', 'faulty'),
  idleTimeout: mostly(Infinity, 150),
  url: mostly('one', 'two', 'random'),
  completeOn: mostly('default', 'going-away', 'never', 'faulty'),
  onRejected: mostly('report', 'fail', 'limit', 'faulty'),
  maxMessages: mostly(PLAIN.maxMessages, 2),
  overflow: mostly('reject', 'drop-oldest', 'drop-newest'),
  highWaterMark: mostly(PLAIN.highWaterMark, 4, 8),
  connectTimeout: of(PLAIN.connectTimeout, Infinity),
  closeTimeout: of(PLAIN.closeTimeout, 0),
});

const habits: fc.Arbitrary<Habits> = fc.record({
  accepts: of(undefined, 0, 5, 5),
  answersClose: of(undefined, 0, 10, 10),
  answersPings: of(undefined, 0, 5),
  takes: of(undefined, undefined, 5, 40),
});

/** Any life: about 25 things that happen, of any kind and in any order. */
export const anyLife: fc.Arbitrary<LifePlan> = fc.record({
  options,
  habits,
  reactions: fc.array(reaction, { maxLength: 4 }),
  steps: fc
    .tuple(first, fc.array(step, { maxLength: 40, size: 'max' }))
    .map(([begin, rest]) => [...begin, ...rest]),
  last: of<UserAct>(
    { _tag: 'LeaveAll' },
    { _tag: 'Complete' },
    { _tag: 'Terminate' },
    { _tag: 'Abort' },
    { _tag: 'Dispose' },
  ),
});
