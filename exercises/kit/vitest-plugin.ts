/**
 * Lets the tests of exercises judge another file than `exercise.ts`: the solution, or a
 * wrong answer. The test files stay as they are.
 */

import { basename, dirname, join, relative, resolve } from 'node:path';
import type { Plugin } from 'vite';
import { withMarks } from './recorded.ts';
import { repository, type Sources } from './sources.ts';

/**
 * @param answerOf file inside the folder of an exercise, `solution.ts` for example;
 *   undefined leaves `exercise.ts`
 */
export function exerciseAnswers(
  answerOf: (folder: string) => string | undefined,
  sources: Sources = repository,
): Plugin {
  const home = resolve(sources.root, sources.exercises);
  return {
    name: 'peerwalk-exercise-answers',
    enforce: 'pre',
    resolveId(specifier, importer) {
      if (specifier !== './exercise.ts' || importer === undefined) return undefined;
      const folder = dirname(importer.split('?')[0] ?? importer);
      if (resolve(dirname(folder)) !== home) return undefined;
      const answer = answerOf(basename(folder));
      return answer === undefined ? undefined : join(folder, answer);
    },
  };
}

/** Marks in the code, so that traces of the tests say where in the source tasks stand. */
export function sourceLines(sources: Sources = repository): Plugin {
  return {
    name: 'peerwalk-source-lines',
    enforce: 'pre',
    transform(code, file) {
      const path = file.split('?')[0] ?? file;
      const id = relative(sources.root, path).replaceAll('\\', '/');
      const marked = withMarks(code, id, 'esm');
      return marked === undefined ? undefined : { code: marked, map: null };
    },
  };
}
