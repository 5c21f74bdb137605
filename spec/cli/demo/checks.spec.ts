import { describe, expect, it } from 'vitest';

import { checksOf } from '../../../src/cli/demo/checks.js';
import type { DemoEvent, DemoMoment } from '../../../src/cli/demo/demo-event.js';
import { ALL_WELL, ENDINGS, FAILURE } from './moments.js';

/** The claims that do not hold. */
function failed(moments: readonly DemoMoment[]): readonly string[] {
  return checksOf(moments).flatMap(({ claim, holds }) => (holds ? [] : [claim]));
}

/** The demonstration with its events changed, or left out. */
function altered(change: (event: DemoEvent) => DemoEvent | undefined): readonly DemoMoment[] {
  return ALL_WELL.flatMap(({ at, event }) => {
    const changed = change(event);
    return changed === undefined ? [] : [{ at, event: changed }];
  });
}

const isMessage = (event: DemoEvent, type: string): boolean =>
  event._tag === 'Received' && event.message.type === type;

describe('checksOf', () => {
  it('should hold when all is well', () => {
    expect(failed(ALL_WELL)).toEqual([]);
    expect(checksOf(ALL_WELL)).toHaveLength(9);
  });

  it('should not hold when nothing happened', () => {
    expect(failed([])).toHaveLength(9);
  });

  it.each<{ name: string; moments: readonly DemoMoment[]; claims: readonly RegExp[] }>([
    {
      name: 'a client without a certificate was let in',
      moments: altered((event) =>
        event._tag === 'Refused' && event.lack === 'certificate' ? undefined : event,
      ),
      claims: [/certificate the client was refused/],
    },
    {
      name: 'a client without a certificate was refused in another way',
      moments: altered((event) =>
        event._tag === 'Refused' ? { ...event, ending: ENDINGS.noToken } : event,
      ),
      claims: [/certificate the client was refused/],
    },
    {
      name: 'a client without a token was refused with another status',
      moments: altered((event) =>
        event._tag === 'Refused' && event.lack === 'token'
          ? { ...event, ending: { ...ENDINGS.noToken, status: 403 } }
          : event,
      ),
      claims: [/HTTP 401/],
    },
    {
      name: 'a client without a token was refused in another way',
      moments: altered((event) =>
        event._tag === 'Refused' ? { ...event, ending: ENDINGS.noCertificate } : event,
      ),
      claims: [/HTTP 401/],
    },
    {
      name: 'the server saw another client',
      moments: altered((event) =>
        isMessage(event, 'welcome')
          ? { _tag: 'Received', message: { type: 'welcome', client: 'nobody' } }
          : event,
      ),
      claims: [/saw the client certificate/],
    },
    {
      name: 'there were no ticks',
      moments: altered((event) => (isMessage(event, 'tick') ? undefined : event)),
      claims: [/typed ticks/, /its ticks followed/],
    },
    {
      name: 'no message was fragmented',
      moments: altered((event) =>
        event._tag === 'Received' && event.message.type === 'tick'
          ? { ...event, message: { ...event.message, fragments: 1 } }
          : event,
      ),
      claims: [/typed ticks/],
    },
    {
      name: 'nothing was rejected',
      moments: altered((event) => (event._tag === 'MessageRejected' ? undefined : event)),
      claims: [/malformed/],
    },
    {
      name: 'something else was rejected',
      moments: altered((event) =>
        event._tag === 'MessageRejected'
          ? { ...event, rejected: { connection: 1, failure: { ...FAILURE, issues: [] } } }
          : event,
      ),
      claims: [/malformed/],
    },
    {
      name: 'a command was not answered',
      moments: altered((event) =>
        event._tag === 'CommandSent' && event.command.id === 2
          ? { ...event, command: { ...event.command, id: 9 } }
          : event,
      ),
      claims: [/answered/],
    },
    {
      name: 'no command was sent',
      moments: altered((event) => (event._tag === 'CommandSent' ? undefined : event)),
      claims: [/answered/],
    },
    {
      name: 'the client waited too long',
      moments: ALL_WELL.map(({ at, event }) => ({ at: at * 20, event })),
      claims: [/1012/, /drop/],
    },
    {
      name: 'the client did not wait',
      moments: ALL_WELL.map(({ at, event }) => ({ at: at * 0.5, event })),
      claims: [/1012/, /drop/],
    },
    {
      name: 'the line was lost in one way only',
      moments: altered((event) =>
        event._tag === 'StateChanged' && event.state._tag === 'Waiting'
          ? { ...event, state: { ...event.state, ending: ENDINGS.restart } }
          : event,
      ),
      claims: [/1012/, /drop/],
    },
    {
      name: 'the server closed with another code',
      moments: altered((event) =>
        event._tag === 'StateChanged' &&
        event.state._tag === 'Waiting' &&
        event.state.ending._tag === 'Closed'
          ? { ...event, state: { ...event.state, ending: { ...ENDINGS.restart, code: 1001 } } }
          : event,
      ),
      claims: [/1012/],
    },
    {
      name: 'the close was not answered',
      moments: altered((event) =>
        event._tag === 'StateChanged' && event.state._tag === 'Closed'
          ? { ...event, state: { _tag: 'Closed', ending: { ...ENDINGS.goodbye, wasClean: false } } }
          : event,
      ),
      claims: [/cleanly/],
    },
    {
      name: 'the server closed without a code',
      moments: altered((event) =>
        event._tag === 'StateChanged' && event.state._tag === 'Closed'
          ? { ...event, state: { _tag: 'Closed', ending: { ...ENDINGS.restart, code: 1005 } } }
          : event,
      ),
      claims: [/cleanly/],
    },
  ])('should not hold when $name', ({ moments, claims }) => {
    expect(failed(moments)).toEqual(claims.map((claim) => expect.stringMatching(claim) as string));
  });
});
