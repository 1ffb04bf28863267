/** From a test that was run with the trace on to what its reader is shown. */

import { summarize } from '#impl/csp/seam.ts';
import { instrument } from '../trace/instrument.ts';
import { lookAt, placeIn } from './judge.ts';
import { leaving } from './learner.ts';
import { markNames } from '../trace/mark-names.ts';
import type { Build } from '../build.ts';
import type { Lived } from './live.ts';
import type { Callable, Registry } from './registry.ts';
import type { RecordedRun, Recording } from './recording.ts';
import type { Spoken } from '../steps.ts';
import type { TestResult } from '../formats/schema-report.ts';
import { inOneSentence } from '../formats/verdict-view.ts';
import type { SeenLive, SeenTest } from '../formats/schema-seen.ts';
import {
  lastStep,
  maxSteps,
  momentOf,
  storyOf,
  withoutStart,
  withThrow,
  type Thrown,
} from './story.ts';
import { liveStrings, seenStrings } from '../words/seen-strings.ts';

const strings = seenStrings;
const whereModule = 'impl/csp/where.ts';
const buildModule = 'exercises/kit/build.ts';
const runtimeModule = 'impl/csp/runtime.ts';

/** A text of the reader, under the name that traces have for it. */
interface ReaderText {
  readonly file: string;
  readonly code: string;
}

/** What a whole script has, and a small one does not: nobody pays for it before they ask. */
export interface SeeingTools {
  readonly instrument: typeof instrument;
  readonly seenTest: typeof seenTest;
  readonly seenLive: typeof seenLive;
  readonly sourcesBuilt: typeof sourcesBuilt;
  readonly toldCalls: typeof toldCalls;
}

/** The steps that are shown, and the one to begin with. */
interface Opened {
  readonly events: RecordedRun['trace']['events'];
  readonly at: number;
}

/** The test cannot be shown. */
export class NothingToSee extends Error {
  override readonly name = 'NothingToSee';
}

export interface Seeing {
  readonly recording: Recording;
  readonly name: string;
  /** Undefined if there is no such test any more. */
  readonly result: TestResult | undefined;
  /** What the assertion spoke of (`steps.ts`). */
  readonly spokenOf: Spoken | undefined;
  /** Name that traces have for the reader's file. */
  readonly file: string;
  /** Texts of what has lines in the trace and is in no file. */
  readonly sources: Readonly<Record<string, string>>;
}

/**
 * A test that failed is opened at the run that failed, which is its last; one that passed
 * at its first.
 *
 * @throws {NothingToSee} it is gone, it ran no tasks, or no run came to an end
 */
function seenTest(seeing: Seeing): SeenTest {
  const { recording, name, result, sources } = seeing;
  if (result === undefined) throw new NothingToSee(strings.notThere(name));
  const passed = result.verdict === 'passed';
  const run = passed ? recording.first : recording.last;
  if (run === undefined) {
    throw new NothingToSee(recording.started === 0 ? strings.noTasks : strings.noEnd);
  }
  const { events, at } = passed
    ? whereItBegins(run, seeing)
    : whereItFailed(run, result, seeing);
  const about = passed ? result.name : `${result.name}: ${result.message}`;
  const shown = { run: run.trace, events, at, about, sources };
  return {
    test: result.name,
    verdict: result.verdict,
    message: result.message,
    run: passed ? 1 : recording.started,
    runs: recording.started,
    trace: storyOf(shown).text,
  };
}

function whereItBegins({ trace }: RecordedRun, { spokenOf }: Seeing): Opened {
  const events = withoutStart(trace.events);
  // Words are of a failure: without one, the run is worth a look from its start.
  const found = typeof spokenOf === 'function' ? spokenOf : undefined;
  return { events, at: momentOf({ ...trace, events }, found) ?? 0 };
}

function whereItFailed(
  run: RecordedRun,
  result: TestResult,
  { file, spokenOf }: Seeing,
): Opened {
  const events = withoutStart(run.trace.events);
  const told = momentOf({ ...run.trace, events }, spokenOf);
  const thrown = thrownIn(run, file);
  if (thrown !== undefined) return withThrow(events, thrown);
  const { outcome } = run;
  const task = outcome.status === 'foreign-wait' ? outcome.task : undefined;
  if (outcome.status !== 'done') {
    return { events, at: told ?? stuckIn(events, file) ?? lastStep(events, task) };
  }
  // The run was over, and then the test did not like what it had seen.
  const finding = withThrow(events, {
    task: 'main',
    words: firstLine(inOneSentence(result.message)),
  });
  return { ...finding, at: told ?? finding.at };
}

/** The last step at which a task began to wait that still waits in the reader's code. */
function stuckIn(
  events: RecordedRun['trace']['events'],
  file: string,
): number | undefined {
  const last = new Map(events.map(({ n, k }, at) => [`${n}/${k}`, at]));
  const isTheirs = ({ e, src, from }: (typeof events)[number]): boolean =>
    e === 'block' && [src, from].some((place) => place?.startsWith(`${file}:`));
  const found = events.findLastIndex(
    (event, at) => last.get(`${event.n}/${event.k}`) === at && isTheirs(event),
  );
  return found < 0 ? undefined : found;
}

function thrownIn(
  { outcome, failures }: RecordedRun,
  file: string,
): Thrown | undefined {
  const [failure] = failures;
  const found =
    outcome.status === 'threw' ? { task: 'main', error: outcome.error } : failure;
  if (found === undefined) return undefined;
  const { name, message, stack } = lookAt(found.error);
  const { line } = placeIn(stack);
  return {
    task: found.task,
    words: strings.threw(name, firstLine(message)),
    ...(line === undefined ? {} : { src: `${file}:${line}` }),
  };
}

function seenLive(lived: Lived, sources: Readonly<Record<string, string>>): SeenLive {
  const { sentence, outcome, same, differs, moments, trace, at } = lived;
  const about = [sentence, ...outcome].join('\n');
  const { text, before } = storyOf({
    run: trace,
    events: trace.events,
    at,
    about,
    sources,
  });
  // A run that was cut has other numbers, and a moment may be gone with the rest.
  const kept = moments
    .map(({ step, words }) => ({ step: step - before, words }))
    .filter(({ step }) => step >= 0 && step < maxSteps);
  return { sentence, outcome, same, differs, moments: kept, trace: text };
}

function firstLine(message: string): string {
  const [first = ''] = message.split('\n');
  return first.slice(0, 300);
}

/** The marks of a module, as `impl/csp/where.ts` exports them. */
type Where = Pick<
  typeof import('#impl/csp/where.ts'),
  'inOwn' | 'backInOwn' | 'baseOf' | 'leaveOwn'
>;

/**
 * Makes the function of assembled lines with marks in it.
 *
 * @param built gets the text that the lines of the trace are lines of
 */
function markedBuild(
  original: Build,
  where: Where,
  file: string,
  built: (source: string) => void,
): Build {
  return (source, code, names) => {
    const marked = instrument(code, { sourceType: 'script' });
    if (marked === undefined) return original(source, code, names);
    built(source);
    const { at, back, base } = markNames;
    const build = original(source, marked, [at, back, base, ...names]);
    const marks = [where.inOwn, where.backInOwn, where.baseOf(file)];
    return (...given) => leaving(build(...marks, ...given), where);
  };
}

/**
 * Lines that a reader has put in order become code when a test asks for it: from now on
 * with marks, and under a name of their own.
 *
 * @param sources texts of the reader, by the names that traces have for them
 * @param assembled name for what is made of the lines
 * @returns the same, and later the text of what was assembled
 */
function sourcesBuilt(
  registry: Registry,
  sources: Readonly<Record<string, string>>,
  assembled: string,
): Readonly<Record<string, string>> {
  const all: Record<string, string> = { ...sources };
  if (!registry.has(buildModule) || !registry.has(whereModule)) return all;
  const { buildLines } = registry.require(buildModule) as {
    readonly buildLines: Build;
  };
  const where = registry.require(whereModule) as typeof import('#impl/csp/where.ts');
  const marked = markedBuild(buildLines, where, assembled, (text) => {
    all[assembled] = text;
  });
  registry.plug({ file: buildModule, symbol: 'buildLines' }, marked as Callable);
  return all;
}

/** So many names of fields say what a value is. */
const mostFields = 8;

/** A node may call what is plugged in very often: so many calls make a step. */
const mostTold = 100;

/**
 * A function that answers at once waits for nothing, so its calls would be in no trace:
 * they are told as steps of the task that made them, on the line where it begins.
 *
 * @param code the text of `file`, of whose function `original` was made
 */
function toldCalls(
  registry: Registry,
  { call, file, code }: { readonly call: string } & ReaderText,
  original: Callable,
  called: () => void,
): Callable {
  if (!registry.has(runtimeModule) || !registry.has(whereModule)) return original;
  const { runtime } = registry.require(
    runtimeModule,
  ) as typeof import('#impl/csp/runtime.ts');
  const where = registry.require(whereModule) as typeof import('#impl/csp/where.ts');
  const lines = code.split('\n');
  const first = lines.findIndex((line) =>
    new RegExp(`\\b(?:function|const|let)\\s+${call}\\b`).test(line),
  );
  let told = 0;
  const tell = (v: string): void => {
    if (told === mostTold) return;
    told += 1;
    where.inOwn(where.baseOf(file) + Math.max(0, first) + 1);
    runtime().tracer?.emit('event', { v });
    where.leaveOwn();
  };
  // A class is not called, and stays what it is.
  return new Proxy(original, {
    apply: (target, self, given) => {
      called();
      try {
        const result = Reflect.apply(target, self, given);
        if (!(result instanceof Promise)) tell(liveStrings.gave(call, inWords(result)));
        return result;
      } catch (error) {
        const { name, message } = lookAt(error);
        tell(liveStrings.threwOne(call, name, message));
        throw error;
      }
    },
  });
}

function inWords(value: unknown): string {
  if (value === undefined) return liveStrings.nothing;
  const ranges = rangesIn(value);
  if (ranges !== undefined) return ranges;
  if (value instanceof Map) return liveStrings.entries(value.size);
  const summary = summarize(value);
  if (summary !== '' || typeof value !== 'object' || value === null) return summary;
  return liveStrings.fields(Object.keys(value).slice(0, mostFields));
}

/** Of protocols with the codes that each got, in whatever a reader holds them: the cut. */
function rangesIn(value: unknown): string | undefined {
  if (!(value instanceof Map || Array.isArray(value))) return undefined;
  const cut = Array.from<unknown, string | undefined>(value.values(), rangeInWords);
  if (cut.length === 0 || cut.length > mostFields) return undefined;
  return cut.includes(undefined) ? undefined : cut.join(', ');
}

/** What we call `Match`, and exercise E08 `Range`. */
function rangeInWords(value: unknown): string | undefined {
  const { protocol, offset, first, last } = fieldsOf(value);
  const { name, version, length } = fieldsOf(protocol);
  const begin = offset ?? first;
  if (typeof name !== 'string' || typeof version !== 'number') return undefined;
  if (typeof length !== 'number' || typeof begin !== 'number') return undefined;
  const end = typeof last === 'number' ? last : begin + length - 1;
  return liveStrings.range(name, version, begin, end);
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

export const tools: SeeingTools = {
  instrument,
  seenTest,
  seenLive,
  sourcesBuilt,
  toldCalls,
};
