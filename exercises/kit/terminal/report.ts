/** How a run came out, for a terminal: what failed first stands last, above the keys. */

import type { Exercise } from '../catalog/catalog.ts';
import { openedAtFirst } from '../formats/opened.ts';
import type { RunReport, TestResult } from '../formats/schema-report.ts';
import {
  comparedIn,
  cutWaits,
  grouped,
  notYet,
  saidOf,
} from '../formats/verdict-view.ts';
import { learnStrings as strings } from '../words/learn-strings.ts';
import { kitStrings } from '../words/strings.ts';
import { mark, paint, type Look } from './terminal.ts';
import { plain, widthOf, wrappedLine } from './wrap.ts';

/** The lower end of a terminal that lines are to fit in. */
export interface Screen {
  readonly look: Look;
  /** Without them nobody sees the lines in a terminal: nothing is wrapped or folded. */
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
}

/** Rows for the sum, the sentence about `p`, the keys, the cursor, and one to spare. */
const reserved = 6;
/** So many lines of failures beside the first are named one by one. */
const namedOthers = 8;
const details = '     ';

type Judged = Pick<Exercise, 'facts' | 'folder'>;

/**
 * The whole report, with the details of the same failures as in the page, as far as they
 * are in sight together.
 *
 * @param between lines that belong to the run, above what failed
 */
export function reportLines(
  screen: Screen,
  exercise: Judged,
  report: RunReport,
  between: readonly string[] = [],
): string[] {
  const failures = report.tests.filter(({ verdict }) => verdict !== 'passed');
  const opened = inSight(screen, exercise, report.tests);
  const others = failures.filter((test) => !opened.some((one) => one.test === test));
  return [
    summary(screen.look, report),
    ...otherLines(screen, exercise, others),
    ...printedLines(screen.look, report),
    ...between,
    ...opened.flatMap(({ lines }) => lines),
    ...(report.message === ''
      ? []
      : fitted(
          screen,
          ` ${mark(screen.look, false)} ${reportText(exercise, report)}`,
          '   ',
        )),
    ...(report.borrowed === undefined
      ? []
      : fitted(screen, ` ${kitStrings.borrowed(report.borrowed)}`, ' ')),
  ];
}

/** Every test under the common beginning of its name, and what each failure says. */
export function allLines(
  screen: Screen,
  exercise: Judged,
  report: RunReport,
): string[] {
  return grouped(report.tests).flatMap(({ head, tests }) => [
    ...(head === ''
      ? []
      : fitted(screen, ` ${paint(screen.look, 'strong', head)}`, ' ')),
    ...tests.flatMap(({ name, test }) => [
      ...nameLines(screen, exercise, test, name),
      ...(test.verdict === 'passed' || test.verdict === 'unsolved'
        ? []
        : saidLines(screen, exercise, test)),
    ]),
  ]);
}

/** Why no test could be run, and the place if there is one. */
export function reportText(exercise: Judged, report: RunReport): string {
  return `${placeText(exercise, report)}${report.message}`;
}

interface Opened {
  readonly test: TestResult;
  readonly lines: readonly string[];
}

/** The first one always; of several, what fits in the rows of the terminal. */
function inSight(
  screen: Screen,
  exercise: Judged,
  tests: readonly TestResult[],
): Opened[] {
  const most =
    screen.rows === undefined ? Infinity : Math.max(4, screen.rows - reserved);
  const opened: Opened[] = [];
  let rows = 0;
  for (const test of openedAtFirst(exercise.facts.type, tests)) {
    const lines = [
      ...nameLines(screen, exercise, test, test.name),
      ...saidLines(screen, exercise, test, screen.rows),
    ];
    if (opened.length > 0 && rows + lines.length > most) break;
    rows += lines.length;
    opened.push({ test, lines: shortened(lines, most) });
  }
  return opened;
}

function otherLines(
  screen: Screen,
  exercise: Judged,
  others: readonly TestResult[],
): string[] {
  const unsolved = others.filter(({ verdict }) => verdict === 'unsolved');
  const failed = others.filter((test) => !unsolved.includes(test));
  const groups = grouped(failed);
  const named = groups.flatMap(({ head, tests }) => [
    ...(head === '' ? [] : [` ${head}`]),
    ...tests.map(({ name, test }) => ` ${nameLine(screen.look, exercise, test, name)}`),
  ]);
  const isFolded = screen.rows !== undefined && named.length > namedOthers;
  const counts = groups.map(({ head, tests }) => {
    const said = strings.failsToo(tests.length);
    return ` ${head === '' ? said : strings.inGroup(head, said)}`;
  });
  const folded =
    counts.length > namedOthers ? [` ${strings.failsToo(failed.length)}`] : counts;
  const lines = (isFolded ? folded : named).map((line) => cut(screen, line));
  if (unsolved.length === 0) return lines;
  const more = kitStrings.more(unsolved.length, notYet(exercise.facts.type));
  return [...lines, paint(screen.look, 'quiet', ` ${more}`)];
}

function printedLines(look: Look, { output, outputCut }: RunReport): string[] {
  if (output.length === 0) return [];
  return [
    paint(look, 'quiet', ` ${strings.printed}`),
    ...output.map((line) => `   ${line}`),
    ...(outputCut ? [`   ${strings.cut}`] : []),
  ];
}

function nameLine(
  look: Look,
  { facts }: Judged,
  { verdict }: TestResult,
  name: string,
): string {
  const good = verdict === 'passed';
  const said = verdict === 'unsolved' ? notYet(facts.type) : verdict;
  const word = good ? '' : paint(look, 'quiet', ` (${said})`);
  return ` ${mark(look, good)} ${name}${word}`;
}

function nameLines(
  screen: Screen,
  exercise: Judged,
  test: TestResult,
  name: string,
): string[] {
  return fitted(screen, nameLine(screen.look, exercise, test, name), '   ');
}

/** @param rows of the terminal, where long values are to be shortened */
function saidLines(
  screen: Screen,
  exercise: Judged,
  test: TestResult,
  rows?: number,
): string[] {
  const said = saidOf(test);
  const { text, rest } = cutWaits(said);
  const whole =
    rows === undefined || rest.length === 0
      ? said
      : `${text}; ${strings.cutWaits(rest.length)}`;
  const message = `${placeText(exercise, test)}${whole}`
    .split('\n')
    .flatMap((line) => fitted(screen, `${details}${line}`, details));
  const compared = comparedIn(test);
  if (compared === undefined) return message;
  const most =
    rows === undefined ? Infinity : Math.max(2, Math.floor((rows - reserved - 6) / 2));
  return [
    ...message,
    ...shortened(valueLines(screen, strings.wanted, compared.wanted), most),
    ...shortened(valueLines(screen, strings.got, compared.got), most),
  ];
}

function valueLines(screen: Screen, label: string, value: string): string[] {
  const under = details + ' '.repeat(label.length);
  return value
    .split('\n')
    .flatMap((line, at) =>
      fitted(screen, `${at === 0 ? `${details}${label}` : under}${line}`, under),
    );
}

function shortened(lines: readonly string[], most: number): string[] {
  if (lines.length <= most) return [...lines];
  const kept = lines.slice(0, most - 1);
  return [...kept, `${details}${strings.lines(lines.length - kept.length)}`];
}

/** Wrapped at words; whole where no terminal shows it, so that others can search it. */
function fitted({ columns }: Screen, line: string, indent: string): string[] {
  return columns === undefined ? [line] : wrappedLine(line, widthOf(columns), indent);
}

/** One line, whatever it takes; a line that is cut has no colours. */
function cut(screen: Screen, line: string): string {
  const [first = '', ...rest] = fitted(screen, line, '');
  if (rest.length === 0) return line;
  return `${plain(first).slice(0, widthOf(screen.columns) - 2)} …`;
}

/** `exercises/07-…/exercise.ts:12:5: `, which most terminals make a link of. */
function placeText(
  exercise: Judged,
  { line, column }: { readonly line?: number; readonly column?: number },
): string {
  if (line === undefined) return '';
  return `exercises/${exercise.folder}/exercise.ts:${line}:${column ?? 1}: `;
}

function summary(look: Look, report: RunReport): string {
  const passed = report.tests.filter((test) => test.verdict === 'passed').length;
  const all = report.tests.length;
  const ms = Math.round(report.ms);
  if (report.verdict === 'passed') {
    return paint(look, 'good', ` ${strings.passes(all, ms)}`);
  }
  if (report.unrun !== undefined) {
    return ` ${kitStrings.run.endedIn(all, report.unrun)}, ${ms} ms`;
  }
  return ` ${all === 0 ? strings.noTest : strings.sum(passed, all, ms)}`;
}
