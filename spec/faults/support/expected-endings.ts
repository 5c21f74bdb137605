import type { Ending, Phase } from '../../../src/index.js';
import type { ConnectionFault } from '../../../src/testing/index.js';
import { effectOf } from './trouble.js';
import type { Closer, Effect, Trouble } from './trouble.js';

/** What an ending has to be like to be explained: every field that is given holds. */
interface Pattern {
  readonly _tag: Ending['_tag'];
  readonly by: Ending['by'];
  readonly phases: readonly Phase[];
  readonly kinds?: readonly string[];
  readonly option?: string;
  readonly code?: number;
}

/** One ending, or with a port that is closed one or more of them, that a trouble brings about. */
interface Stage {
  readonly patterns: readonly Pattern[];
  readonly isRepeated?: boolean;
}

/** The code that the server closes with. */
export const RESTART = 1012;

// The relay takes the TCP handshake on itself: a line breaks no sooner than in that of TLS.
const DIALLING: readonly Phase[] = ['tcp', 'tls', 'upgrade'];
const ANY: readonly Phase[] = [...DIALLING, 'open'];

const broken = (...kinds: readonly string[]): Pattern => ({
  _tag: 'NetworkFailed',
  by: 'network',
  phases: ANY,
  kinds,
});

const timedOut = (option: string, phases: readonly Phase[]): Pattern => ({
  _tag: 'TimedOut',
  by: 'policy',
  phases,
  option,
});

const SILENCE: readonly Pattern[] = [
  timedOut('connectTimeout', DIALLING),
  timedOut('heartbeat.timeout', ['open']),
];

/** The table: what each effect of a fault may end a connection with. */
const MAY_END: Readonly<Record<Effect, readonly Pattern[]>> = {
  none: [],
  // The end that the other side is sent may come first, and the system may tell of nothing else.
  reset: [broken('reset', 'ended')],
  end: [broken('ended')],
  silence: SILENCE,
  late: [timedOut('connectTimeout', DIALLING)],
};

/** What a connection that is closed in good order ends with. */
const CLOSED: Readonly<Record<Closer, Pattern>> = {
  client: { _tag: 'Closed', by: 'client', phases: ['closing'], code: 1000 },
  server: { _tag: 'Closed', by: 'server', phases: ['open'], code: RESTART },
};

const REFUSED: Pattern = {
  _tag: 'NetworkFailed',
  by: 'network',
  phases: ['tcp'],
  kinds: ['refused'],
};

function patternsOf(faults: readonly ConnectionFault[]): readonly Pattern[] {
  return faults.flatMap((fault) => MAY_END[effectOf(fault)]);
}

/** Gives what `trouble` ends connections with, one after the other. */
function stagesOf({ now, next, refuse, closer }: Trouble): readonly Stage[] {
  const ofNow = patternsOf(now);
  const ofNext = patternsOf(next);
  const first = closer === undefined ? ofNow : [CLOSED[closer], ...ofNow];
  return [
    ...(first.length === 0 ? [] : [{ patterns: first }]),
    ...(ofNext.length === 0 ? [] : [{ patterns: ofNext }]),
    ...(refuse === undefined ? [] : [{ patterns: [REFUSED], isRepeated: true }]),
  ];
}

/** How many endings there are at least before `trouble` is over. */
export function leastEndings(trouble: Trouble): number {
  return stagesOf(trouble).length;
}

/** Tells whether `endings` are what `trouble` brings about: all of it, in order, and nothing else. */
export function isExplained(trouble: Trouble, endings: readonly Ending[]): boolean {
  let at = 0;
  for (const { patterns, isRepeated = false } of stagesOf(trouble)) {
    const start = at;
    const isNext = (ending: Ending | undefined): boolean =>
      ending !== undefined && patterns.some((pattern) => matches(pattern, ending));
    while (isNext(endings[at]) && (isRepeated || at === start)) at += 1;
    if (at === start) return false;
  }
  return at === endings.length;
}

function matches(pattern: Pattern, ending: Ending): boolean {
  const { _tag, by, phases, kinds, option, code } = pattern;
  return (
    ending._tag === _tag &&
    ending.by === by &&
    phases.includes(ending.phase) &&
    (kinds === undefined || ('kind' in ending && kinds.includes(ending.kind))) &&
    (option === undefined || ('option' in ending && ending.option === option)) &&
    (code === undefined || ('code' in ending && ending.code === code))
  );
}
