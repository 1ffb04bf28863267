/**
 * `exercise.ts` of exercises in which bytes are changed: the page writes the file that a
 * reader would write by hand, and reads what a reader has written.
 */

import { bytesIn, digitsIn, NoBytes, type EditItem, type Edits } from '../edits.ts';
import { after, filled, keyText, valueText } from './answer-text.ts';
import { annotated } from './edit-fields.ts';

/**
 * The file with its tasks in it, and each byte beside its name. A starter is this text
 * with the messages as they are offered.
 */
export function writeEdits(items: readonly EditItem[], edits: Edits): string {
  const open = items.some((item) => isAsOffered(item, edits));
  const todo =
    '// TODO: change the bytes of each message. What stands behind // is for you alone.';
  const lines = items.flatMap((item, index) => [
    ...(index === 0 ? [] : ['']),
    ...filled('  // ', '  // ', item.task),
    `  ${keyText(item.id)}: ${bytesText(item, edits[item.id] ?? item.bytes)},`,
  ]);
  return [
    "import type { Edits } from '#kit/edits.ts';",
    '',
    ...(open ? [todo] : []),
    'export const edits: Edits = {',
    ...lines,
    '};',
    '',
  ].join('\n');
}

function isAsOffered(item: EditItem, edits: Edits): boolean {
  return digitsIn(edits[item.id] ?? item.bytes).toLowerCase() === item.bytes;
}

function bytesText(item: EditItem, text: string): string {
  try {
    const lines = annotated(item.message, bytesIn(item, text));
    return ['`', ...lines.map((line) => `    ${line}`), '  `'].join('\n');
  } catch (error) {
    if (!(error instanceof NoBytes)) throw error;
    return valueText(digitsIn(text)); // as it is: it is the reader's
  }
}

/** What the text has for each item, as it stands there; nothing where code makes it. */
export function readEdits(items: readonly EditItem[], text: string): Edits {
  const code = text.replaceAll(/^\s*\/\/.*$/gm, '');
  const found = items.map(({ id }) => [id, literalIn(after(code, id) ?? '')] as const);
  return Object.fromEntries(found);
}

function literalIn(text: string): string | undefined {
  const literal =
    /^(?:'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\$]|\\.|\$(?!\{))*)`)/s;
  const [, single, double, lines] = literal.exec(text) ?? [];
  return (single ?? double ?? lines)?.replaceAll(/\\(.)/gs, '$1');
}

/** The message as the reader has it now: hex digits, and whatever else stands there. */
export function digitsOf(item: EditItem, edits: Edits): string {
  return digitsIn(edits[item.id] ?? item.bytes);
}

/** Why these are no bytes that can be sent; undefined if they are. */
export function editProblem(item: EditItem, digits: string): string | undefined {
  try {
    bytesIn(item, digits);
    return undefined;
  } catch (error) {
    if (error instanceof NoBytes) return error.message;
    throw error;
  }
}

/** Whether the reader has changed the message. */
export function isChanged(item: EditItem, digits: string): boolean {
  return editProblem(item, digits) !== undefined || digits.toLowerCase() !== item.bytes;
}

/** Of a message that can be sent, its lines with their names. */
export function annotatedEdit(item: EditItem, edits: Edits): string[] {
  const digits = digitsOf(item, edits);
  if (editProblem(item, digits) !== undefined) return [];
  return annotated(item.message, bytesIn(item, digits));
}
