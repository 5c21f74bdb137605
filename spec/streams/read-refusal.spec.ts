import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { readRefusal } from '../../src/streams/read-refusal.js';
import type { Refusal } from '../../src/streams/read-refusal.js';

/** A response whose head was read, and whose body is pushed by the test. */
function responseOf(status?: number, statusText?: string): IncomingMessage {
  const response = new IncomingMessage(new Socket());
  if (status !== undefined) response.statusCode = status;
  if (statusText !== undefined) response.statusMessage = statusText;
  // Node reads the body off the socket; here there is nothing to read.
  vi.spyOn(response, '_read').mockReturnValue(undefined);
  return response;
}

/** What is read of `response`, when it is enough. */
function refusalOf(response: IncomingMessage): Promise<Refusal> {
  return new Promise((resolve) => readRefusal(response, resolve));
}

describe('readRefusal', () => {
  it('should give the head and the body at its end', async () => {
    const response = responseOf(503, 'Service Unavailable');
    response.headers = { 'retry-after': '2', 'set-cookie': ['a=1', 'b=2'] };
    const promise = refusalOf(response);
    response.push('come ');
    response.push('back');
    response.push(null);
    await expect(promise).resolves.toEqual({
      status: 503,
      statusText: 'Service Unavailable',
      headers: { 'retry-after': '2', 'set-cookie': ['a=1', 'b=2'] },
      body: 'come back',
    });
  });

  it('should give an empty body when there is none', async () => {
    const response = responseOf(401, '');
    const promise = refusalOf(response);
    response.push(null);
    await expect(promise).resolves.toEqual({ status: 401, statusText: '', headers: {}, body: '' });
  });

  it('should give 0 and nothing for a head without a status', async () => {
    const response = responseOf();
    const promise = refusalOf(response);
    response.push(null);
    await expect(promise).resolves.toMatchObject({ status: 0, statusText: '' });
  });

  it.each([
    [[1024], 1024],
    [[1025], 1024],
    [[1000, 1000, 1000], 1024],
    [[100_000], 1024],
  ])('should have enough with 1 KiB, of chunks of %j bytes', async (sizes, expected) => {
    const response = responseOf(404, 'Not Found');
    const promise = refusalOf(response);
    for (const size of sizes) response.push('x'.repeat(size));
    const { body } = await promise;
    expect(body).toHaveLength(expected);
  });

  it('should not be done with 1,023 bytes', async () => {
    const response = responseOf(404, 'Not Found');
    const done = vi.fn();
    readRefusal(response, done);
    response.push('x'.repeat(1023));
    await new Promise(setImmediate);
    expect(done).not.toHaveBeenCalled();
  });

  it.each([
    ['fails', (response: IncomingMessage) => response.destroy(new Error('reset'))],
    ['is gone', (response: IncomingMessage) => response.destroy()],
  ])('should give what there is when the response %s', async (_name, end) => {
    const response = responseOf(500, 'Oops');
    const promise = refusalOf(response);
    response.push('half');
    await new Promise(setImmediate);
    end(response);
    await expect(promise).resolves.toMatchObject({ status: 500, body: 'half' });
  });

  it('should be done once, whatever comes after', async () => {
    const response = responseOf(404, 'Not Found');
    const done = vi.fn();
    readRefusal(response, done);
    response.push('x'.repeat(2000));
    response.push('more');
    response.push(null);
    await new Promise((resolve) => response.once('close', resolve));
    expect(done).toHaveBeenCalledOnce();
    expect(done.mock.calls[0]).toMatchObject([{ body: 'x'.repeat(1024) }]);
  });

  it('should stop when told to, and give what there is so far', async () => {
    const response = responseOf(429, 'Too Many Requests');
    const done = vi.fn();
    const stop = readRefusal(response, done);
    response.push('slow');
    await new Promise(setImmediate);
    expect(stop()).toEqual({
      status: 429,
      statusText: 'Too Many Requests',
      headers: {},
      body: 'slow',
    });
    response.push('x'.repeat(2000));
    response.push(null);
    await new Promise((resolve) => response.once('close', resolve));
    expect(done).not.toHaveBeenCalled();
    expect(stop().body).toBe('slow');
  });

  it('should replace bytes that are no UTF-8', async () => {
    const response = responseOf(500, 'Oops');
    const promise = refusalOf(response);
    response.push(Buffer.of(0x61, 0xff, 0x62));
    response.push(null);
    await expect(promise).resolves.toMatchObject({ body: 'a\ufffdb' });
  });
});
