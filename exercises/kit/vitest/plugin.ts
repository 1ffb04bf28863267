/**
 * Lets the tests of exercises judge another file than `exercise.ts`: the solution, or a
 * wrong answer. The test files stay as they are.
 */

import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import type { Plugin } from 'vite';
import type { Exercise } from '../catalog/catalog.ts';
import { withMarks } from '../trace/recorded.ts';
import { repository, type Sources } from '../catalog/sources.ts';

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

/**
 * Each wrong answer with a copy of its exercise's tests beside it, so that one project
 * judges all of them: every project starts a server of its own and compiles the node anew.
 */
export class WrongAnswers {
  readonly #home: string;
  readonly #folders = new Map<string, string>(); // BOUNDED by the wrong answers

  /** @param home is emptied and filled with the copies */
  constructor(home: string, catalog: readonly Exercise[]) {
    this.#home = resolve(home);
    rmSync(this.#home, { recursive: true, force: true });
    for (const { path, folder, wrong } of catalog) {
      wrong.forEach(({ code }, index) => {
        const copy = join(this.#home, `wrong-${index}`, folder);
        mkdirSync(copy, { recursive: true });
        copyFileSync(join(path, 'exercise.test.ts'), join(copy, 'exercise.test.ts'));
        writeFileSync(join(copy, 'exercise.ts'), code);
        this.#folders.set(copy, path);
      });
    }
  }

  get include(): string[] {
    return [...this.#folders.keys()].map((copy) => join(copy, 'exercise.test.ts'));
  }

  /** `wrong-3`; undefined for a test file that is no copy of ours. */
  projectOf(file: string): string | undefined {
    const copy = dirname(resolve(file));
    return this.#folders.has(copy) ? basename(dirname(copy)) : undefined;
  }

  plugin(): Plugin {
    return {
      name: 'peerwalk-wrong-answers',
      enforce: 'pre',
      resolveId: (specifier, importer) => {
        if (!specifier.startsWith('./') || importer === undefined) return undefined;
        if (specifier === './exercise.ts') return undefined; // the copy's own
        const copy = resolve(dirname(importer.split('?')[0] ?? importer));
        const folder = this.#folders.get(copy);
        return folder === undefined ? undefined : join(folder, specifier);
      },
    };
  }
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
