import { describe, expect, it } from 'vitest';
import { serverName } from '../../src/tls/server-name.js';

describe('serverName', () => {
  it.each([
    ['feed.example.com', 'feed.example.com'],
    ['feed.example.com.', 'feed.example.com'],
    ['localhost', 'localhost'],
    ['localhost.', 'localhost'],
    ['xn--bcher-kva.example', 'xn--bcher-kva.example'],
    ['127.0.0.1', ''],
    ['::1', ''],
    ['fe80::1%eth0', ''],
    ['::ffff:10.0.0.1', ''],
    // Not an IP address in any form that the resolver is given: three numbers are a name.
    ['127.0.1', '127.0.1'],
  ])('should ask for %s by the name %j', (host, expected) => {
    expect(serverName(host)).toBe(expected);
  });
});
