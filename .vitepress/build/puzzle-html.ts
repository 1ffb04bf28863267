/** The lines of a puzzle with their colours; what is to be chosen stays open. */
import type { ShownPuzzle } from '../../exercises/kit/page/page-data.ts';
import type { LinePart, PuzzleHtml } from '../theme/exercise/puzzle-view.ts';
import { highlightLines } from './highlight.ts';

/** A name that stands for a blank while the code is coloured. */
const stand = 'PWBLANK_';

export async function colouredPuzzle(puzzle: ShownPuzzle): Promise<PuzzleHtml> {
  const lines = await Promise.all(
    puzzle.lines.map(async ({ id, code }): Promise<[string, readonly LinePart[]]> => [
      id,
      await partsOf(code),
    ]),
  );
  return {
    lines: Object.fromEntries(lines),
    before: await htmlOf(puzzle.before),
    after: await htmlOf(puzzle.after),
  };
}

async function htmlOf(code: string): Promise<string> {
  return (await highlightLines(code)).join('\n');
}

async function partsOf(code: string): Promise<LinePart[]> {
  const html = await htmlOf(code.replaceAll(/\{\{(\w+)\}\}/g, `${stand}$1`));
  const marks = new RegExp(`(?:<i class="\\w">)?${stand}(\\w+)(?:</i>)?`, 'g');
  // With a group in it, `split` gives text and names in turn.
  return html
    .split(marks)
    .map((part, index) => (index % 2 === 0 ? { html: part } : { blank: part }))
    .filter((part) => part.html !== '');
}
