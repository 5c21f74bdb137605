import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel';
import { describe, expect, it, vi } from 'vitest';
import { rejectChannel } from '../../src/streams/diagnostics.js';

describe('rejectChannel', () => {
  it('should be the channel of its documented name', () => {
    expect(rejectChannel.name).toBe('rx-wss:reject');
    expect(rejectChannel).toBe(channel('rx-wss:reject'));
  });

  it('should publish to whoever subscribed by the name', () => {
    const listener = vi.fn();
    subscribe('rx-wss:reject', listener);
    rejectChannel.publish({ connection: 1 });
    unsubscribe('rx-wss:reject', listener);
    rejectChannel.publish({ connection: 2 });
    expect(listener).toHaveBeenCalledExactlyOnceWith({ connection: 1 }, 'rx-wss:reject');
  });
});
