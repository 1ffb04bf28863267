/**
 * vitest over the exercises, for readers who like it better than `npm run learn`:
 *
 *     npx vitest --config exercises/kit/vitest/vitest.config.ts --project mine
 *
 * The other projects judge the solutions and, where a report is asked for, the wrong
 * answers; the test that holds our harness and vitest equal runs them.
 */

import type { Plugin } from 'vite';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { join } from 'node:path';
import { readCatalog } from '../catalog/catalog.ts';
import { testTimeoutMs } from '../run/harness.ts';
import { repository } from '../catalog/sources.ts';
import { JsonLines } from './reporter.ts';
import { exerciseAnswers, WrongAnswers } from './plugin.ts';

const catalog = readCatalog(repository);
const reportFile = process.env['PEERWALK_VITEST_REPORT'];

const home = '.vitepress/cache/wrong-answers';
const wrong =
  reportFile === undefined
    ? undefined
    : new WrongAnswers(
        join(repository.root, home, repository.exercises.replaceAll(/[\\/]/g, '-')),
        catalog,
      );

function project(
  name: string,
  plugin: Plugin,
  include: string[],
): TestProjectInlineConfiguration {
  return {
    plugins: [plugin],
    test: {
      name,
      root: repository.root,
      include,
      isolate: false, // the harness shares its modules between tests, too
      testTimeout: testTimeoutMs,
    },
  };
}

const tests = catalog.map(
  ({ folder }) => `${repository.exercises}/${folder}/exercise.test.ts`,
);

export default defineConfig({
  root: repository.root,
  test: {
    pool: 'threads',
    ...(reportFile === undefined
      ? {}
      : {
          reporters: [
            new JsonLines(
              reportFile,
              ({ moduleId, project: { name } }) => wrong?.projectOf(moduleId) ?? name,
            ),
          ],
        }),
    projects: [
      project(
        'mine',
        exerciseAnswers(() => undefined),
        tests,
      ),
      project(
        'solution',
        exerciseAnswers(() => 'solution.ts'),
        tests,
      ),
      ...(wrong === undefined ? [] : [project('wrong', wrong.plugin(), wrong.include)]),
    ],
  },
});
