import { describe, expect, it } from 'vitest';

import { KitMissingError, loadTestKit } from '../../../src/cli/demo/load-test-kit.js';
import * as kit from '../../../src/testing/index.js';

describe('loadTestKit', () => {
  it('should give the test kit', async () => {
    expect(await loadTestKit()).toBe(kit);
  });

  it('should say what to install when it cannot be imported', async () => {
    const missing = Object.assign(new Error('no package'), { code: 'ERR_MODULE_NOT_FOUND' });
    const loaded = loadTestKit(() => Promise.reject(missing));
    await expect(loaded).rejects.toThrow(KitMissingError);
    await expect(loaded).rejects.toThrow('npm i @peculiar/x509 reflect-metadata');
    await expect(loaded).rejects.toMatchObject({ cause: missing });
  });

  it.each([
    new Error('a fault'),
    Object.assign(new Error('another'), { code: 'ERR_OTHER' }),
    'text',
  ])('should let other failures through: %s', async (failure) => {
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- a case of its own
    await expect(loadTestKit(() => Promise.reject(failure))).rejects.toBe(failure);
  });
});
