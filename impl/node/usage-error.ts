/** Something on the command line cannot be used. The message is for the user. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The run was stopped, and something that was asked for is not done. Exit code 1. */
export class Unfinished extends Error {
  override readonly name = 'Unfinished';
}

/** What a file operation says, behind the option that named the file. */
export function unusable(option: string, error: unknown): UsageError {
  const why = error instanceof Error ? error.message : String(error);
  return new UsageError(`${option}: ${why}`);
}
