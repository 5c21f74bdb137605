/** The arguments of the command are wrong; the message names the one and holds no secret. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
