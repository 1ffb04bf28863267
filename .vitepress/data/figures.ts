/** The figures on the home page: each is counted from files, none is typed in. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readTrace } from '../../impl/csp/trace.ts';
import { repoDir } from '../build/pages.ts';
import { traceFile } from '../build/trace-file.ts';
import { sampleTrace } from '../lab/sample.ts';

export interface Figures {
  readonly traceSteps: number;
  readonly traceScenario: string;
  readonly traceSample: boolean;
  readonly implLines: number;
  readonly tests: number;
}

function filesIn(folder: string, ending: string): string[] {
  const path = join(repoDir, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(ending))
    .map((file) => join(path, file));
}

function linesOf(file: string): number {
  const text = readFileSync(file, 'utf8');
  return text.split('\n').filter((line) => line.trim() !== '').length;
}

/** Calls of `it` and `it.each`; a table of cases counts once. */
function testsOf(file: string): number {
  return readFileSync(file, 'utf8').match(/^\s*(?:it|test)(?:\.\w+)?\(/gm)?.length ?? 0;
}

/** The fixtures are exercises for tests of the kit: nothing runs them as tests. */
function testFiles(): string[] {
  const fixtures = join(repoDir, 'test', 'kit', 'fixtures');
  return filesIn('test', '.test.ts').filter((file) => !file.startsWith(fixtures));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

export function countFigures(): Figures {
  const file = traceFile(repoDir, 'meet');
  const recorded = existsSync(file);
  let traceSteps = 0;
  let traceScenario = '';
  try {
    const trace = readTrace(recorded ? readFileSync(file, 'utf8') : sampleTrace());
    traceSteps = trace.events.length;
    traceScenario = trace.head.scenario;
  } catch {
    // The player shows what is wrong with the file; the figure is then zero.
  }
  return {
    traceSteps,
    traceScenario,
    traceSample: !recorded,
    implLines: sum(filesIn('impl', '.ts').map(linesOf)),
    tests: sum(testFiles().map(testsOf)),
  };
}
