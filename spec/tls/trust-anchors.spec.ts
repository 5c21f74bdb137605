import * as tls from 'node:tls';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { OptionRangeError, OptionTypeError } from '../../src/errors/option-error.js';
import { createCertificateAuthority } from '../../src/testing/index.js';

type Module = typeof import('../../src/tls/trust-anchors.js');

let one: string;
let two: string;

beforeAll(async () => {
  one = (await createCertificateAuthority()).certificate;
  two = (await createCertificateAuthority()).certificate;
});

/** The module as it is on a Node with `getCACertificates`, or on one that has none. */
async function moduleOn(getCACertificates?: (type: string) => readonly string[]): Promise<Module> {
  vi.resetModules();
  vi.doMock('node:tls', () => ({ ...tls, getCACertificates }));
  return import('../../src/tls/trust-anchors.js');
}

afterEach(() => {
  vi.doUnmock('node:tls');
  vi.resetModules();
});

describe('checkAnchors', () => {
  it('should give nothing for nothing', async () => {
    const { checkAnchors } = await moduleOn();
    expect(checkAnchors('tls.ca', undefined)).toBeUndefined();
  });

  it('should give one anchor the path of the option, and each of several its own', async () => {
    const { checkAnchors } = await moduleOn();
    expect(checkAnchors('tls.ca', 'PEM')).toEqual([{ option: 'tls.ca', material: 'PEM' }]);
    expect(checkAnchors('tls.ca', 'default')).toEqual([{ option: 'tls.ca', roots: 'default' }]);
    expect(checkAnchors('tls.ca', ['default', Buffer.of(1), { file: 'a.pem' }])).toEqual([
      { option: 'tls.ca[0]', roots: 'default' },
      { option: 'tls.ca[1]', material: Buffer.of(1) },
      { option: 'tls.ca[2]', material: { file: 'a.pem' } },
    ]);
  });

  it('should take the roots of the system where Node can read them', async () => {
    const { checkAnchors } = await moduleOn(() => []);
    expect(checkAnchors('tls.ca', ['system', 'default'])).toEqual([
      { option: 'tls.ca[0]', roots: 'system' },
      { option: 'tls.ca[1]', roots: 'default' },
    ]);
  });

  it.each([
    ['system', 'tls.ca'],
    [['default', 'system'], 'tls.ca[1]'],
  ])('should refuse %j where Node cannot, and say what to do', async (anchors, option) => {
    const { checkAnchors } = await moduleOn();
    expect(() => checkAnchors('tls.ca', anchors)).toThrow(
      new OptionRangeError(
        option,
        `'system' needs Node.js 22.15 or newer, this is ${process.version}: give the bundle of the operating system as { file }`,
      ),
    );
  });

  it.each([
    [[], new OptionRangeError('tls.ca', 'is an empty list: no server could be trusted')],
    ['', new OptionRangeError('tls.ca', 'is empty')],
    [['default', ''], new OptionRangeError('tls.ca[1]', 'is empty')],
    [7, new OptionTypeError('tls.ca', 'must be a string, bytes or { file }, got 7')],
    [
      [['PEM']],
      new OptionTypeError('tls.ca[0]', 'must be a string, bytes or { file }, got an array'),
    ],
    [{ path: 'x' }, new OptionTypeError('tls.ca.path', 'is not an option; known here: file')],
  ])('should refuse %j', async (anchors, expected) => {
    const { checkAnchors } = await moduleOn();
    expect(() => checkAnchors('tls.ca', anchors)).toThrow(expected);
  });
});

describe('anchorCertificates', () => {
  it('should give each certificate of a bundle', async () => {
    const { anchorCertificates } = await moduleOn();
    const bytes = Buffer.from(`${two}text between\n${one}`);
    expect(anchorCertificates({ option: 'tls.ca', bytes })).toEqual([two, one]);
  });

  it('should refuse what holds no certificate', async () => {
    const { anchorCertificates } = await moduleOn();
    const bytes = Buffer.from('nothing');
    expect(() => anchorCertificates({ option: 'tls.ca', bytes })).toThrow(
      new OptionRangeError('tls.ca', 'holds no certificate'),
    );
  });

  it('should give the roots that Node ships', async () => {
    const { anchorCertificates } = await moduleOn();
    const roots = anchorCertificates({ option: 'tls.ca', roots: 'default' });
    expect(roots.length).toBeGreaterThan(50);
    expect(roots).toEqual(tls.rootCertificates);
  });

  it('should ask Node for the roots of the system each time', async () => {
    const getCACertificates = vi.fn<(type: string) => string[]>(() => [one, two]);
    const { anchorCertificates } = await moduleOn(getCACertificates);
    const system = { option: 'tls.ca', roots: 'system' } as const;
    expect(anchorCertificates(system)).toEqual([one, two]);
    getCACertificates.mockReturnValue([two]);
    expect(anchorCertificates(system)).toEqual([two]);
    expect(getCACertificates.mock.calls).toEqual([['system'], ['system']]);
  });

  it('should give none where Node cannot read them', async () => {
    const { anchorCertificates } = await moduleOn();
    expect(anchorCertificates({ option: 'tls.ca', roots: 'system' })).toEqual([]);
  });
});
