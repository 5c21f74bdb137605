import type { Habits } from './scripted-network.js';

/** What the user of a socket may do at any time. */
export type UserAct =
  | { readonly _tag: 'Subscribe'; readonly to: 'stream' | 'decoded' }
  /** The subscriber of that number, modulo how many there are, leaves. */
  | { readonly _tag: 'Leave'; readonly which: number }
  | { readonly _tag: 'LeaveAll' }
  | { readonly _tag: 'Next' }
  | { readonly _tag: 'Send'; readonly ttl: number }
  | { readonly _tag: 'Hold' }
  | { readonly _tag: 'Release' }
  | { readonly _tag: 'Complete' }
  | { readonly _tag: 'Error'; readonly code?: number }
  | { readonly _tag: 'Reconnect'; readonly code?: number }
  | { readonly _tag: 'Terminate' }
  | { readonly _tag: 'Dispose' }
  | { readonly _tag: 'Drain'; readonly timeout: number }
  | { readonly _tag: 'Abort' };

// A table, so that none can be forgotten.
const USER_ACTS: Readonly<Record<UserAct['_tag'], true>> = {
  Subscribe: true,
  Leave: true,
  LeaveAll: true,
  Next: true,
  Send: true,
  Hold: true,
  Release: true,
  Complete: true,
  Error: true,
  Reconnect: true,
  Terminate: true,
  Dispose: true,
  Drain: true,
  Abort: true,
};

/** What the network and the servers may do at any time. */
export type ServerAct =
  | { readonly _tag: 'Accept' }
  /** The line is there, and the opening handshake is not answered yet. */
  | { readonly _tag: 'Connect' }
  | { readonly _tag: 'Refuse'; readonly status: number; readonly retryAfter?: string }
  | { readonly _tag: 'DialFails' }
  | { readonly _tag: 'Reset'; readonly on: Which }
  | { readonly _tag: 'GoSilent'; readonly on: Which }
  | { readonly _tag: 'Say'; readonly on: Which; readonly count: number }
  | { readonly _tag: 'SayBad'; readonly on: Which }
  /** Answers what waits for an answer: a login, a beat, pings, our close. */
  | { readonly _tag: 'Answer'; readonly on: Which; readonly login: 'welcome' | 'denied' }
  | { readonly _tag: 'AnswerClose'; readonly on: Which }
  | { readonly _tag: 'Close'; readonly on: Which; readonly code: number; readonly delay?: number };

/** Which of the connections that are not over: there may be one in the background. */
export type Which = 'newest' | 'oldest';

/** Something that happens. */
export type Act = UserAct | ServerAct | { readonly _tag: 'Pass'; readonly duration: number };

/** Tells what the user does from what the servers do. */
export function isUserAct(act: Act): act is UserAct {
  return Object.hasOwn(USER_ACTS, act._tag);
}

/** Something that happens, and whether the next thing happens before anything else does. */
export interface Step {
  readonly act: Act;
  readonly isHasty: boolean;
}

/** The moments at which a listener may call back into the socket. */
export const HOOKS = [
  'next',
  'error',
  'complete',
  'state',
  'rejected',
  'rtt',
  'undelivered',
  'drained',
  'openObserver',
  'closingObserver',
  'closeObserver',
  'rx-wss:connecting',
  'rx-wss:open',
  'rx-wss:closing',
  'rx-wss:close',
  'rx-wss:retry',
  'rx-wss:end',
] as const;

/** What is done from within a listener, the `nth` time that it is called. */
export interface Reaction {
  readonly hook: (typeof HOOKS)[number];
  readonly nth: number;
  readonly act: UserAct;
}

/** The options of a socket, as plain data. */
export interface PlannedOptions {
  readonly reconnect: 'none' | 'full' | 'decorrelated' | 'none-jitter' | 'immediate';
  readonly maxRetries: number;
  readonly minUptime: number;
  readonly isTransient: 'default' | 'always';
  readonly refresh: 'none' | 'works' | 'fails' | 'slow';
  readonly linger: number;
  readonly onOpen: 'none' | 'instant' | 'login' | 'hang' | 'refuse';
  readonly openTimeout: number;
  readonly heartbeat: 'none' | 'ping' | 'message' | 'answer' | 'faulty';
  readonly idleTimeout: number;
  readonly url: 'one' | 'two' | 'random';
  readonly completeOn: 'default' | 'going-away' | 'never' | 'faulty';
  readonly onRejected: 'report' | 'fail' | 'limit' | 'faulty';
  readonly maxMessages: number;
  readonly overflow: 'reject' | 'drop-oldest' | 'drop-newest';
  /** In bytes. */
  readonly highWaterMark: number;
  readonly connectTimeout: number;
  readonly closeTimeout: number;
}

/** The whole life of a socket: everything that happens to it. */
export interface LifePlan {
  readonly options: PlannedOptions;
  readonly habits: Habits;
  readonly reactions: readonly Reaction[];
  readonly steps: readonly Step[];
  /** How the user makes an end of it, before the socket is disposed of. */
  readonly last: UserAct;
}

/** The plainest options. */
export const PLAIN: PlannedOptions = {
  reconnect: 'none',
  maxRetries: 3,
  minUptime: 5_000,
  isTransient: 'default',
  refresh: 'none',
  linger: 0,
  onOpen: 'none',
  openTimeout: 200,
  heartbeat: 'none',
  idleTimeout: Infinity,
  url: 'one',
  completeOn: 'default',
  onRejected: 'report',
  maxMessages: 100,
  overflow: 'reject',
  highWaterMark: 1_000,
  connectTimeout: 300,
  closeTimeout: 50,
};
