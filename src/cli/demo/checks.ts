import type { Ending } from '../../index.js';
import { isCleanEnding } from '../state-status.js';
import { eventsOf } from './demo-event.js';
import type { DemoMoment, Lack } from './demo-event.js';
import { outagesIn } from './outages.js';
import type { Outage } from './outages.js';

/** Something that the demonstration is to show, and whether it did. */
export interface Check {
  readonly claim: string;
  readonly holds: boolean;
}

/** The fewest ticks that have to arrive: each of the connections gives ten or more. */
const MIN_TICKS = 25;
/** How much later than announced an attempt may come on a busy machine, in milliseconds. */
const TOLERANCE = 1_000;
/** How much earlier: Node counts a timer from when the turn of its event loop began, however long that took. */
const EARLINESS = 40;

/**
 * Compares what happened with what the demonstration is to show.
 *
 * @param moments - All that happened, in order.
 */
export function checksOf(moments: readonly DemoMoment[]): readonly Check[] {
  const messages = eventsOf(moments, 'Received').map(({ message }) => message);
  const ticks = messages.filter((each) => each.type === 'tick');
  const welcomes = messages.filter((each) => each.type === 'welcome');
  const rejected = eventsOf(moments, 'MessageRejected').flatMap((each) => each.rejected.failure);
  const outages = outagesIn(moments);
  return [
    {
      claim: 'without its certificate the client was refused by TLS',
      holds: refusal(moments, 'certificate')?._tag === 'TlsFailed',
    },
    {
      claim: 'without its token the client was refused with HTTP 401',
      holds: isUnauthorized(refusal(moments, 'token')),
    },
    {
      claim: 'on every connection the server saw the client certificate',
      holds: welcomes.length >= 3 && welcomes.every(({ client }) => client === 'CN=trader-7'),
    },
    {
      claim: 'typed ticks arrived, whole messages out of several fragments too',
      holds: ticks.length >= MIN_TICKS && ticks.some(({ fragments }) => fragments > 1),
    },
    {
      claim: 'the malformed message was rejected by its path, and the stream went on',
      holds:
        rejected.length === 1 &&
        rejected.every(({ issues }) => issues.some(({ path }) => path.at(-1) === 'price')),
    },
    {
      claim: 'each command was answered, and its ticks followed',
      holds: areAnswered(moments) && ticks.some(({ symbol }) => symbol === 'SOL'),
    },
    {
      claim: 'after the close with 1012 the client reconnected, when it had said',
      holds: recovered(outages, (ending) => ending._tag === 'Closed' && ending.code === 1012),
    },
    {
      claim: 'after the drop of the line the client reconnected, when it had said',
      holds: recovered(outages, (ending) => ending._tag === 'NetworkFailed'),
    },
    { claim: 'the connection was closed cleanly with 1000', holds: isClosedCleanly(moments) },
  ];
}

function refusal(moments: readonly DemoMoment[], lack: Lack): Ending | undefined {
  return eventsOf(moments, 'Refused').find((each) => each.lack === lack)?.ending;
}

function isUnauthorized(ending: Ending | undefined): boolean {
  return ending?._tag === 'UpgradeRefused' && ending.status === 401;
}

function areAnswered(moments: readonly DemoMoment[]): boolean {
  const answers = eventsOf(moments, 'Received').map(({ message }) => message);
  const commands = eventsOf(moments, 'CommandSent').map(({ command }) => command);
  return (
    commands.length > 0 &&
    commands.every(({ id }) => answers.some((each) => each.type === 'subscribed' && each.id === id))
  );
}

function recovered(outages: readonly Outage[], test: (ending: Ending) => boolean): boolean {
  const found = outages.filter(({ ending }) => test(ending));
  return (
    found.length === 1 &&
    found.every(
      ({ announced, waited = -1, isOver }) =>
        isOver && waited >= announced - EARLINESS && waited <= announced + TOLERANCE,
    )
  );
}

function isClosedCleanly(moments: readonly DemoMoment[]): boolean {
  return eventsOf(moments, 'StateChanged').some(
    ({ state }) =>
      state._tag === 'Closed' &&
      isCleanEnding(state.ending) &&
      state.ending._tag === 'Closed' &&
      state.ending.code === 1000,
  );
}
