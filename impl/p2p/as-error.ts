/**
 * What was thrown, if it is an Error; else one that has it as its cause. It asks no object
 * for its text: that may throw.
 */
export function asError(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown;
  const text =
    typeof thrown === 'string' ? thrown : `no Error was thrown, but ${typeof thrown}`;
  return new Error(text, { cause: thrown });
}
