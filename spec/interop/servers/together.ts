/**
 * Waits for all of `works`, so that none goes on alone when another has failed.
 *
 * @throws what the first of them that failed was rejected with.
 */
export async function together(...works: readonly Promise<void>[]): Promise<void> {
  for (const result of await Promise.allSettled(works)) {
    if (result.status === 'rejected') throw result.reason;
  }
}
