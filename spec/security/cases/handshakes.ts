import type { RawConnection } from '../../../src/testing/index.js';
import { silent } from '../../integration/support/peer.js';
import type { Script } from '../../integration/support/peer.js';
import { withoutTheKey } from '../support/key-exchange.js';
import { alertRecord, serverHello } from '../support/tls-records.js';
import { alerted, broken, lost, timedOut } from './result.js';
import type { Result } from './result.js';
import type { SecurityCase } from './security-case.js';

/** A peer that acts once the ClientHello is there. */
const onHello =
  (act: (connection: RawConnection) => unknown): Script =>
  (connection) =>
    connection.socket.once('data', () => void act(connection));

const scripted = (name: string, script: Script, expected: Result, connectTimeout = 3_000) => ({
  name,
  scene: () => ({ server: { script }, client: { connectTimeout } }),
  expected,
});

const writing = (bytes: Uint8Array | string): Script =>
  onHello(({ socket }) => socket.write(bytes));

const NOT_TLS = broken(267);
const PATIENCE = 150;

/** Writes `bytes` one by one, faster than the time limit, and never comes to an end. */
const dripping = (bytes: Buffer): Script =>
  onHello(({ socket }) => {
    let sent = 0;
    const timer = setInterval(() => {
      socket.write(bytes.subarray(sent, sent + 1));
      sent += 1;
    }, 10);
    socket.once('close', () => {
      clearInterval(timer);
    });
  });

const ALERTS = [10, 20, 40, 42, 45, 46, 47, 48, 49, 50, 51, 70, 71, 80, 86, 110, 112, 116, 120];

/** Peers that do not come to the end of the handshake. */
export const HANDSHAKE_CASES: readonly SecurityCase[] = [
  scripted('http on the port', writing('HTTP/1.1 400 Bad Request\r\n\r\n'), NOT_TLS),
  scripted('garbage', writing(Buffer.alloc(1_000, 0x5a)), NOT_TLS),
  scripted('ssh on the port', ({ socket }) => socket.write('SSH-2.0-OpenSSH_9.6\r\n'), NOT_TLS),
  scripted('FIN before ClientHello', ({ socket }) => socket.end(), lost('tls', 'ended')),
  scripted(
    'FIN after ClientHello',
    onHello(({ socket }) => socket.end()),
    lost('tls', 'ended'),
  ),
  scripted(
    'FIN after ServerHello',
    onHello(({ socket }) => socket.end(serverHello({ cipher: 0xc02b }))),
    lost('tls', 'ended'),
  ),
  scripted(
    'RST after ClientHello',
    onHello((connection) => {
      connection.reset();
    }),
    lost('tls', 'reset', 'ECONNRESET'),
  ),
  scripted('silent', silent, timedOut('tls'), PATIENCE),
  scripted(
    'silent after ServerHello',
    writing(serverHello({ cipher: 0xc02b })),
    timedOut('tls'),
    PATIENCE,
  ),
  scripted(
    'a byte now and then',
    dripping(serverHello({ cipher: 0xc02b })),
    timedOut('tls'),
    PATIENCE,
  ),
  scripted('close_notify', writing(alertRecord(0)), timedOut('tls'), PATIENCE),
  {
    name: 'the certificate of another, without its key',
    scene: ({ leaf, client }) => ({ server: { script: withoutTheKey(leaf, client.key) } }),
    expected: broken(123),
    since: { 22: broken(234) },
  },
  ...ALERTS.map((number) =>
    scripted(`alert ${number}`, writing(alertRecord(number)), alerted(number)),
  ),
];
