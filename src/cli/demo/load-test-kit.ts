import type * as TestKit from '../../testing/index.js';

/** The test kit, which makes the certificates and the server. */
export type { TestKit };

/** Two packages are missing that the demonstration needs, and the library does not. */
export class KitMissingError extends Error {
  override readonly name = 'KitMissingError';
}

/**
 * Gives the test kit.
 *
 * @param load - Imports it; a parameter for the spec.
 * @throws KitMissingError (as a rejection) when the packages that it makes certificates with are not
 * installed: they are optional.
 */
export async function loadTestKit(
  load: () => Promise<typeof TestKit> = () => import('../../testing/index.js'),
): Promise<typeof TestKit> {
  try {
    return await load();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')) {
      throw error;
    }
    throw new KitMissingError(
      'the demonstration needs two more packages for its certificates: npm i @peculiar/x509 reflect-metadata',
      { cause: error },
    );
  }
}
