import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { describe, expect, it, vi } from 'vitest';

import { readFile } from '../../src/cli/read-file.js';
import { UsageError } from '../../src/cli/usage-error.js';

vi.mock('node:fs', { spy: true });

describe('readFile', () => {
  it('should give the text of a file', () => {
    expect(readFile('--header-file', fileURLToPath(import.meta.url))).toContain('readFile');
  });

  it('should name the option, the file and the reason when it cannot be read', () => {
    expect(() => readFile('--header-file', '/no/such\nfile')).toThrow(
      new UsageError("--header-file: the file '/no/such\\u000afile' cannot be read (ENOENT)"),
    );
  });

  it('should do without a reason', () => {
    vi.mocked(readFileSync).mockImplementationOnce(() => {
      throw new Error('no code');
    });
    expect(() => readFile('--header-file', 'x')).toThrow(
      new UsageError("--header-file: the file 'x' cannot be read"),
    );
  });
});
