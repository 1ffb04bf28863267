/**
 * vitest over the exercises, for readers who like it better than `npm run learn`:
 *
 *     npx vitest --config exercises/kit/vitest.config.ts --project mine
 *
 * The other projects judge the solutions and the wrong answers; the test that holds our
 * harness and vitest equal runs them all.
 */

import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { readCatalog } from './catalog.ts';
import { testTimeoutMs } from './harness.ts';
import { repository } from './sources.ts';
import { JsonLines } from './vitest-reporter.ts';
import { exerciseAnswers } from './vitest-plugin.ts';

const catalog = readCatalog(repository);
const reportFile = process.env['PEERWALK_VITEST_REPORT'];

function project(
  name: string,
  answerOf: (folder: string) => string | undefined,
  folders: readonly string[],
): TestProjectInlineConfiguration {
  return {
    plugins: [exerciseAnswers(answerOf)],
    test: {
      name,
      root: repository.root,
      include: folders.map(
        (folder) => `${repository.exercises}/${folder}/exercise.test.ts`,
      ),
      isolate: false, // the harness shares its modules between tests, too
      testTimeout: testTimeoutMs,
    },
  };
}

const folders = catalog.map(({ folder }) => folder);
const most = Math.max(0, ...catalog.map(({ wrong }) => wrong.length));
const wrong = Array.from({ length: most }, (_, index) => {
  const having = catalog.filter((exercise) => exercise.wrong.length > index);
  const files = new Map(having.map((one) => [one.folder, one.wrong[index]?.file]));
  return project(`wrong-${index}`, (folder) => files.get(folder), [...files.keys()]);
});

export default defineConfig({
  root: repository.root,
  test: {
    pool: 'threads',
    ...(reportFile === undefined ? {} : { reporters: [new JsonLines(reportFile)] }),
    projects: [
      project('mine', () => undefined, folders),
      project('solution', () => 'solution.ts', folders),
      ...wrong,
    ],
  },
});
