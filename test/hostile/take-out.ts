/**
 * Takes the guards of `fault-table.ts` and `attack-guards.ts` out of `impl/`, one at a time and in memory, and
 * sees the test of each fail: `node --import tsx test/hostile/take-out.ts [F-03 I-2 …]`.
 * A test that passes without its guard proves nothing; then the exit code is 1.
 */

import { spawnSync } from 'node:child_process';
import { attackGuards } from './attack-guards.ts';
import { guards as faultGuards } from './fault-table.ts';

const guards = [...faultGuards, ...attackGuards];

const wanted = process.argv.slice(2);
let unseen = 0;
for (const [index, { of, file, take, test }] of guards.entries()) {
  if (wanted.length > 0 && !wanted.includes(of)) continue;
  const { status, stdout } = spawnSync(
    'npx',
    ['vitest', 'run', '--config', 'test/hostile/guards.config.ts', '--reporter=json'],
    {
      encoding: 'utf8',
      env: { ...process.env, PEERWALK_WITHOUT: `${index}` },
      timeout: 180_000,
      killSignal: 'SIGKILL',
    },
  );
  const failed = /"numFailedTests":(\d+)/.exec(stdout)?.[1];
  const hung = status === null;
  const isSeen = hung || (failed !== undefined && failed !== '0');
  if (!isSeen) unseen++;
  const how = hung ? 'hangs' : isSeen ? 'fails' : 'PASSES';
  const what = take.trim().split('\n')[0] ?? '';
  console.log(`${of}  ${how} without: ${what}  (${file}; ${test.file})`);
}
process.exitCode = unseen === 0 ? 0 : 1;
