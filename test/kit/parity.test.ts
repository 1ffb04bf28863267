/**
 * The harness and vitest over the same files: starters, solutions and wrong answers.
 * Names, order, verdicts and messages have to be the same.
 */

import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { readCatalog, type Exercise } from '#kit/catalog.ts';
import type { TestResult } from '#kit/schema-report.ts';
import { buildWorkerScript } from '#kit/script.ts';
import type { Sources } from '#kit/sources.ts';
import { Threads } from '#kit/thread.ts';
import { visible } from '#kit/visible.ts';
import type { VitestLine } from '#kit/vitest-reporter.ts';
import { course, fixtures } from './sources.ts';

interface Line {
  readonly name: string;
  readonly passed: boolean;
  readonly message: string;
}

function ours({ name, verdict, message }: TestResult): Line {
  return { name, passed: verdict === 'passed', message };
}

/** The harness puts the name of a foreign error before its message, as vitest prints it. */
const known =
  'AssertionError Unsolved NoProgram WrongAnswer Blocked StepLimit ForeignWait'.split(
    ' ',
  );

function theirs({ name, state, error }: VitestLine): Line {
  const message =
    error === undefined
      ? ''
      : known.includes(error.name)
        ? error.message
        : `${error.name}: ${error.message}`;
  return { name, passed: state === 'passed', message: visible(message) };
}

async function vitestLines(sources: Sources): Promise<VitestLine[]> {
  const folder = mkdtempSync(join(tmpdir(), 'peerwalk-parity-'));
  const file = join(folder, 'report.jsonl');
  const vitest = join(sources.root, 'node_modules/vitest/vitest.mjs');
  const args = [vitest, 'run', '--config', 'exercises/kit/vitest.config.ts'];
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

function answers(exercise: Exercise): [project: string, code: string][] {
  return [
    ['mine', exercise.written],
    ['solution', exercise.solution],
    ...exercise.wrong.map(({ code }, i): [string, string] => [`wrong-${i}`, code]),
  ];
}

it.each([
  ['the samples', fixtures],
  ['the course', course],
])(
  'gives the same verdicts as vitest over %s',
  { timeout: 180_000 },
  async (_, sources) => {
    const catalog = readCatalog(sources);
    if (catalog.length === 0) return;
    const [all, { text }] = await Promise.all([
      vitestLines(sources),
      buildWorkerScript(sources),
    ]);
    const threads = new Threads(text);
    for (const exercise of catalog) {
      for (const [project, code] of answers(exercise)) {
        const report = await threads.test(exercise.facts.id, code);
        const lines = all.filter(
          (line) => line.project === project && line.folder === exercise.folder,
        );
        const where = `${exercise.folder} ${project}`;
        expect(report.tests.map(ours), where).toEqual(lines.map(theirs));
      }
    }
    expect(all.length).toBeGreaterThan(catalog.length);
  },
);
