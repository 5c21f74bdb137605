import { describeDecodeFailure } from '../../index.js';
import type { Ending } from '../../index.js';
import type { Colour, Paint } from '../paint.js';
import { endingText, stateStatus } from '../state-status.js';
import type { Status } from '../status-line.js';
import type { DemoEvent } from './demo-event.js';
import type { FeedMessage, Tick } from './messages.js';

/**
 * Says what an event is, for a line of the report.
 *
 * @param event - The event.
 * @param target - Where the client connects to.
 * @param paint - Colours, or none.
 */
export function demoStatus(event: DemoEvent, target: string, paint: Paint): Status {
  switch (event._tag) {
    case 'ServerActed':
      return { label: 'server', colour: 'dim', text: paint('dim', event.action) };
    case 'Refused': {
      const text = `without its ${event.lack}. ${refusalText(event.ending)}`;
      return { label: 'refused', colour: 'cyan', text };
    }
    case 'StateChanged':
      // The client leaves out the one state that has no status.
      return stateStatus(event.state, target) ?? { label: 'Idle', colour: 'plain', text: '' };
    case 'Received':
      return messageStatus(event.message, paint);
    case 'MessageRejected': {
      const text = describeDecodeFailure(event.rejected.failure);
      return { label: 'rejected', colour: 'red', text };
    }
    case 'CommandSent': {
      const { id, symbol } = event.command;
      return { label: 'command', colour: 'cyan', text: `${id}: subscribe to ${symbol}` };
    }
  }
}

function refusalText(ending: Ending): string {
  return ending._tag === 'TlsFailed' ? ending.advice : endingText(ending);
}

function messageStatus(message: FeedMessage, paint: Paint): Status {
  switch (message.type) {
    case 'welcome':
      return { label: 'welcome', colour: 'cyan', text: `the server sees ${message.client}` };
    case 'subscribed':
      return {
        label: 'answer',
        colour: 'cyan',
        text: `${message.id}: subscribed to ${message.symbol}`,
      };
    case 'tick':
      return { label: 'tick', colour: 'plain', text: tickText(message, paint) };
  }
}

function tickText({ symbol, price, change, fragments }: Tick, paint: Paint): string {
  const colour: Colour = change < 0 ? 'red' : 'green';
  const signed = `${change < 0 ? '' : '+'}${change.toFixed(2)}`;
  const cut = fragments === 1 ? '' : paint('dim', `   in ${fragments} fragments`);
  return `${symbol.padEnd(4)} ${amount(price).padStart(10)}   ${paint(colour, signed.padStart(8))}${cut}`;
}

function amount(price: number): string {
  return price.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}
