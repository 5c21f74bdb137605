import type { DemoEvent, DemoMoment } from '../../../src/cli/demo/demo-event.js';
import type { Tick } from '../../../src/cli/demo/messages.js';
import type {
  Closed,
  DecodeFailure,
  Ending,
  NetworkFailed,
  OpenState,
  TlsFailed,
  UpgradeRefused,
} from '../../../src/index.js';

const fields = { phase: 'open', uptime: 1_000, target: '127.0.0.1:1' } as const;

/** The endings that a demonstration goes through. */
export const ENDINGS: {
  readonly restart: Closed;
  readonly reset: NetworkFailed;
  readonly goodbye: Closed;
  readonly noCertificate: TlsFailed;
  readonly noToken: UpgradeRefused;
} = {
  restart: {
    _tag: 'Closed',
    by: 'server',
    ...fields,
    code: 1012,
    reason: 'service restart',
    wasClean: true,
  },
  reset: { _tag: 'NetworkFailed', by: 'network', ...fields, kind: 'reset' },
  goodbye: { _tag: 'Closed', by: 'client', ...fields, code: 1000, reason: '', wasClean: true },
  noCertificate: {
    _tag: 'TlsFailed',
    by: 'server',
    ...fields,
    phase: 'tls',
    reason: 'ERR_SSL_X',
    policyErrors: [],
    pins: [],
    advice: 'The server wants a client certificate: set tls.cert and tls.key',
  },
  noToken: {
    _tag: 'UpgradeRefused',
    by: 'server',
    ...fields,
    phase: 'upgrade',
    status: 401,
    statusText: 'Unauthorized',
    headers: {},
    body: '',
  },
};

/** A connection without TLS. */
export const PLAIN: OpenState = {
  _tag: 'Open',
  attempt: 1,
  since: 0,
  target: '127.0.0.1:1',
  protocol: '',
  address: '127.0.0.1:1',
};

/** A connection as the client sees it. */
const OPEN: OpenState = {
  ...PLAIN,
  tls: {
    protocol: 'TLSv1.3',
    cipher: 'TLS_AES_256_GCM_SHA384',
    subject: 'CN=localhost',
    issuer: 'CN=authority',
    altNames: '',
    validTo: new Date(0),
    pins: [],
    acceptedBy: 'chain',
    dangerous: false,
  },
};

/** Why the malformed message was rejected. */
export const FAILURE: DecodeFailure = {
  _tag: 'DecodeFailure',
  phase: 'schema',
  codec: 'json',
  kind: 'text',
  data: new Uint8Array(),
  issues: [{ path: ['1', 'price'], expected: 'number', actual: '"67"' }],
};

/** Gives a tick. */
export function tick(symbol: string, fragments: number): DemoEvent {
  const message: Tick = { type: 'tick', symbol, price: 1234.5, change: -1.25, fragments };
  return { _tag: 'Received', message };
}

const connecting = (attempt: number): DemoEvent => ({
  _tag: 'StateChanged',
  state: { _tag: 'Connecting', attempt },
});
const waiting = (attempt: number, ending: Ending): DemoEvent => ({
  _tag: 'StateChanged',
  state: { _tag: 'Waiting', attempt, delay: 100, retryAt: 0, ending },
});

/** What happens on one connection. */
function connection(id: number): readonly DemoEvent[] {
  return [
    connecting(id),
    { _tag: 'StateChanged', state: { ...OPEN, attempt: id } },
    { _tag: 'CommandSent', command: { type: 'subscribe', id, symbol: 'SOL' } },
    { _tag: 'Received', message: { type: 'welcome', client: 'CN=trader-7' } },
    { _tag: 'Received', message: { type: 'subscribed', id, symbol: 'SOL' } },
    ...['BTC', 'ETH', 'SOL', 'BTC', 'ETH', 'SOL', 'BTC', 'ETH', 'SOL', 'BTC'].map((symbol, index) =>
      tick(symbol, index % 2 === 0 ? 1 : 4),
    ),
  ];
}

/** A demonstration in which all goes well; an event every 100 ms, which is the delay it announces. */
export const ALL_WELL: readonly DemoMoment[] = [
  { _tag: 'Refused', lack: 'certificate', ending: ENDINGS.noCertificate } as const,
  { _tag: 'Refused', lack: 'token', ending: ENDINGS.noToken } as const,
  ...connection(1),
  { _tag: 'ServerActed', action: 'sends a tick whose price is text' } as const,
  { _tag: 'MessageRejected', rejected: { failure: FAILURE, connection: 1 } } as const,
  waiting(2, ENDINGS.restart),
  ...connection(2),
  waiting(3, ENDINGS.reset),
  ...connection(3),
  { _tag: 'StateChanged', state: { _tag: 'Closing', code: 1000, reason: '' } } as const,
  { _tag: 'StateChanged', state: { _tag: 'Closed', ending: ENDINGS.goodbye } } as const,
].map((event, index) => ({ at: index * 100, event }));
