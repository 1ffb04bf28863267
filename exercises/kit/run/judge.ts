/** From a thrown value to a verdict with words. */

import { stringify } from '@vitest/utils/display';
import { forReaders, withoutCutValues } from '../words/for-readers.ts';
import type { TestResult, TestVerdict } from '../formats/schema-report.ts';
import { kitStrings } from '../words/strings.ts';
import { hostNameIn } from './host-names.ts';
import { newerIn } from './newer.ts';
import { isCase } from './telling-cases.ts';
import { visible } from '../words/visible.ts';

const strings = kitStrings.thrown;
const maxMessage = 4000;
const maxValue = 2000;

const verdictOfName: Readonly<Record<string, TestVerdict>> = {
  AssertionError: 'failed',
  Unsolved: 'unsolved',
  MissingLines: 'unsolved',
  NoProgram: 'failed',
  WrongAnswer: 'failed',
  NoBytes: 'failed',
  Tampered: 'tampered',
  TimedOut: 'timeout',
  Blocked: 'blocked',
  ForeignWait: 'blocked',
  StepLimit: 'step-limit',
};

interface Seen {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
}

/** Reads an error without trusting it: a getter of the reader's may throw. */
export function lookAt(error: unknown): Seen {
  try {
    if (typeof error !== 'object' || error === null) {
      return { name: '', message: strings.value(String(error)), stack: '' };
    }
    if (isCase(error)) return { name: '', message: strings.aCase, stack: '' };
    const { name, message, stack } = error as Partial<Record<keyof Seen, unknown>>;
    return {
      name: typeof name === 'string' ? name : '',
      message:
        typeof message === 'string' ? message || strings.noWords : strings.noMessage,
      stack: typeof stack === 'string' ? stack : '',
    };
  } catch {
    return { name: '', message: strings.hidden, stack: '' };
  }
}

export function judge(error: unknown): Omit<TestResult, 'name'> {
  const seen = lookAt(error);
  const verdict = verdictOfName[seen.name] ?? 'threw';
  // An `import()` that is refused says all of it.
  const known = verdict !== 'threw' || ['', 'CodeError'].includes(seen.name);
  const told = verdict === 'failed' ? values(error) : {};
  const said = verdict === 'failed' ? forReaders(seen.message) : seen.message;
  const text = told.expected === undefined ? said : withoutCutValues(said);
  const message = known
    ? text
    : `${seen.name}: ${text}${newerIn(text)}${hostNameIn(text)}`;
  return {
    verdict,
    message: cut(message, maxMessage),
    ...(verdict === 'failed' ? told : placeIn(seen.stack)),
  };
}

function values(error: unknown): { expected?: string; actual?: string } {
  if (typeof error !== 'object' || error === null) return {};
  if (!('expected' in error) || !('actual' in error)) return {};
  if (error.expected === undefined && error.actual === undefined) return {};
  const { expected, actual } = error;
  const isForgotten = isCase(actual) && !isCase(expected);
  return {
    expected: printed(expected),
    actual: isForgotten ? strings.caseGot : printed(actual),
  };
}

function printed(value: unknown): string {
  if (typeof value === 'string') return cut(value, maxValue);
  try {
    return cut(stringify(value, 6, { maxLength: maxValue }), maxValue);
  } catch {
    return strings.unprintable;
  }
}

/** The first place in the reader's file that a stack names. */
export function placeIn(stack: string): { line?: number; column?: number } {
  const match = /\bexercise\.ts:(\d+):(\d+)/.exec(stack);
  if (match === null) return {};
  return { line: Number(match[1]), column: Number(match[2]) };
}

function cut(text: string, length: number): string {
  const short = text.length <= length ? text : `${text.slice(0, length)} …`;
  return visible(short);
}
