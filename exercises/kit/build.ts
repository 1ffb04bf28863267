/** Makes a function body of assembled lines. A run that is recorded puts another in its place. */

export type Build = (
  /** As the reader sees them, for whoever wants to show them. */
  source: string,
  /** The JavaScript of them, line for line. */
  code: string,
  names: readonly string[],
) => (...given: unknown[]) => unknown;

export const buildLines: Build = function (_source, code, names) {
  // The lines are ours; only their order and the choice of blanks are the reader's.
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  return new Function(...names, code) as ReturnType<Build>;
};
