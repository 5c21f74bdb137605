import type { Ending } from '../../../src/index.js';
import type { Outcome } from './endure.js';
import { nameOf } from './trouble.js';

/** One line of the report. */
interface Row {
  readonly moment: string;
  readonly fault: string;
  readonly count: number;
  readonly endings: string;
  readonly median: number;
  readonly p95: number;
  readonly max: number;
}

/** Gives a table of `outcomes`: which faults, when, what they ended with, and the times to recover. */
export function faultReport(outcomes: readonly Outcome[]): string {
  const groups = groupBy(outcomes, keyOf);
  const rows = [...groups].sort(([a], [b]) => a.localeCompare(b)).map(toRow);
  const all = toRow(['all|', outcomes]);
  const head = ['moment', 'fault', 'count', 'endings', 'median', 'p95', 'max ms to recovery'];
  const lines = [...rows, { ...all, endings: '' }].map((row) => Object.values(row).join(' | '));
  return [head.join(' | '), head.map(() => '---').join(' | '), ...lines]
    .map((line) => `| ${line} |`)
    .join('\n');
}

/** Gives `ending` in a few words. */
export function briefly(ending: Ending): string {
  const { _tag, phase } = ending;
  const more =
    'kind' in ending
      ? ending.kind
      : 'option' in ending
        ? ending.option
        : 'code' in ending
          ? `${ending.code} by ${ending.by}`
          : '';
  const isUnclean = 'wasClean' in ending && !ending.wasClean;
  return `${_tag} ${more}${isUnclean ? ' unclean' : ''} (${phase})`;
}

function keyOf({ trouble }: Outcome): string {
  // Pairs are too many for a line each.
  if (trouble.moment === 'overlapping') return 'overlapping|one over the other, twice';
  return `${trouble.moment}|${nameOf(trouble)}`;
}

// Node 20 has no Map.groupBy.
function groupBy<T>(items: readonly T[], keyFor: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyFor(item);
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return groups;
}

function toRow([key, outcomes]: readonly [string, readonly Outcome[]]): Row {
  const [moment = '', fault = ''] = key.split('|');
  const times = outcomes.map(({ recovery }) => recovery ?? Infinity).sort((a, b) => a - b);
  const at = (share: number): number =>
    Math.round(times[Math.min(times.length - 1, Math.floor(share * times.length))] ?? NaN);
  const endings = outcomes.flatMap((outcome) => outcome.endings.map(briefly));
  const counts = [...groupBy(endings, (each) => each)].map(
    ([ending, each]) => `${ending} × ${each.length}`,
  );
  return {
    moment,
    fault,
    count: outcomes.length,
    endings: counts.sort().join(', ') || 'none',
    median: at(0.5),
    p95: at(0.95),
    max: at(1),
  };
}
