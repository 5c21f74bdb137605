import { X509Certificate } from 'node:crypto';

/** Gives `cert`, in PEM, with a signature that is wrong: as a forger makes it. */
export function damaged(cert: string): string {
  const { raw } = new X509Certificate(cert);
  const last = raw.length - 1;
  raw.writeUInt8(raw.readUInt8(last) ^ 1, last);
  return `-----BEGIN CERTIFICATE-----\n${raw.toString('base64')}\n-----END CERTIFICATE-----\n`;
}
