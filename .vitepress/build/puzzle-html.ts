/** The lines of a puzzle with their colours; what is to be chosen stays open. */
import type { ShownPuzzle } from '../../exercises/kit/page/page-data.ts';
import type { LinePart, PuzzleHtml } from '../theme/exercise/puzzle-view.ts';
import { highlightLines } from './highlight.ts';
import { breakable } from './breakable.ts';

/** A name that stands for a blank while the code is coloured. */
const stand = 'PWBLANK_';

export function colouredPuzzle(puzzle: ShownPuzzle): PuzzleHtml {
  const lines = puzzle.lines.map(({ id, code }) => [id, partsOf(code)] as const);
  return {
    lines: Object.fromEntries(lines),
    before: htmlOf(puzzle.before),
    after: htmlOf(puzzle.after),
  };
}

function htmlOf(code: string): string {
  return breakable(highlightLines(code).join('\n'));
}

function partsOf(code: string): LinePart[] {
  const html = htmlOf(code.replaceAll(/\{\{(\w+)\}\}/g, `${stand}$1`));
  const marks = new RegExp(`(?:<i class="\\w">)?${stand}(\\w+)(?:</i>)?`, 'g');
  // With a group in it, `split` gives text and names in turn.
  return html
    .split(marks)
    .map((part, index) => (index % 2 === 0 ? { html: part } : { blank: part }))
    .filter((part) => part.html !== '');
}
