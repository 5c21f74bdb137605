import 'reflect-metadata';
import { KeyUsageFlags, KeyUsagesExtension } from '@peculiar/x509';
import { describe, expect, it } from 'vitest';
import {
  authorityExtensions,
  leafExtensions,
  otherExtensions,
  subjectAlternativeNames,
} from '../../src/testing/certificate-extensions.js';

const hex = (bytes: ArrayBuffer | undefined): string =>
  Buffer.from(bytes ?? new ArrayBuffer(0)).toString('hex');

describe('subjectAlternativeNames', () => {
  it('should give no extension without a name', () => {
    expect(subjectAlternativeNames()).toEqual([]);
  });

  it('should write DNS names, IPv4 and IPv6 addresses', () => {
    const [extension] = subjectAlternativeNames(['a.b'], ['127.0.0.1', '::1'], true);
    expect(extension?.critical).toBe(true);
    expect(hex(extension?.value)).toBe(`301d8203612e6287047f0000018710${'00'.repeat(15)}01`);
  });

  it('should refuse an address that is none', () => {
    expect(() => subjectAlternativeNames([], ['1.2.3'])).toThrow(
      "ip[0]: must be an IP address, got '1.2.3'",
    );
  });
});

describe('otherExtensions', () => {
  it('should give none when there are none', () => {
    expect(otherExtensions()).toEqual([]);
  });

  it('should write them as they are', () => {
    const value = Buffer.from('3003020105', 'hex');
    const oid = '1.3.6.1.5.5.7.1.24';
    const [must, may] = otherExtensions([
      { oid, isCritical: true, value },
      { oid, value },
    ]);
    expect([must?.type, must?.critical, hex(must?.value)]).toEqual([oid, true, '3003020105']);
    expect(may?.critical).toBe(false);
  });
});

describe('leafExtensions', () => {
  it.each([
    { keyType: 'ec', expected: KeyUsageFlags.digitalSignature },
    { keyType: 'rsa', expected: KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment },
  ] as const)('should let a key of type $keyType do what it can', ({ keyType, expected }) => {
    const [constraints, usage, purpose] = leafExtensions(['server', 'client'], keyType);
    expect([constraints, usage, purpose].map((each) => each?.critical)).toEqual([
      true,
      true,
      false,
    ]);
    expect(hex(constraints?.value)).toBe('3000');
    expect(usage instanceof KeyUsagesExtension && usage.usages).toBe(expected);
    expect(hex(purpose?.value)).toBe('301406082b0601050507030106082b06010505070302');
  });
});

describe('authorityExtensions', () => {
  it.each([
    { isAuthority: true, pathLength: undefined, expected: '30030101ff' },
    { isAuthority: true, pathLength: 0, expected: '30060101ff020100' },
    { isAuthority: false, pathLength: 1, expected: '3000' },
  ])(
    'should write basic constraints for $isAuthority and $pathLength',
    ({ isAuthority, pathLength, expected }) => {
      const extensions = authorityExtensions(isAuthority, pathLength, undefined);
      expect(extensions).toHaveLength(2);
      expect(extensions.map((each) => each.critical)).toEqual([true, true]);
      expect(hex(extensions[0]?.value)).toBe(expected);
    },
  );

  it.each([
    { constraints: {}, expected: '3000' },
    { constraints: { permittedDns: ['a.b'] }, expected: '3009a00730058203612e62' },
    { constraints: { excludedDns: ['a.b', 'c'] }, expected: '300ea10c30058203612e623003820163' },
    {
      constraints: { permittedDns: ['x'.repeat(200)] },
      expected: `308200d4a08200d0308200cc828200c8${'78'.repeat(200)}`,
    },
  ])('should write the name constraints $constraints', ({ constraints, expected }) => {
    const extension = authorityExtensions(true, undefined, constraints)[2];
    expect(extension?.type).toBe('2.5.29.30');
    expect(extension?.critical).toBe(true);
    expect(hex(extension?.value)).toBe(expected);
  });
});
