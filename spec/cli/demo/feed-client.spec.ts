import { toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';

import { eventsOf } from '../../../src/cli/demo/demo-event.js';
import type { DemoEvent } from '../../../src/cli/demo/demo-event.js';
import { useFeed } from '../../../src/cli/demo/feed-client.js';
import { startFeedServer } from '../../../src/cli/demo/feed-server.js';
import * as kit from '../../../src/testing/index.js';
import { first } from '../first.js';

/** What the client does with a feed until its connection is over. */
async function useOf(feed: Parameters<typeof useFeed>[0]): Promise<readonly DemoEvent[]> {
  return (await first(useFeed(feed).pipe(toArray()))) ?? [];
}

describe('useFeed', () => {
  it(
    'should follow the feed through its faults, and say goodbye',
    { timeout: 15_000 },
    async () => {
      const feed = await startFeedServer(kit);
      const events = await useOf(feed).finally(() => feed.close());
      const moments = events.map((event) => ({ at: 0, event }));
      expect(eventsOf(moments, 'StateChanged').map(({ state }) => state._tag)).toEqual([
        ...['Connecting', 'Open', 'Waiting', 'Connecting', 'Open', 'Waiting', 'Connecting', 'Open'],
        ...['Closing', 'Closed'],
      ]);
      expect(eventsOf(moments, 'Refused').map(({ lack }) => lack)).toEqual([
        'certificate',
        'token',
      ]);
      expect(eventsOf(moments, 'CommandSent')).toHaveLength(3);
      expect(eventsOf(moments, 'ServerActed').map(({ action }) => action)).toEqual([
        'sends a tick whose price is text',
        'closes with 1012',
        'drops the TCP line (RST)',
      ]);
      expect(eventsOf(moments, 'MessageRejected')).toHaveLength(1);
      const types = eventsOf(moments, 'Received').map(({ message }) => message.type);
      expect(types.filter((type) => type === 'tick')).toHaveLength(11 + 12 + 10);
      expect(events.at(-1)).toMatchObject({ state: { ending: { by: 'client', code: 1000 } } });
    },
  );

  it('should end with a feed that does not let it in', async () => {
    const feed = await startFeedServer(kit);
    const events = await useOf({ ...feed, token: 'wrong' }).finally(() => feed.close());
    expect(events).toMatchObject([
      { _tag: 'Refused', lack: 'certificate' },
      { _tag: 'Refused', lack: 'token' },
      { _tag: 'StateChanged', state: { _tag: 'Connecting' } },
      { _tag: 'StateChanged', state: { _tag: 'Closed', ending: { status: 401 } } },
    ]);
  });

  it('should tell of no refusal by a feed that lets everyone in', async () => {
    const feed = await startFeedServer(kit);
    const { chain, key } = await kit
      .createCertificateAuthority()
      .then((ca) => ca.issue({ commonName: 'localhost', usage: 'server', isSelfSigned: true }));
    const open = await kit.createWssServer({
      tls: { cert: chain, key },
      onConnection: (connection) => {
        void connection.send('{"type":"welcome","client":"nobody"}');
        void connection.close(1000);
      },
    });
    const events = await useOf({ ...feed, url: open.url, ca: chain }).finally(() =>
      Promise.all([feed.close(), open.close()]),
    );
    expect(events.map(({ _tag }) => _tag)).not.toContain('Refused');
    expect(events.at(-1)).toMatchObject({ state: { _tag: 'Closed', ending: { code: 1000 } } });
  });
});
