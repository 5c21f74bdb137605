import type { Paint } from '../paint.js';
import { eventsOf } from './demo-event.js';
import type { DemoMoment } from './demo-event.js';
import { outagesIn } from './outages.js';

const LABEL_WIDTH = 14;

/**
 * Gives the lines that sum the demonstration up: what was counted, and who was at the other end.
 *
 * @param moments - All that happened, in order.
 * @param paint - Colours, or none.
 */
export function summaryOf(moments: readonly DemoMoment[], paint: Paint): readonly string[] {
  const messages = eventsOf(moments, 'Received').map(({ message }) => message);
  const ticks = messages.filter((each) => each.type === 'tick');
  const fragmented = ticks.filter(({ fragments }) => fragments > 1);
  const answers = messages.filter((each) => each.type === 'subscribed');
  const client = messages.flatMap((each) => (each.type === 'welcome' ? [each.client] : [])).at(-1);
  const states = eventsOf(moments, 'StateChanged').map(({ state }) => state);
  const tls = states.flatMap((state) => (state._tag === 'Open' ? [state.tls] : [])).at(-1);
  const duration = (moments.at(-1)?.at ?? 0) - (moments[0]?.at ?? 0);
  const row = (label: string, text: string): string =>
    `  ${paint('bold', label)}${' '.repeat(LABEL_WIDTH - label.length)}${text}`;
  return [
    row(
      'messages',
      `${messages.length}: ${ticks.length} ticks (${fragmented.length} in fragments), ${answers.length} answers, ${messages.length - ticks.length - answers.length} welcomes`,
    ),
    row('rejected', String(eventsOf(moments, 'MessageRejected').length)),
    row('reconnects', reconnects(moments)),
    row('TLS', tls === undefined ? 'none' : `${tls.protocol}, ${tls.cipher}`),
    row('server', tls === undefined ? 'unknown' : `${tls.subject}, issued by ${tls.issuer}`),
    row('client', client === undefined ? 'unknown' : `${client}, as the server saw it`),
    row('duration', `${(duration / 1_000).toFixed(1)} s`),
  ];
}

function reconnects(moments: readonly DemoMoment[]): string {
  const over = outagesIn(moments).filter(({ isOver }) => isOver);
  const delays = over.map(
    ({ announced, waited = 0 }) => `${announced} ms announced, ${waited.toFixed(0)} ms waited`,
  );
  return [String(over.length), ...delays].join('; ').replace('; ', ': ');
}
