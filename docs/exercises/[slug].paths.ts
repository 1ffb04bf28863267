import { highlightLines } from '../../.vitepress/build/highlight.ts';
import { colouredPuzzle } from '../../.vitepress/build/puzzle-html.ts';
import { exercisePages } from '../../exercises/kit/page/page-data.ts';

/** As the editor shows it, which has one colour for all of a comment. */
function plainComment(line: string): string {
  if (!line.trimStart().startsWith('<i class="c">')) return line;
  const text = line.replaceAll(/<\/?i\b[^>]*>/g, '');
  return /^\s*(?:\/\*|\*|\/\/)/.test(text) ? `<i class="c">${text}</i>` : line;
}

export default {
  watch: ['../../exercises/*/*.{md,ts}'],
  async paths() {
    const pages = await exercisePages();
    return Promise.all(
      pages.map(async ({ params, content }) => {
        const lines = await highlightLines(params.exercise.starter);
        const coloured = lines.map(plainComment);
        const { puzzle } = params.exercise;
        const puzzleHtml =
          puzzle === undefined ? {} : { puzzleHtml: await colouredPuzzle(puzzle) };
        return { params: { ...params, coloured, ...puzzleHtml }, content };
      }),
    );
  },
};
