import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

import { exponentialBackoff, text, webSocket } from '../../src/index.js';
import type { PerAttempt, SocketOptions } from '../../src/index.js';
import { record } from './recording.js';
import type { Recording } from './recording.js';
import { startProxies } from './servers/proxies.js';
import type { Proxies } from './servers/proxies.js';
import { USER } from './servers/squid.js';
import { startStack } from './servers/stack.js';
import type { Stack } from './servers/stack.js';
import { waitFor } from './servers/wait-for.js';

const backoff = exponentialBackoff({ initialDelay: 10, maxDelay: 40, jitter: 'none' });

/** The ways by which a connection can come to the backend. */
type Way = 'directly' | 'by squid';

type Environment = Readonly<Record<string, string>>;

describe('the choice of a proxy', () => {
  let stack: Stack;
  let proxies: Proxies;

  beforeAll(async () => {
    stack = await startStack();
    return stack.stop;
  });

  beforeAll(async () => {
    proxies = await startProxies(stack);
  });

  beforeEach(() => {
    for (const name of ['http_proxy', 'https_proxy', 'all_proxy', 'no_proxy']) {
      vi.stubEnv(name, undefined);
      vi.stubEnv(name.toUpperCase(), undefined);
    }
  });

  afterEach(() => {
    vi.unstubAllEnvs();
  });

  function setEnvironment(environment: Environment): void {
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  }

  function dial({
    url = stack.url('/echo'),
    ...options
  }: Pick<SocketOptions<string, string>, 'proxy'> & {
    readonly url?: PerAttempt<string>;
  }): Recording<string> {
    const tls = typeof url === 'function' || url.startsWith('wss:') ? stack.tls : undefined;
    return record(webSocket({ tls, reconnect: backoff, ...options, url, codec: text() }));
  }

  /** Waits until `recording` has been open, and tells which way it went. */
  async function wayOf(
    recording: Recording<string>,
    target: number = stack.nginx.ports.tls,
  ): Promise<Way> {
    const tunnels = async (): Promise<number> => {
      const log = await proxies.squid.accessLog();
      return log.filter((line) => line === `CONNECT localhost:${target} 200 ${USER.name}`).length;
    };
    const before = await tunnels();
    const { address } = await recording.state('Open');
    recording.leave();
    if (address === `127.0.0.1:${target}`) return 'directly';
    await waitFor('end of the tunnel', async () => (await tunnels()) > before);
    return 'by squid';
  }

  /** The URL of a proxy that does not answer. */
  function deadProxy(): string {
    return `http://localhost:${proxies.deadPort}`;
  }

  describe("by 'env'", () => {
    it.each<{ name: string; environment: () => Environment; way: Way }>([
      {
        name: 'HTTPS_PROXY',
        environment: () => ({ HTTPS_PROXY: proxies.squid.url() }),
        way: 'by squid',
      },
      {
        name: 'https_proxy before HTTPS_PROXY',
        environment: () => ({ HTTPS_PROXY: deadProxy(), https_proxy: proxies.squid.url() }),
        way: 'by squid',
      },
      {
        name: 'HTTPS_PROXY before ALL_PROXY',
        environment: () => ({ ALL_PROXY: deadProxy(), HTTPS_PROXY: proxies.squid.url() }),
        way: 'by squid',
      },
      {
        name: 'ALL_PROXY',
        environment: () => ({ ALL_PROXY: proxies.squid.url() }),
        way: 'by squid',
      },
      {
        name: 'HTTPS_PROXY without a scheme',
        environment: () => ({ HTTPS_PROXY: proxies.squid.url().replace('http://', '') }),
        way: 'by squid',
      },
      {
        name: 'NO_PROXY for another host',
        environment: () => ({ HTTPS_PROXY: proxies.squid.url(), NO_PROXY: 'feed.example, host' }),
        way: 'by squid',
      },
      {
        name: 'NO_PROXY for another port',
        environment: () => ({ HTTPS_PROXY: proxies.squid.url(), NO_PROXY: 'localhost:1' }),
        way: 'by squid',
      },
      {
        name: 'NO_PROXY for the host',
        environment: () => ({ HTTPS_PROXY: deadProxy(), NO_PROXY: 'feed.example, localhost' }),
        way: 'directly',
      },
      {
        name: 'no_proxy for host and port',
        environment: () => ({
          HTTPS_PROXY: deadProxy(),
          no_proxy: `localhost:${stack.nginx.ports.tls}`,
        }),
        way: 'directly',
      },
      {
        name: 'NO_PROXY for everything',
        environment: () => ({ ALL_PROXY: deadProxy(), NO_PROXY: '*' }),
        way: 'directly',
      },
      {
        name: 'HTTP_PROXY, which is not for wss:',
        environment: () => ({ HTTP_PROXY: deadProxy() }),
        way: 'directly',
      },
      { name: 'nothing set', environment: () => ({}), way: 'directly' },
    ])('should go $way with $name', async ({ environment, way }) => {
      setEnvironment(environment());

      expect(await wayOf(dial({ proxy: 'env' }))).toBe(way);
    });

    it('should go by HTTP_PROXY to a server without TLS', async () => {
      setEnvironment({ HTTP_PROXY: proxies.squid.url(), HTTPS_PROXY: deadProxy() });
      const { port } = stack.backend;
      const recording = dial({ url: `ws://localhost:${port}/echo`, proxy: 'env' });

      expect(await wayOf(recording, port)).toBe('by squid');
    });

    it('should go by an https: proxy', async () => {
      setEnvironment({ HTTPS_PROXY: proxies.secureUrl() });
      const tls = { ca: proxies.authority.certificate };

      expect(await wayOf(dial({ proxy: { url: 'env', tls } }))).toBe('by squid');
    });

    it('should look at the environment afresh for every attempt', async () => {
      setEnvironment({ HTTPS_PROXY: deadProxy() });
      const recording = dial({ proxy: 'env' });
      await recording.state('Waiting');
      setEnvironment({ HTTPS_PROXY: proxies.squid.url() });

      expect(await wayOf(recording)).toBe('by squid');
    });

    it('should fail for a proxy of another kind, without telling the password', async () => {
      setEnvironment({ HTTPS_PROXY: 'socks5://trader:topsecret@localhost:1080' });
      const recording = dial({ proxy: 'env' });
      const error = await recording.failed();

      expect(error.ending).toMatchObject({ _tag: 'OptionsInvalid', option: 'proxy' });
      expect(error.message).toContain('must have the scheme http: or https:');
      expect(recording.asLogged()).not.toContain('topsecret');
    });
  });

  it('should not go by the environment when it was not asked to', async () => {
    setEnvironment({ HTTPS_PROXY: deadProxy(), ALL_PROXY: deadProxy() });

    expect(await wayOf(dial({}))).toBe('directly');
  });

  describe('by a function', () => {
    it.each<{ name: string; proxy: () => SocketOptions<string, string>['proxy']; way: Way }>([
      { name: 'gives none', proxy: () => () => undefined, way: 'directly' },
      {
        name: 'gives a promise of none',
        proxy: () => () => Promise.resolve(undefined),
        way: 'directly',
      },
      { name: 'gives a URL', proxy: () => () => new URL(proxies.squid.url()), way: 'by squid' },
      {
        name: 'gives a promise of a proxy with TLS',
        proxy: () => ({
          url: () => Promise.resolve(proxies.secureUrl()),
          tls: { ca: proxies.authority.certificate },
        }),
        way: 'by squid',
      },
    ])('should go $way when it $name', async ({ proxy, way }) => {
      expect(await wayOf(dial({ proxy: proxy() }))).toBe(way);
    });

    it('should be asked for every attempt, with the URL of the server', async () => {
      const asked: string[] = [];
      const recording = dial({
        url: (attempt) => stack.url(`/echo?attempt=${attempt}`),
        proxy: (url) => {
          asked.push(url.href);
          return asked.length < 3 ? deadProxy() : proxies.squid.url();
        },
      });

      expect(await wayOf(recording)).toBe('by squid');
      expect(asked).toEqual([1, 2, 3].map((attempt) => stack.url(`/echo?attempt=${attempt}`)));
      expect(recording.statesOf('Waiting').map(({ ending }) => ending)).toMatchObject([
        { _tag: 'NetworkFailed', phase: 'proxy', kind: 'refused' },
        { _tag: 'NetworkFailed', phase: 'proxy', kind: 'refused' },
      ]);
    });
  });
});
