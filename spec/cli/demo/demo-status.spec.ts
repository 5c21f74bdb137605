import { describe, expect, it } from 'vitest';

import type { DemoEvent } from '../../../src/cli/demo/demo-event.js';
import { demoStatus } from '../../../src/cli/demo/demo-status.js';
import { createPaint } from '../../../src/cli/paint.js';
import { ENDINGS, FAILURE, tick } from './moments.js';

const plain = createPaint(false);

describe('demoStatus', () => {
  it.each<{ event: DemoEvent; label: string; text: string }>([
    { event: { _tag: 'ServerActed', action: 'closes' }, label: 'server', text: 'closes' },
    {
      event: { _tag: 'Refused', lack: 'certificate', ending: ENDINGS.noCertificate },
      label: 'refused',
      text: 'without its certificate. The server wants a client certificate: set tls.cert and tls.key',
    },
    {
      event: { _tag: 'Refused', lack: 'token', ending: ENDINGS.noToken },
      label: 'refused',
      text: 'without its token. The server answered the opening handshake with HTTP 401 Unauthorized',
    },
    {
      event: { _tag: 'StateChanged', state: { _tag: 'Connecting', attempt: 2 } },
      label: 'Connecting',
      text: 'wss://a:1, attempt 2',
    },
    { event: { _tag: 'StateChanged', state: { _tag: 'Idle' } }, label: 'Idle', text: '' },
    {
      event: { _tag: 'Received', message: { type: 'welcome', client: 'CN=a' } },
      label: 'welcome',
      text: 'the server sees CN=a',
    },
    {
      event: { _tag: 'Received', message: { type: 'subscribed', id: 1, symbol: 'SOL' } },
      label: 'answer',
      text: '1: subscribed to SOL',
    },
    {
      event: { _tag: 'CommandSent', command: { type: 'subscribe', id: 1, symbol: 'SOL' } },
      label: 'command',
      text: '1: subscribe to SOL',
    },
    {
      event: { _tag: 'MessageRejected', rejected: { failure: FAILURE, connection: 1 } },
      label: 'rejected',
      text: 'json codec: at 1.price expected number, got "67"',
    },
    { event: tick('BTC', 1), label: 'tick', text: 'BTC    1,234.50      -1.25' },
    { event: tick('BTC', 4), label: 'tick', text: 'BTC    1,234.50      -1.25   in 4 fragments' },
  ])('should describe $event', ({ event, label, text }) => {
    expect(demoStatus(event, 'wss://a:1', plain)).toMatchObject({ label, text });
  });

  it('should colour the change of a price', () => {
    const paint = createPaint(true);
    expect(demoStatus(tick('BTC', 1), '', paint).text).toContain('\u001b[31m   -1.25\u001b[39m');
    const message = { type: 'tick', symbol: 'A', price: 1, change: 0.5, fragments: 1 } as const;
    const rising: DemoEvent = { _tag: 'Received', message };
    expect(demoStatus(rising, '', paint).text).toContain('\u001b[32m   +0.50\u001b[39m');
  });
});
