import { subscribe, unsubscribe } from 'node:diagnostics_channel';

import { onTestFinished } from 'vitest';

/** Collects what is told on the channel `rx-wss:tls` until the test is over. */
export function collectTlsNotices(): readonly unknown[] {
  const notices: unknown[] = [];
  const listener = (notice: unknown): void => {
    notices.push(notice);
  };
  subscribe('rx-wss:tls', listener);
  onTestFinished(() => {
    unsubscribe('rx-wss:tls', listener);
  });
  return notices;
}
