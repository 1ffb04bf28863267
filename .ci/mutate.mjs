/**
 * `npm run mutate -- csp` (or p2p, eth): changes `impl/csp` in one small way after the
 * other and says which change no test has noticed, and the score. What was judged before
 * is not judged again while code and tests are the same. `-- csp select.ts` takes one file.
 */
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Stryker } from '@stryker-mutator/core';

const root = fileURLToPath(new URL('..', import.meta.url));
const folders = ['csp', 'p2p', 'eth'];
const [folder, file, more] = process.argv.slice(2);
if (!folders.includes(folder) || more !== undefined) {
  console.error(
    `mutate: name one of ${folders.join(', ')}, and a file of it if you like`,
  );
  process.exit(2);
}
const known = readdirSync(join(root, 'impl', folder), { recursive: true });
if (file !== undefined && !known.includes(file)) {
  console.error(`mutate: there is no impl/${folder}/${file}`);
  process.exit(2);
}
process.chdir(root);
process.env.PEERWALK_MUTATE = folder;
mkdirSync('coverage/mutation', { recursive: true });

// Other commands must not see the sandbox; what is under coverage/ is in no repository.
const stryker = new Stryker({
  mutate: [`impl/${folder}/${file ?? '**/*.ts'}`],
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'test/mutation.config.ts', related: false },
  incremental: true,
  incrementalFile: `coverage/mutation/${folder}.json`,
  tempDirName: 'coverage/stryker',
  cleanTempDir: 'always',
  ignorePatterns: ['coverage', '.vitepress', 'docs'],
  ignoreStatic: true, // a change of what is made at load time would need a run of its own
  coverageAnalysis: 'perTest',
  concurrency: 2,
  dryRunTimeoutMinutes: 20,
  timeoutMS: 10_000,
  reporters: ['clear-text', 'progress-append-only'],
  clearTextReporter: { reportTests: false, logTests: false },
  allowEmpty: false,
});
await stryker.runMutationTest();
