/** How verdicts look in a terminal. */

import type { Exercise } from '../catalog/catalog.ts';
import { openedAtFirst } from '../formats/opened.ts';
import type { RunReport, TestResult } from '../formats/schema-report.ts';
import { kitStrings } from '../words/strings.ts';

export interface Look {
  readonly colour: boolean;
  /** Marks beyond ASCII. The old console of Windows has none. */
  readonly unicode: boolean;
}

export function lookOf(stream: { readonly isTTY?: boolean }): Look {
  const { env, platform } = process;
  return {
    colour: stream.isTTY === true && env['NO_COLOR'] === undefined,
    unicode:
      platform !== 'win32' ||
      env['WT_SESSION'] !== undefined ||
      env['TERM_PROGRAM'] === 'vscode',
  };
}

/** Whoever read our output may go before its end, as `| head` does. */
export function outliveReader(
  stream: NodeJS.WriteStream,
  gone: () => void = () => undefined,
): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    gone();
  });
}

type Style = 'good' | 'bad' | 'quiet' | 'strong';

const codes: Readonly<Record<Style, number>> = {
  good: 32,
  bad: 31,
  quiet: 2,
  strong: 1,
};

export function paint(look: Look, style: Style, text: string): string {
  return look.colour ? `\u001b[${codes[style]}m${text}\u001b[0m` : text;
}

function mark(look: Look, good: boolean): string {
  const [yes, no] = look.unicode ? ['✓', '✗'] : ['ok', 'x'];
  return good ? paint(look, 'good', yes) : paint(look, 'bad', no);
}

/** The whole report, with the details of the same failures as in the page. */
export function reportLines(
  look: Look,
  exercise: Exercise,
  report: RunReport,
): string[] {
  const lines: string[] = [];
  const opened = openedAtFirst(exercise.facts.type, report.tests);
  for (const test of report.tests) {
    const good = test.verdict === 'passed';
    const word = good ? '' : paint(look, 'quiet', ` (${wordFor(test.verdict)})`);
    lines.push(` ${mark(look, good)} ${test.name}${word}`);
    if (opened.includes(test)) lines.push(...detailLines(exercise, test));
  }
  if (report.message !== '') {
    lines.push(` ${mark(look, false)} ${reportText(exercise, report)}`);
  }
  if (report.output.length > 0) {
    lines.push(paint(look, 'quiet', ' printed:'));
    lines.push(...report.output.map((line) => `   ${line}`));
    if (report.outputCut) lines.push('   (the rest is cut)');
  }
  if (report.borrowed !== undefined) {
    lines.push(` ${kitStrings.borrowed(report.borrowed)}`);
  }
  return [...lines, summary(look, report)];
}

function wordFor(verdict: string): string {
  return verdict === 'unsolved' ? 'not written yet' : verdict;
}

function detailLines(exercise: Exercise, test: TestResult): string[] {
  const indent = (text: string): string[] =>
    text.split('\n').map((line) => `     ${line}`);
  const lines = indent(`${placeText(exercise, test)}${test.message}`);
  if (test.expected !== undefined && test.actual !== undefined) {
    lines.push(...labelled('expected', test.expected), ...labelled('got', test.actual));
  }
  return lines;
}

function labelled(label: string, value: string): string[] {
  const [head = '', ...rest] = value.split('\n');
  const width = 'expected: '.length;
  return [
    `     ${`${label}: `.padEnd(width)}${head}`,
    ...rest.map((line) => `     ${' '.repeat(width)}${line}`),
  ];
}

/** Why no test could be run, and the place if there is one. */
export function reportText(exercise: Exercise, report: RunReport): string {
  return `${placeText(exercise, report)}${report.message}`;
}

/** `exercises/07-…/exercise.ts:12:5: `, which most terminals make a link of. */
function placeText(
  exercise: Exercise,
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
    return paint(look, 'good', ` all ${all} tests pass, ${ms} ms`);
  }
  if (all === 0) return ' no test was run';
  if (report.unrun !== undefined)
    return ` ${kitStrings.run.endedIn(all, report.unrun)}, ${ms} ms`;
  return ` ${passed} of ${all} tests pass, ${ms} ms`;
}

/**
 * Prose of Markdown in lines of at most `width` signs, cut between words. Code and tables
 * stay as they are.
 *
 * @param columns of the terminal; 80 where nobody knows, or where it says 0
 */
export function wrapped(text: string, columns = 0): string {
  const width = columns > 0 ? columns : 80;
  let inCode = false;
  const lines = text.split('\n').map((line) => {
    const isFence = line.trimStart().startsWith('```');
    if (isFence) inCode = !inCode;
    return isFence || inCode || /^(?: {4}|\t|\|)/.test(line)
      ? line
      : wrappedLine(line, width);
  });
  return lines.join('\n');
}

function wrappedLine(line: string, width: number): string {
  // The lines after the first one of a list stand under its text.
  const indent = ' '.repeat(/^\s*(?:[-*]|\d+\.)?\s*/.exec(line)?.[0].length ?? 0);
  const done: string[] = [];
  let now = '';
  for (const word of line.split(/(?<=\S) +/)) {
    if (now === '') now = word;
    else if (now.length + 1 + word.length <= width) now += ` ${word}`;
    else {
      done.push(now);
      now = indent + word;
    }
  }
  return [...done, now].join('\n');
}
