/**
 * What vitest makes of the exercises: starters, solutions and wrong answers, in the words
 * in which the harness says it.
 */

import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Exercise } from '#kit/catalog/catalog.ts';
import type { TestResult } from '#kit/formats/schema-report.ts';
import type { Sources } from '#kit/catalog/sources.ts';
import { visible } from '#kit/words/visible.ts';
import type { VitestLine } from '#kit/vitest/reporter.ts';

export interface Line {
  readonly name: string;
  readonly passed: boolean;
  readonly message: string;
}

export function ours({ name, verdict, message }: TestResult): Line {
  return { name, passed: verdict === 'passed', message };
}

/** The harness puts the name of a foreign error before its message, as vitest prints it. */
const known =
  'AssertionError Unsolved MissingLines NoProgram WrongAnswer NoBytes Blocked StepLimit ForeignWait'.split(
    ' ',
  );

export function theirs({ name, state, error }: VitestLine): Line {
  const message =
    error === undefined
      ? ''
      : known.includes(error.name)
        ? error.message
        : `${error.name}: ${error.message}`;
  return { name, passed: state === 'passed', message: visible(message) };
}

export async function vitestLines(sources: Sources): Promise<VitestLine[]> {
  const folder = mkdtempSync(join(tmpdir(), 'peerwalk-parity-'));
  const file = join(folder, 'report.jsonl');
  const vitest = join(sources.root, 'node_modules/vitest/vitest.mjs');
  const args = [vitest, 'run', '--config', 'exercises/kit/vitest/vitest.config.ts'];
  const env = {
    ...process.env,
    PEERWALK_EXERCISES: sources.exercises,
    PEERWALK_VITEST_REPORT: file,
  };
  const run = promisify(execFile)(process.execPath, args, { cwd: sources.root, env });
  await run.catch(() => undefined); // it fails: starters and wrong answers are there
  const text = readFileSync(file, 'utf8');
  rmSync(folder, { recursive: true });
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as VitestLine); // written by our reporter
}

export function answers(exercise: Exercise): [project: string, code: string][] {
  return [
    ['mine', exercise.written],
    ['solution', exercise.solution],
    ...exercise.wrong.map(({ code }, i): [string, string] => [`wrong-${i}`, code]),
  ];
}
