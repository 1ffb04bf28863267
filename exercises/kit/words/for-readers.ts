/** Messages of assertions, for people who have not written the test. */
import { kitStrings } from './strings.ts';

const strings = kitStrings.answers;

/** `toBe` says to the author of a test how it compares, and how else one could. */
const howItCompares =
  / \/\/ Object\.is equality(?:\n\nIf it should pass with deep equality, [^]*)?$/;

/** `+0` is how values are printed that could be `-0`; here it says nothing. */
const plusZero = /(?<=\b(?:expected|be|equal) )\+0(?![\w.])/g;

/** Leaves out of an assertion's message what is meant for the author of the test. */
export function forReaders(message: string): string {
  return message.replace(howItCompares, '').replaceAll(plusZero, '0');
}

/** How an assertion ends that compares; what is cut in it has an ellipsis or a count. */
const comparison = /(^|: )expected [^\n]*(?:\bArray\(\d+\)|…)[^\n]* to [^]*$/;

/** Of a message beside which both values stand whole: without its own, cut ones. */
export function withoutCutValues(message: string): string {
  return message.replace(comparison, (_, before: string) => before + strings.differs);
}
