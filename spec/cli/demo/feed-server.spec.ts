import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startFeedServer } from '../../../src/cli/demo/feed-server.js';
import type { FeedServer } from '../../../src/cli/demo/feed-server.js';
import { clientCodec } from '../../../src/cli/demo/messages.js';
import { SocketError, text, webSocket } from '../../../src/index.js';
import * as kit from '../../../src/testing/index.js';
import { first } from '../first.js';

let feed: FeedServer;

beforeAll(async () => {
  feed = await startFeedServer(kit);
});

afterAll(() => feed.close());

describe('startFeedServer', () => {
  it('should refuse a client without a certificate', async () => {
    const socket = webSocket({ url: feed.url, tls: { ca: feed.ca }, codec: text() });
    await expect(first(socket)).rejects.toBeInstanceOf(SocketError);
  });

  it('should refuse a certificate of another authority', async () => {
    const other = await kit.createCertificateAuthority();
    const { cert, key } = await other.issue({ commonName: 'trader-7', usage: 'client' });
    const socket = webSocket({ url: feed.url, tls: { ca: feed.ca, cert, key }, codec: text() });
    await expect(first(socket)).rejects.toBeInstanceOf(SocketError);
  });

  it.each([undefined, 'Bearer wrong'])('should refuse the token %s with 401', async (token) => {
    const { cert, key } = feed.client;
    const socket = webSocket({
      url: feed.url,
      tls: { ca: feed.ca, cert, key },
      headers: token === undefined ? {} : { authorization: token },
      codec: text(),
    });
    await expect(first(socket)).rejects.toMatchObject({ ending: { status: 401 } });
  });

  it('should welcome a client, and ignore what is no command', async () => {
    const { cert, key } = feed.client;
    const socket = webSocket({
      url: feed.url,
      tls: { ca: feed.ca, cert, key },
      headers: { authorization: `Bearer ${feed.token}` },
      codec: { ...clientCodec, encode: text().encode },
    });
    socket.next('no command');
    expect(await first(socket)).toEqual({ type: 'welcome', client: 'CN=trader-7' });
  });
});
