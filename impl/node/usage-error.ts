/** Something on the command line cannot be used. The message is for the user. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
