/** The pages of the exercises, with their code in colours; kept until a source changes. */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from '../../exercises/kit/catalog/sources.ts';
import {
  exercisePages,
  type ExercisePage,
} from '../../exercises/kit/page/page-data.ts';
import { keep, keptFile, textOf } from '../../exercises/kit/script/kept.ts';
import { scriptKey } from '../../exercises/kit/script/kept-script.ts';
import { highlightLines } from './highlight.ts';
import { colouredPuzzle } from './puzzle-html.ts';

export interface ShownPage {
  readonly params: ExercisePage['params'] & {
    /** The starter's lines as HTML. */
    readonly coloured: readonly string[];
    readonly puzzleHtml?: unknown;
  };
  readonly content: string;
}

export async function shownPages(): Promise<ShownPage[]> {
  const file = keptFile(repository.root, `exercise_pages-${keyOfPages()}.json`);
  const known = textOf(file);
  if (known !== undefined) return JSON.parse(known) as ShownPage[]; // written below
  const pages = (await exercisePages()).map(coloured);
  keep(file, JSON.stringify(pages));
  return pages;
}

/** Over the node, the kit and the exercises, and what colours them. */
function keyOfPages(): string {
  const hash = createHash('sha256').update(scriptKey(repository));
  const names = ['build/exercise-pages', 'build/highlight', 'build/puzzle-html'];
  for (const name of [...names, 'weave/highlight']) {
    const path = join(repository.root, `.vitepress/${name}.ts`);
    hash.update(readFileSync(path));
  }
  return hash.digest('hex').slice(0, 32);
}

function coloured({ params, content }: ExercisePage): ShownPage {
  const { starter, puzzle } = params.exercise;
  const lines = highlightLines(starter).map(plainComment);
  const puzzleHtml = puzzle === undefined ? {} : { puzzleHtml: colouredPuzzle(puzzle) };
  return { params: { ...params, coloured: lines, ...puzzleHtml }, content };
}

/** As the editor shows it, which has one colour for all of a comment. */
function plainComment(line: string): string {
  if (!line.trimStart().startsWith('<i class="c">')) return line;
  const text = line.replaceAll(/<\/?i\b[^>]*>/g, '');
  return /^\s*(?:\/\*|\*|\/\/)/.test(text) ? `<i class="c">${text}</i>` : line;
}
