/** Messages of assertions, for people who have not written the test. */

/** `toBe` says to the author of a test how it compares, and how else one could. */
const howItCompares =
  / \/\/ Object\.is equality(?:\n\nIf it should pass with deep equality, [^]*)?$/;

/** Leaves out of an assertion's message what is meant for the author of the test. */
export function forReaders(message: string): string {
  return message.replace(howItCompares, '');
}
