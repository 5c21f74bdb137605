import type { Ending } from '../../../src/index.js';

/** What tells one ending from another, without times, targets and causes. */
export type Brief = Readonly<Record<string, unknown>>;

const COMMON = ['_tag', 'by', 'phase'] as const;

const TELLING: Readonly<Record<Ending['_tag'], readonly string[]>> = {
  Closed: ['code', 'reason', 'wasClean'],
  UpgradeRefused: ['status', 'statusText'],
  UpgradeInvalid: ['violation'],
  NetworkFailed: ['kind', 'errno'],
  TlsFailed: ['reason', 'alert', 'policyErrors'],
  ProxyRefused: ['proxy', 'status', 'statusText'],
  TimedOut: ['option', 'limit'],
  ProtocolViolated: ['code', 'violation'],
  MessageRejected: ['code', 'reason'],
  OpeningRefused: ['code', 'reason'],
  Overrun: ['code', 'limit'],
  OptionsInvalid: ['option'],
  ProviderFailed: ['option'],
  Cancelled: [],
};

/** Gives the fields of `ending` that are the same each time. */
export function brief(ending: Ending): Brief {
  const names: readonly string[] = [...COMMON, ...TELLING[ending._tag]];
  return Object.fromEntries(Object.entries(ending).filter(([name]) => names.includes(name)));
}
