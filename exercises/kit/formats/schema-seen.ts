/** What a run that was recorded sends to whoever asked for it, and how that is checked. */

import { readTrace, TraceFormatError, type Trace } from '../../../impl/csp/trace.ts';
import {
  InvalidData,
  readCount,
  readFields,
  readList,
  readOneOf,
  readText,
} from './schema.ts';
import { testVerdicts, type TestVerdict } from './schema-report.ts';

/** A test, run again with the trace on. */
export interface SeenTest {
  readonly test: string;
  /** Of this run. Code that draws lots may have had another one before. */
  readonly verdict: TestVerdict;
  readonly message: string;
  /** Which of the runs of tasks that the test made, from 1, and how many it made. */
  readonly run: number;
  readonly runs: number;
  /** A trace file, with the step to open it at and the reader's code. */
  readonly trace: string;
}

/** The reader's code in a live connection. */
export interface SeenLive {
  /** What their code does when it first runs. */
  readonly sentence: string;
  /** What came of it, a line each. */
  readonly outcome: readonly string[];
  /** Of the first of these lines, whether no such thing comes of our answer. */
  readonly differs: readonly boolean[];
  /** The nodes lived through what they do with our answer. */
  readonly same: boolean;
  /** Steps that are worth a look: where the reader's code begins, who drops whom. */
  readonly moments: readonly Moment[];
  readonly trace: string;
}

export interface Moment {
  readonly step: number;
  readonly words: string;
}

/** Far more than the bounds of a trace (`story.ts`) let through. */
const maxTraceText = 8 << 20;

/** @throws {InvalidData} the worker, in which the reader's code ran, sent something else */
export function readSeenTest(value: unknown): SeenTest {
  const fields = readFields(value, 'seen');
  return {
    test: readText(fields['test'], 'seen.test', 2000),
    verdict: readOneOf(fields['verdict'], testVerdicts, 'seen.verdict'),
    message: readText(fields['message'], 'seen.message', 20_000),
    run: readCount(fields['run'], 'seen.run'),
    runs: readCount(fields['runs'], 'seen.runs'),
    trace: readTraceText(fields['trace'], 'seen.trace'),
  };
}

/** @throws {InvalidData} */
export function readSeenLive(value: unknown): SeenLive {
  const fields = readFields(value, 'live');
  const line = (one: unknown, path: string): string => readText(one, path, 4000);
  return {
    sentence: line(fields['sentence'], 'live.sentence'),
    outcome: readList(fields['outcome'], 'live.outcome', line, 100),
    differs: readList(fields['differs'], 'live.differs', (one) => one === true, 100),
    same: fields['same'] === true,
    moments: readList(fields['moments'], 'live.moments', readMoment, 100),
    trace: readTraceText(fields['trace'], 'live.trace'),
  };
}

function readMoment(value: unknown, path: string): Moment {
  const { step, words } = readFields(value, path);
  return {
    step: readCount(step, `${path}.step`),
    words: readText(words, `${path}.words`, 2000),
  };
}

function readTraceText(value: unknown, path: string): string {
  const text = readText(value, path, maxTraceText);
  traceIn(text, path);
  return text;
}

/** @throws {InvalidData} the text is no trace */
export function traceIn(text: string, path = 'trace'): Trace {
  try {
    return readTrace(text);
  } catch (error) {
    if (error instanceof TraceFormatError) throw new InvalidData(path, error.message);
    throw error;
  }
}
