/**
 * `npm run grade [-- ID…] [-- --json FILE]`: verdict and points for each exercise.
 * Exit code 0 only if all that were asked for pass; 2 if the question was wrong.
 */

import { closeSync, existsSync, openSync, rmSync, writeFileSync } from 'node:fs';
import type { Exercise } from '../catalog/catalog.ts';
import { InvalidData } from '../formats/schema.ts';
import { graded, Grader } from './grader.ts';
import { ProgressFileError } from './progress-file.ts';
import {
  isSolved,
  type GradedExercise,
  type GradeReport,
  type RunReport,
} from '../formats/schema-report.ts';
import { kitStrings } from '../words/strings.ts';
import { repository } from '../catalog/sources.ts';
import { readOptions, type Parsed } from './options.ts';
import { reportText } from './report.ts';
import { lookOf, outliveReader, paint } from './terminal.ts';

/** What was asked cannot be done. One line for people. */
class BadQuestion extends Error {
  override readonly name = 'BadQuestion';
}

const help = `Usage: npm run grade [-- EXERCISE …] [-- --json FILE]

Runs your exercise.ts of each EXERCISE (E07 W1), or of all, and says verdict and
points.

  --json FILE  also writes the report: the verdict and the message of each test
  --help       this text

Exit code 0 if all that were asked for pass, 1 if not, 2 for a bad question,
which is answered with one line on standard error.`;

interface Question {
  readonly exercises: readonly Exercise[];
  readonly jsonFile: string | undefined;
}

const options = {
  json: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

function readQuestion(
  args: Parsed<typeof options>,
  catalog: readonly Exercise[],
  broken: ReadonlyMap<string, string>,
): Question {
  const ids = args.positionals.map((id) => id.toUpperCase());
  const exercises = ids.map((id) => {
    const found = catalog.find(({ facts }) => facts.id === id);
    if (found !== undefined) return found;
    const why = broken.get(id);
    if (why !== undefined) throw new BadQuestion(why);
    const known = catalog.map(({ facts }) => facts.id).join(' ');
    throw new BadQuestion(`there is no exercise ${id}; there are ${known}`);
  });
  return {
    exercises: ids.length === 0 ? catalog : exercises,
    jsonFile: args.values.json,
  };
}

async function main(): Promise<number> {
  const args = readOptions(process.argv.slice(2), options);
  if (args.values.help === true) {
    console.log(help);
    return 0;
  }
  const grader = new Grader(repository, (line) => {
    console.error(line);
  });
  const catalog = grader.catalog();
  const asked = readQuestion(args, catalog, grader.broken);
  const { exercises, jsonFile } = asked;
  const leftOut = exercises === catalog ? [...grader.broken.values()] : [];
  for (const why of leftOut) console.error(`grade: left out: ${why}`);
  // What cannot be read or written is said before anything is graded.
  grader.progress();
  if (jsonFile !== undefined) checkWritable(jsonFile);
  const results: GradedExercise[] = [];
  for (const exercise of exercises) {
    const report = await grader.run(exercise);
    const result = graded(exercise, report);
    results.push(result);
    printOne(exercise, result, report);
    const draft = grader.draft(exercise);
    if (draft !== undefined) printDraft(exercise, grader.progressName);
  }
  await grader.close();
  printSum(results);
  if (jsonFile !== undefined) writeJson(jsonFile, { version: 1, exercises: results });
  const isAll = leftOut.length === 0;
  return isAll && results.every(({ points, max }) => points === max) ? 0 : 1;
}

function printOne(exercise: Exercise, result: GradedExercise, report: RunReport): void {
  const look = lookOf(process.stdout);
  const { facts } = exercise;
  const good = isSolved(report);
  const word = paint(look, good ? 'good' : 'bad', result.verdict.padEnd(10));
  const points = `${result.points}/${result.max}`.padStart(6);
  console.log(`${facts.id.padEnd(3)}  ${word} ${points}  ${facts.title}`);
  const wrong = (verdict: string): boolean => !['passed', 'unsolved'].includes(verdict);
  const failed = report.tests.filter(({ verdict }) => wrong(verdict));
  const first = report.tests.find((test) => test.verdict !== 'passed');
  const ours = report.borrowed && kitStrings.borrowed(report.borrowed);
  const said =
    first === undefined
      ? (ours ?? reportText(exercise, report))
      : `${first.name}${/[.?!”]$/.test(first.name) ? '' : ':'} ${first.message}`;
  const [line = ''] = said.split('\n');
  if (good) return;
  console.log(paint(look, 'quiet', `     ${line}`));
  if (failed.length > 1) {
    const more = `     ${failed.length - 1} more: npm run learn -- ${facts.id}`;
    console.log(paint(look, 'quiet', more));
  }
}

function printDraft({ facts }: Exercise, file: string): void {
  const text = `     ${file} has another draft: npm run learn -- ${facts.id}, then d`;
  console.log(paint(lookOf(process.stdout), 'quiet', text));
}

function printSum(results: readonly GradedExercise[]): void {
  const points = results.reduce((sum, result) => sum + result.points, 0);
  const max = results.reduce((sum, result) => sum + result.max, 0);
  const passed = results.filter(({ points, max }) => points === max).length;
  console.log(`${passed} of ${results.length} pass, ${points} of ${max} points`);
}

/** @throws {BadQuestion} the file cannot be written; none is left behind */
function checkWritable(file: string): void {
  tryToWrite(() => {
    const isNew = !existsSync(file);
    closeSync(openSync(file, 'a'));
    if (isNew) rmSync(file);
  });
}

function writeJson(file: string, report: GradeReport): void {
  tryToWrite(() => {
    writeFileSync(file, JSON.stringify(report, undefined, 2) + '\n');
  });
}

function tryToWrite(write: () => void): void {
  try {
    write();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new BadQuestion(`the report cannot be written: ${why}`);
  }
}

outliveReader(process.stdout);
try {
  process.exitCode = await main();
} catch (error) {
  const known = [BadQuestion, RangeError, InvalidData, ProgressFileError];
  if (!(error instanceof Error && known.some((one) => error instanceof one)))
    throw error;
  console.error(`grade: ${error.message}`);
  process.exitCode = 2;
}
