import { X509Certificate } from 'node:crypto';

import { OptionRangeError } from '../errors/option-error.js';
import type { LoadedMaterial } from './material.js';

const PEM_CERTIFICATE =
  /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----[^-]+-----END (?:X509 |TRUSTED )?CERTIFICATE-----/g;

// A DER certificate is an ASN.1 SEQUENCE.
const DER_SEQUENCE = 0x30;

/**
 * Gives every certificate in `loaded`, in order: a PEM file with any number of them, or one in DER.
 *
 * @throws OptionRangeError if there is none, or if one cannot be parsed.
 */
export function readCertificates(loaded: LoadedMaterial): readonly X509Certificate[] {
  const { option, bytes } = loaded;
  const isDer = bytes[0] === DER_SEQUENCE && !bytes.includes('-----BEGIN ');
  const encoded = isDer ? [bytes] : bytes.toString('latin1').match(PEM_CERTIFICATE);
  if (encoded === null) throw new OptionRangeError(option, 'holds no certificate');
  return encoded.map((each, index) => {
    try {
      return new X509Certificate(each);
    } catch (error) {
      throw new OptionRangeError(option, `certificate ${index + 1} cannot be parsed`, {
        cause: error,
      });
    }
  });
}
