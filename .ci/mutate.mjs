/**
 * `npm run mutate -- csp` (or p2p, eth): changes `impl/csp` in one small way after the
 * other and says which change no test has noticed, and the score. What was judged before
 * is not judged again while code and tests are the same. `-- csp select.ts` takes one file,
 * or several; the two of Snappy are judged in this way alone, each by itself.
 *
 * What came out is kept for each file in `test/mutation-record.json`. A time-out counts as
 * noticed; on a busy machine it may be no more than that, so the record counts them apart.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Stryker } from '@stryker-mutator/core';

const root = fileURLToPath(new URL('..', import.meta.url));
const folders = ['csp', 'p2p', 'eth'];
const [folder, ...files] = process.argv.slice(2);
if (!folders.includes(folder)) {
  console.error(
    `mutate: name one of ${folders.join(', ')}, and files of it if you like`,
  );
  process.exit(2);
}
const known = readdirSync(join(root, 'impl', folder), { recursive: true });
const missing = files.find((file) => !known.includes(file));
if (missing !== undefined) {
  console.error(`mutate: there is no impl/${folder}/${missing}`);
  process.exit(2);
}
process.chdir(root);
// A mutant counts each time that it is passed, and the tests of these pass theirs many
// million times: they have to be named, and have their own tests alone.
const slow = ['p2p/rlpx/snappy.ts', 'p2p/rlpx/snappy-encoder.ts'];
const named = files.map((file) => `${folder}/${file}`);
const judged = named.find((path) => slow.includes(path)) ?? folder;
if (judged !== folder && named.length > 1) {
  console.error(`mutate: ${judged} is judged by itself`);
  process.exit(2);
}
process.env.PEERWALK_MUTATE = judged;
mkdirSync('coverage/mutation', { recursive: true });

// Other commands must not see the sandbox; what is under coverage/ is in no repository.
const stryker = new Stryker({
  mutate: [
    ...(files.length === 0
      ? [`impl/${folder}/**/*.ts`]
      : named.map((path) => `impl/${path}`)),
    ...slow.filter((path) => path !== judged).map((path) => `!impl/${path}`),
  ],
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'test/mutation.config.ts', related: false },
  incremental: true,
  incrementalFile: `coverage/mutation/${judged.replaceAll('/', '-')}.json`,
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
const results = await stryker.runMutationTest();

const recordFile = 'test/mutation-record.json';
const record = JSON.parse(readFileSync(recordFile, 'utf8'));
const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
  encoding: 'utf8',
}).trim();
const date = new Date().toISOString().slice(0, 10);
for (const name of new Set(results.map(({ fileName }) => fileName))) {
  const of = (...statuses) =>
    results.filter((r) => r.fileName === name && statuses.includes(r.status)).length;
  const [killed, timedOut] = [of('Killed'), of('Timeout')];
  const survived = of('Survived', 'NoCoverage');
  const mutants = killed + timedOut + survived;
  if (mutants === 0) continue; // nothing in it can be changed after it was loaded
  const score = Math.round((1000 * (killed + timedOut)) / mutants) / 10;
  const path = name.replaceAll('\\', '/').replace(/^.*impl\//, '');
  record[path] = { mutants, killed, timedOut, survived, score, date, commit };
}
const sorted = Object.fromEntries(
  Object.keys(record)
    .sort()
    .map((k) => [k, record[k]]),
);
writeFileSync(recordFile, `${JSON.stringify(sorted, null, 2)}\n`);
for (const name of folders) {
  const rows = Object.entries(sorted).filter(([path]) => path.startsWith(`${name}/`));
  const sum = (key) => rows.reduce((total, [, row]) => total + row[key], 0);
  if (rows.length === 0) continue;
  const percent = (100 * (sum('killed') + sum('timedOut'))) / sum('mutants');
  const files = `${rows.length} files, ${sum('mutants')} mutants`;
  console.log(`recorded for ${name}: ${percent.toFixed(1)} % (${files})`);
}
