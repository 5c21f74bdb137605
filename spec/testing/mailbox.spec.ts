import { describe, expect, it } from 'vitest';
import { createMailbox, handled } from '../../src/testing/mailbox.js';

describe('createMailbox', () => {
  it('should give what was put before, in order', async () => {
    const mailbox = createMailbox<number>();
    mailbox.put(1);
    mailbox.put(2);
    expect([await mailbox.take(), await mailbox.take()]).toEqual([1, 2]);
  });

  it('should give a value to whoever has waited longest', async () => {
    const mailbox = createMailbox<number>();
    const waiting = [mailbox.take(), mailbox.take()];
    mailbox.put(1);
    mailbox.put(2);
    expect(await Promise.all(waiting)).toEqual([1, 2]);
  });

  it('should keep an undefined value apart from none', async () => {
    const mailbox = createMailbox<undefined>();
    mailbox.put(undefined);
    mailbox.fail(new Error('gone'));
    await expect(mailbox.take()).resolves.toBeUndefined();
    await expect(mailbox.take()).rejects.toThrow('gone');
  });

  it('should reject everyone who waits, with the first failure', async () => {
    const mailbox = createMailbox<number>();
    const waiting = [mailbox.take(), mailbox.take()];
    mailbox.fail(new Error('first'));
    mailbox.fail(new Error('second'));
    for (const each of waiting) await expect(each).rejects.toThrow('first');
    await expect(mailbox.take()).rejects.toThrow('first');
  });
});

describe('handled', () => {
  it('should give the same promise', async () => {
    const promise = Promise.reject(new Error('nobody waits'));
    expect(handled(promise)).toBe(promise);
    await expect(promise).rejects.toThrow('nobody waits');
  });
});
