/** What was thrown, if it is an Error; else one that has it as its cause. Never throws. */
export function asError(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown;
  // Only a text is taken as it is: an object may throw when it is asked for one.
  const text =
    typeof thrown === 'string' ? thrown : `no Error was thrown, but ${typeof thrown}`;
  return new Error(text, { cause: thrown });
}
