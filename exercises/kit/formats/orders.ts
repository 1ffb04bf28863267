/** What travels between the host and the worker, and how each side checks it. */

import { readCount, readFields, readOneOf, readText } from './schema.ts';
import {
  maxOutputBytes,
  maxOutputLines,
  readRunReport,
  readTestResult,
  unrunOf,
  type RunReport,
  type TestResult,
} from './schema-report.ts';
import { kitStrings } from '../words/strings.ts';

/** From the host. A worker carries out one. */
export type Order = {
  readonly exercise: string;
  readonly code: string;
} &
  /** With `alone`, one test: its name, with or without the names around it. */
  (
    | { readonly type: 'test'; readonly alone?: string }
    /** A test by its full name, run again with the trace on. */
    | { readonly type: 'see'; readonly test: string }
    | { readonly type: 'live'; readonly scenario: string }
  );

/** From the worker, in this order: ready, then any of the middle, then the last. */
export type Answer =
  | { readonly type: 'ready' }
  /** How many tests are going to be run, before the first of them. */
  | { readonly type: 'planned'; readonly tests: number }
  | { readonly type: 'started'; readonly name: string }
  | { readonly type: 'ended'; readonly result: TestResult }
  | { readonly type: 'printed'; readonly line: string }
  | { readonly type: 'report'; readonly report: RunReport }
  | { readonly type: 'live' | 'seen'; readonly result: unknown }
  | { readonly type: 'broken'; readonly message: string };

const orderTypes = ['test', 'see', 'live'] as const;
const answerTypes = [
  'ready',
  'planned',
  'started',
  'ended',
  'printed',
  'report',
  'live',
  'seen',
  'broken',
] as const;

/** After these a worker is done. */
export function isLast(answer: Answer | undefined): boolean {
  return ['report', 'live', 'seen', 'broken'].includes(answer?.type ?? '');
}

/** What a plugged-in run shows: two nodes meet, shake hands and synchronise. */
export const liveScenario = 'meet';

/** A run that takes longer is ended from outside, whatever it does. */
export const runLimitMs = 3000;
/** The same for what is recorded, or runs two whole nodes, twice. */
export const seeLimitMs = 15_000;

/** @throws {InvalidData} no order */
export function readOrder(value: unknown): Order {
  const fields = readFields(value, 'order');
  const type = readOneOf(fields['type'], orderTypes, 'order.type');
  const order = {
    exercise: readText(fields['exercise'], 'order.exercise', 10),
    code: readText(fields['code'], 'order.code'),
  };
  switch (type) {
    case 'test': {
      const { alone } = fields;
      if (alone === undefined) return { ...order, type };
      return { ...order, type, alone: readText(alone, 'order.alone', 2000) };
    }
    case 'see':
      return { ...order, type, test: readText(fields['test'], 'order.test', 2000) };
    case 'live':
      return {
        ...order,
        type,
        scenario: readText(fields['scenario'], 'order.scenario', 100),
      };
  }
}

/** @throws {InvalidData} no answer: whoever sent it, it is ignored */
export function readAnswer(value: unknown): Answer {
  const fields = readFields(value, 'answer');
  const type = readOneOf(fields['type'], answerTypes, 'answer.type');
  switch (type) {
    case 'ready':
      return { type };
    case 'planned':
      return { type, tests: readCount(fields['tests'], 'answer.tests') };
    case 'started':
      return { type, name: readText(fields['name'], 'answer.name', 2000) };
    case 'ended':
      return { type, result: readTestResult(fields['result'], 'answer.result') };
    case 'printed':
      return { type, line: readText(fields['line'], 'answer.line', 70_000) };
    case 'report':
      return { type, report: readRunReport(fields['report'], 'answer.report') };
    case 'live':
    case 'seen':
      return { type, result: fields['result'] };
    case 'broken':
      return { type, message: readText(fields['message'], 'answer.message', 20_000) };
  }
}

/** The report of a run that had to be ended from outside. */
export function endedReport(
  answers: readonly Answer[],
  ms: number,
  broken?: string,
): RunReport {
  const verdict = broken === undefined ? 'timeout' : 'threw';
  const what = broken ?? kitStrings.run.ended((ms / 1000).toFixed(1));
  const tests = answers.flatMap((answer) =>
    answer.type === 'ended' ? [answer.result] : [],
  );
  const output = answers.flatMap((answer) =>
    answer.type === 'printed' ? [answer.line] : [],
  );
  const started = answers.flatMap((one) => (one.type === 'started' ? [one.name] : []));
  const hung = started[tests.length];
  const results: readonly TestResult[] =
    hung === undefined ? tests : [...tests, { name: hung, verdict, message: what }];
  const planned = answers.find((answer) => answer.type === 'planned')?.tests ?? 0;
  return {
    verdict: tests.find((test) => test.verdict !== 'passed')?.verdict ?? verdict,
    tests: results,
    ...unrunOf(planned, results),
    message: hung === undefined ? what : '',
    output,
    outputCut: isCut(output),
    ms,
  };
}

/** Whether the limits were reached: what came after them was not sent. */
function isCut(output: readonly string[]): boolean {
  const bytes = output.reduce((sum, line) => sum + line.length + 1, 0);
  return output.length >= maxOutputLines || bytes >= maxOutputBytes;
}
