import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { RelayListener } from '../../src/testing/relay-listener.js';
import { until, within } from '../integration/support/until.js';
import { hasSeen, type Recording, useRelays } from './relay-line.js';

const relays = useRelays();

describe('RelayListener', () => {
  const listeners: RelayListener[] = [];
  const accepted: Socket[] = [];

  function create(port = 0): RelayListener {
    const listener = new RelayListener('127.0.0.1', port, (socket) => {
      socket.on('error', () => undefined);
      accepted.push(socket);
    });
    listeners.push(listener);
    return listener;
  }

  /** How dialling `port` goes: `connect`, or the code of an error. */
  async function dial(port: number): Promise<{ client: Recording; outcome: string }> {
    const client = relays.dial(port);
    await until('an outcome', () => !client.socket.connecting);
    await new Promise(setImmediate);
    return { client, outcome: client.events[0] ?? 'connect' };
  }

  afterEach(() => {
    for (const listener of listeners.splice(0)) listener.close();
    for (const socket of accepted.splice(0)) socket.destroy();
  });

  it('should take a free port, and hand out connections that are paused', async () => {
    const listener = create();
    await listener.open();
    expect(listener.port).toBeGreaterThan(0);
    const { client, outcome } = await dial(listener.port);
    expect(outcome).toBe('connect');
    client.socket.write('early');
    const socket = await until('the connection', () => accepted[0]);
    const data = once(socket, 'data');
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(socket.bytesRead).toBe(0);
    socket.resume();
    expect(String((await data)[0])).toBe('early');
  });

  it('should reject when the port is taken, the first time', async () => {
    const first = create();
    await first.open();
    await expect(create(first.port).open()).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('should refuse, leave connections alone, and accept again on the same port', async () => {
    const listener = create();
    await listener.open();
    const { port } = listener;
    const { client } = await dial(port);
    const socket = await until('the connection', () => accepted[0]);
    listener.refuse(Infinity);
    expect((await dial(port)).outcome).toBe('ECONNREFUSED');
    socket.write('still here');
    await once(client.socket, 'data');
    await listener.open();
    expect(listener.port).toBe(port);
    expect((await dial(port)).outcome).toBe('connect');
  });

  it('should accept again by itself', async () => {
    const listener = create();
    await listener.open();
    const start = performance.now();
    listener.refuse(30);
    let outcome = '';
    while (outcome !== 'connect') {
      outcome = (await dial(listener.port)).outcome;
      expect(outcome).toMatch(/^(connect|ECONNREFUSED)$/);
    }
    expect(performance.now() - start).toBeGreaterThanOrEqual(30);
  });

  it('should refuse for as long as it was told last', async () => {
    const listener = create();
    await listener.open();
    listener.refuse(1);
    listener.refuse(Infinity);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect((await dial(listener.port)).outcome).toBe('ECONNREFUSED');
  });

  it('should try until it has its port back', async () => {
    const listener = create();
    await listener.open();
    listener.close();
    const thief = createServer().listen(listener.port, '127.0.0.1');
    await once(thief, 'listening');
    let isOpen = false;
    const opening = listener.open().then(() => (isOpen = true));
    await new Promise((resolve) => setTimeout(resolve, 25));
    expect(isOpen).toBe(false);
    thief.close();
    await within('the port', opening);
    expect((await dial(listener.port)).outcome).toBe('connect');
  });

  it.each(['close', 'refuse'] as const)('should give up when told to %s', async (order) => {
    const listener = create();
    await listener.open();
    listener.close();
    const thief = createServer().listen(listener.port, '127.0.0.1');
    await once(thief, 'listening');
    const opening = listener.open();
    await new Promise((resolve) => setTimeout(resolve, 5));
    listener[order](Infinity);
    await within('the end of the tries', opening);
    thief.close();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect((await dial(listener.port)).outcome).toBe('ECONNREFUSED');
  });

  it('should be closed when told so while it opens', async () => {
    const listener = create();
    await listener.open();
    listener.close();
    const opening = listener.open();
    listener.close();
    await within('the end of the opening', opening);
    expect((await dial(listener.port)).outcome).toBe('ECONNREFUSED');
  });

  it('should be opened only once', async () => {
    const listener = create();
    await Promise.all([listener.open(), listener.open()]);
    await listener.open();
    listener.close();
    listener.close();
    const { client } = await dial(listener.port);
    await hasSeen(client, 'ECONNREFUSED');
  });
});
