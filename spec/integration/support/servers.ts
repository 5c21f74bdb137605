import { afterEach } from 'vitest';

import { createRawServer, createRelay, createWssServer } from '../../../src/testing/index.js';
import type {
  RawConnection,
  RawServer,
  RawServerOptions,
  Relay,
  RelayOptions,
  WssServer,
  WssServerOptions,
} from '../../../src/testing/index.js';

/** Starts servers that are closed after each test. */
export interface Servers {
  wss(options?: WssServerOptions): Promise<WssServer>;
  raw(
    listener: (connection: RawConnection) => unknown,
    options?: RawServerOptions,
  ): Promise<RawServer>;
  relay(options: RelayOptions): Promise<Relay>;
}

/** Gives the servers of a spec file; to be called once, at its top level. */
export function useServers(): Servers {
  const open: { close(): Promise<void> }[] = [];
  const keep = <S extends { close(): Promise<void> }>(server: S): S => {
    open.push(server);
    return server;
  };
  afterEach(async () => {
    await Promise.all(open.splice(0).map((server) => server.close()));
  });
  return {
    wss: async (options) => keep(await createWssServer(options)),
    raw: async (listener, options) => keep(await createRawServer(listener, options)),
    relay: async (options) => keep(await createRelay(options)),
  };
}
