/**
 * Runs checks side by side: `node .ci/check.mjs` type checkers, linter and formatter;
 * `node .ci/check.mjs test` what `npm test` begins with, the type checkers and the build of
 * the site for the tests; `node .ci/check.mjs format` formats what the formatter's check looks
 * at. Each prints what it has to say when it ends. Two cores are busy
 * for half as long as one after the other.
 */
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { unformatted } from './theirs.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = join(root, 'node_modules', '.bin');
const kept = 'node_modules/.cache';
const files = ['.', ...unformatted(root)].map((one) => `"${one}"`).join(' ');

const types = [
  [
    'vue-tsc',
    `vue-tsc -p .vitepress/tsconfig.json --incremental --tsBuildInfoFile ${kept}/vue-tsc.json`,
  ],
  ['tsc', 'node .ci/tsc.mjs'],
];
const linter = ['eslint', 'eslint .'];
const formatter = [
  'prettier',
  `prettier --check --cache --cache-location ${kept}/prettier.json ${files}`,
];
const site = ['site', 'node --import tsx test/site/build.ts visit'];

// The longest first, so that none is left alone at the end.
const queues = {
  test: [site, ...types],
  format: [['prettier', `prettier --write --log-level warn ${files}`]],
};
const queue = queues[process.argv[2]] ?? [linter, ...types, formatter];
const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}` };
let failed = 0;

/** Ends with the command; what it prints comes in one piece. */
function run([name, command]) {
  const begun = performance.now();
  const child = spawn(command, { cwd: root, env, shell: true });
  let output = '';
  const take = (data) => (output += data);
  child.stdout.setEncoding('utf8').on('data', take);
  child.stderr.setEncoding('utf8').on('data', take);
  return new Promise((done) => {
    child.on('close', (code) => {
      const seconds = ((performance.now() - begun) / 1000).toFixed(0);
      console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`);
      if (code !== 0) {
        failed += 1;
        console.log(output.trimEnd());
      }
      done();
    });
  });
}

async function lane() {
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    await run(next);
  }
}

const lanes = Math.min(queue.length, Math.max(2, availableParallelism()));
await Promise.all(Array.from({ length: lanes }, lane));
process.exitCode = failed === 0 ? 0 : 1;
