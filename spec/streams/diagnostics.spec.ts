import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel';
import { describe, expect, it, vi } from 'vitest';
import { OptionRangeError } from '../../src/errors/option-error.js';
import { rejectChannel, tellTls } from '../../src/streams/diagnostics.js';

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

describe('tellTls', () => {
  it('should publish on the channel of its documented name', () => {
    const listener = vi.fn();
    const problem = new OptionRangeError('tls.key', 'does not fit');
    subscribe('rx-wss:tls', listener);
    tellTls({ _tag: 'CredentialsKept', problem });
    unsubscribe('rx-wss:tls', listener);
    tellTls({ _tag: 'CredentialsKept', problem });
    expect(listener).toHaveBeenCalledExactlyOnceWith(
      { _tag: 'CredentialsKept', problem },
      'rx-wss:tls',
    );
  });
});
