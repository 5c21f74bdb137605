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

/** How many endings of a kind a trouble brings about. */
interface Stage {
  readonly patterns: readonly Pattern[];
  readonly least: number;
  readonly most: number;
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
  reset: [broken('reset')],
  end: [broken('ended')],
  silence: SILENCE,
  late: [timedOut('connectTimeout', DIALLING)],
};

const BY_CLIENT: Pattern = { _tag: 'Closed', by: 'client', phases: ['closing'], code: 1000 };

/** What a connection that is closed ends with. */
const CLOSED: Readonly<Record<Closer, Pattern>> = {
  complete: BY_CLIENT,
  reconnect: BY_CLIENT,
  terminate: { _tag: 'Closed', by: 'client', phases: ['open'], code: 1006 },
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
function stagesOf({ now, next, refuse, closer, haste }: Trouble): readonly Stage[] {
  const ofNow = patternsOf(now);
  const once = (patterns: readonly Pattern[]): Stage => {
    const count = patterns.length === 0 ? 0 : 1;
    return { patterns, least: count, most: count };
  };
  const ofHaste = haste === undefined ? [] : [inHaste(haste.closer)];
  return [
    once([...(closer === undefined ? [] : [CLOSED[closer]]), ...ofNow, ...ofHaste]),
    once(patternsOf(next)),
    { patterns: [REFUSED], least: refuse === undefined ? 0 : 1, most: Infinity },
    // Haste may overtake who closes in good order, come to nothing, or end an attempt.
    { patterns: ofHaste, least: 0, most: 1 },
  ];
}

/** What the client ends a connection with at any time. */
function inHaste(closer: Exclude<Closer, 'server'>): Pattern {
  return { ...CLOSED[closer], phases: ['options', ...ANY, 'closing'] };
}

/** How many endings there are at least before `trouble` is over. */
export function leastEndings(trouble: Trouble): number {
  return stagesOf(trouble).reduce((sum, { least }) => sum + least, 0);
}

/** Tells whether `endings` are what `trouble` brings about: all of it, in order, and nothing else. */
export function isExplained(trouble: Trouble, endings: readonly Ending[]): boolean {
  let at = 0;
  for (const { patterns, least, most } of stagesOf(trouble)) {
    const isNext = (ending: Ending | undefined): boolean =>
      ending !== undefined && patterns.some((pattern) => matches(pattern, ending));
    const start = at;
    while (at - start < most && isNext(endings[at])) at += 1;
    if (at - start < least) return false;
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
