/** Bytes exercises in a terminal: the messages as the reader has them now, with names. */

import type { Exercise } from '../catalog/catalog.ts';
import type { EditItem } from '../edits.ts';
import { annotatedEdit, readEdits } from '../formats/edit-text.ts';
import type { RunReport } from '../formats/schema-report.ts';
import { showStrings } from '../words/show-strings.ts';
import { paint, type Look } from './terminal.ts';

/**
 * Of each message that was changed and does not do its task: the names behind the bytes of
 * `exercise.ts` are those of before.
 */
export function editLines(
  look: Look,
  items: readonly EditItem[],
  { written }: Pick<Exercise, 'written'>,
  { tests }: Pick<RunReport, 'tests'>,
): string[] {
  const edits = readEdits(items, written);
  return items.flatMap((item) => {
    const test = tests.find(({ name }) => name.endsWith(item.task));
    const isWrong = test?.verdict !== 'passed' && test?.verdict !== 'unsolved';
    const lines = test !== undefined && isWrong ? annotatedEdit(item, edits) : [];
    if (lines.length === 0) return [];
    const title = paint(look, 'strong', showStrings.edits.now(item.id));
    return [` ${title}`, ...lines.map((line) => `   ${line}`)];
  });
}
