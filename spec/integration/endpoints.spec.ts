import { beforeAll, describe, expect, it } from 'vitest';

import {
  concatPolicies,
  constantBackoff,
  limitRetries,
  text,
  TlsError,
  webSocket,
} from '../../src/index.js';
import type { SocketOptions, SocketState, SocketSubject } from '../../src/index.js';
import { createCertificateAuthority } from '../../src/testing/index.js';
import type { CertificateAuthority, WssServer, WssServerOptions } from '../../src/testing/index.js';
import { useNoUncaught } from './support/no-uncaught.js';
import { opened } from './support/opened.js';
import { useServers } from './support/servers.js';
import { until } from './support/until.js';
import { inState, statesOf, watch } from './support/watch.js';

const servers = useServers();
useNoUncaught();

const soon = constantBackoff({ delay: 1 });

type TextSocket = SocketSubject<string, string>;

const socketTo = (
  url: SocketOptions<string, string>['url'],
  options: Omit<Partial<SocketOptions<string, string>>, 'codec' | 'url'> = {},
): TextSocket => webSocket({ url, reconnect: soon, ...options, codec: text() });

const start = (count: number, options?: WssServerOptions): Promise<readonly WssServer[]> =>
  Promise.all(Array.from({ length: count }, () => servers.wss(options)));

/** Where the attempts of `states` that failed went to. */
const failedTargets = (states: readonly SocketState[]): readonly (number | undefined)[] =>
  states.flatMap((state) =>
    state._tag === 'Waiting' ? [Number(state.ending.target?.split(':')[1])] : [],
  );

async function targetOf(socket: TextSocket): Promise<string> {
  return (await inState(socket, 'Open')).target;
}

const hostOf = ({ port }: { readonly port: number }): string => `127.0.0.1:${port}`;

/** Starts a server on the port of one that was closed. */
const again = ({ port }: WssServer): Promise<WssServer> => servers.wss({ port });

describe('several servers', () => {
  it('should begin with the first one, and go on to the next when it is down', async () => {
    const [down, up, unused] = await three();
    await down.close();
    const socket = socketTo([down.url, new URL(`${up.url}/path?query`), unused.url]);
    const states = statesOf(socket);
    const seen = watch(socket);
    socket.next('hello');
    const connection = await opened(up, socket);
    expect((await connection.nextMessage()).text).toBe('hello');
    expect(connection.request.url).toBe('/path?query');
    expect(await targetOf(socket)).toBe(hostOf(up));
    expect(failedTargets(states)).toEqual([down.port]);
    expect(unused.requests).toEqual([]);
    expect(seen.outcomes).toEqual([]);
    socket.terminate();
  });

  it('should pass over one that refuses, one that drops, and one that resets', async () => {
    const good = await servers.wss();
    const refusing = await servers.wss({ onRequest: () => ({ status: 503 }) });
    const dropping = await servers.wss({
      onConnection: (connection) => void connection.close(1013, 'try again later'),
    });
    const resetting = await servers.raw((connection) => {
      connection.reset();
    });
    const socket = socketTo([refusing.url, dropping.url, resetting.url, good.url]);
    const states = statesOf(socket);
    const seen = watch(socket);
    await opened(good, socket);
    expect(failedTargets(states)).toEqual([refusing.port, dropping.port, resetting.port]);
    expect(seen.outcomes).toEqual([]);
    socket.terminate();
  });

  it('should stay with the one that works, also when the first is back', async () => {
    const [first, second] = await three();
    await first.close();
    const socket = socketTo({ urls: [first.url, second.url], rest: 0 }, stable());
    watch(socket);
    const connection = await opened(second, socket);
    const back = await again(first);
    // It was good for long enough: that it restarts is no reason to leave it.
    await tick();
    void connection.close(1012);
    await opened(second, socket);
    expect(await targetOf(socket)).toBe(hostOf(second));
    expect(back.requests).toEqual([]);
    socket.terminate();
  });

  it('should leave one that accepts and drops', async () => {
    const [first, second] = await three();
    const socket = socketTo([first.url, second.url]);
    watch(socket);
    const connection = await opened(first, socket);
    // It was open, but not for minUptime.
    void connection.close(1012);
    await opened(second, socket);
    expect(await targetOf(socket)).toBe(hostOf(second));
    socket.terminate();
  });

  it('should come back to one whose rest is over, and not before', async () => {
    const [first, second] = await three();
    await first.close();
    const options = { urls: [first.url, second.url], rest: 150 };
    const socket = socketTo(options, stable());
    const states = statesOf(socket);
    watch(socket);
    await opened(second, socket);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const back = await again(first);
    await second.close();
    await opened(back, socket);
    // First the one that it stays with, which is tried once more and fails.
    expect(failedTargets(states)).toEqual([first.port, second.port, second.port]);
    socket.terminate();
  });

  it('should take the one that rested longest when all of them rest', async () => {
    const [first, second, third] = await three();
    await Promise.all([first.close(), second.close(), third.close()]);
    const socket = socketTo([first.url, second.url, third.url], {
      reconnect: concatPolicies(constantBackoff({ delay: 5 }), limitRetries(6)),
    });
    const states = statesOf(socket);
    const seen = watch(socket);
    const error = await seen.failure();
    const { port: a } = first;
    const { port: b } = second;
    const { port: c } = third;
    expect(failedTargets(states)).toEqual([a, b, c, a, b, c]);
    expect(error.ending).toMatchObject({ kind: 'refused', target: hostOf(first) });
  });

  it('should find the only one that is up, whichever it is', async () => {
    for (let up = 0; up < 3; up += 1) {
      const all = await three();
      await Promise.all(all.filter((_, index) => index !== up).map((each) => each.close()));
      const socket = socketTo(all.map(({ url }) => url));
      const states = statesOf(socket);
      watch(socket);
      await inState(socket, 'Open');
      expect(await targetOf(socket)).toBe(hostOf(all[up] ?? { port: 0 }));
      expect(failedTargets(states)).toHaveLength(up);
      socket.terminate();
    }
  });

  it('should go round while they restart one after the other', async () => {
    const all = await three();
    const socket = socketTo(
      all.map(({ url }) => url),
      stable(),
    );
    const seen = watch(socket);
    const targets: string[] = [];
    for (const each of all) {
      await inState(socket, 'Open');
      targets.push(await targetOf(socket));
      await tick();
      await each.close();
      await until('another', () => statesOf(socket, true).some(({ _tag }) => _tag !== 'Open'));
    }
    const [back] = await Promise.all(all.map(again));
    await inState(socket, 'Open');
    targets.push(await targetOf(socket));
    expect(new Set(targets.slice(0, 3))).toEqual(new Set(all.map(hostOf)));
    expect(back).toBeDefined();
    expect(seen.outcomes).toEqual([]);
    socket.terminate();
  });

  it('should begin again with the good one for the next stream', async () => {
    const [first, second] = await three();
    await first.close();
    const socket = socketTo([first.url, second.url]);
    const seen = watch(socket);
    await opened(second, socket);
    seen.subscription.unsubscribe();
    await inState(socket, 'Closed');
    await again(first);
    const states = statesOf(socket);
    watch(socket);
    await opened(second, socket);
    expect(failedTargets(states)).toEqual([]);
    socket.terminate();
  });

  it('should stay with the one after reconnect()', async () => {
    const [first, second] = await three();
    await first.close();
    const socket = socketTo([first.url, second.url]);
    watch(socket);
    const connection = await opened(second, socket);
    await again(first);
    socket.reconnect();
    await connection.closed;
    await opened(second, socket);
    expect(second.accepted).toBe(2);
    socket.terminate();
  });

  it('should fail with the first one without a policy', async () => {
    const [first, second] = await three();
    await first.close();
    const socket = webSocket({ url: [first.url, second.url], codec: text() });
    expect((await watch(socket).failure()).ending).toMatchObject({ target: hostOf(first) });
    // But the next subscriber gets the next one.
    watch(socket);
    await opened(second, socket);
    socket.terminate();
  });
});

describe('a random start', () => {
  it('should be drawn once, from the random source', async () => {
    const all = await three();
    for (const [value, expected] of [
      [0, 0],
      [0.34, 1],
      [0.99, 2],
    ] as const) {
      let draws = 0;
      const random = (): number => {
        draws += 1;
        return value;
      };
      const socket = socketTo({ urls: all.map(({ url }) => url), start: 'random' }, { random });
      watch(socket);
      expect(await targetOf(socket)).toBe(hostOf(all[expected]));
      expect(draws).toBe(1);
      socket.terminate();
    }
  });

  it('should spread a fleet over the servers, and go on in order from there', async () => {
    const all = await three();
    const fleet = Array.from({ length: 60 }, () =>
      socketTo({ urls: all.map(({ url }) => url), start: 'random' }),
    );
    for (const socket of fleet) watch(socket);
    await until('all', () => all.reduce((sum, { accepted }) => sum + accepted, 0) === fleet.length);
    // With a chance of 1 to 10 ** 10 one of them is left out.
    for (const { accepted } of all) expect(accepted).toBeGreaterThan(0);
    await Promise.all(fleet.map((socket) => inState(socket, 'Open')));
    for (const socket of fleet) socket.terminate();
  });
});

describe('a server with a wrong certificate among several', () => {
  let ca: CertificateAuthority;
  let stranger: CertificateAuthority;

  beforeAll(async () => {
    [ca, stranger] = await Promise.all([
      createCertificateAuthority(),
      createCertificateAuthority(),
    ]);
  });

  const startBoth = async (): Promise<readonly [WssServer, WssServer]> => {
    const issue = async (authority: CertificateAuthority): Promise<WssServer> => {
      const { chain, key } = await authority.issue({ commonName: 'localhost', usage: 'server' });
      return servers.wss({ tls: { cert: chain, key } });
    };
    return [await issue(stranger), await issue(ca)];
  };

  it('should be fatal, and not be hidden by the others', async () => {
    const [bad, good] = await startBoth();
    const socket = socketTo([bad.url, good.url], { tls: { ca: ca.certificate } });
    const error = await watch(socket).failure();
    expect(error).toBeInstanceOf(TlsError);
    expect(error.ending).toMatchObject({ phase: 'verify', target: hostOf(bad) });
    expect([bad.requests, good.requests]).toEqual([[], []]);
  });

  it('should be passed over when isTransient says so', async () => {
    const [bad, good] = await startBoth();
    const socket = socketTo([bad.url, good.url], {
      tls: { ca: ca.certificate },
      reconnect: { policy: soon, isTransient: () => true },
    });
    watch(socket);
    await opened(good, socket);
    expect(await inState(socket, 'Open')).toMatchObject({
      target: hostOf(good),
      tls: { acceptedBy: 'chain' },
    });
    expect(bad.requests).toEqual([]);
    socket.terminate();
  });
});

const three = async (): Promise<readonly [WssServer, WssServer, WssServer]> => {
  const [first, second, third] = await start(3);
  if (first === undefined || second === undefined || third === undefined) throw new Error('three');
  return [first, second, third];
};

/** Has every connection that was open at all count as a good one. */
const stable = (): { readonly reconnect: { policy: typeof soon; minUptime: number } } => ({
  reconnect: { policy: soon, minUptime: 0 },
});

/** Lets the uptime of a connection be more than 0. */
const tick = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 10));
