/**
 * What a reader has done. The page keeps it in the browser, the command line in
 * `peerwalk-progress.json`; the shape is the same, and a file goes both ways.
 */

import {
  parseJson,
  readCount,
  readFields,
  readList,
  readMap,
  readOneOf,
  readText,
  InvalidData,
  type Fields,
} from './schema.ts';

/** From worst to best; merging takes the later one. */
export const exerciseStates = ['new', 'tried', 'revealed', 'passed'] as const;

export type ExerciseState = (typeof exerciseStates)[number];

export interface ExerciseProgress extends Fields {
  /** Hash of the tests and the task that the state belongs to. */
  readonly hash: string;
  readonly state: ExerciseState;
  readonly attempts: number;
  /** How many hints were opened, 0 to 3. */
  readonly hints: number;
  /** Which of them, from 1. Older files do not say it: there they were the first ones. */
  readonly opened?: readonly number[];
  readonly draft?: string;
  /** When the draft was written, milliseconds since 1970. */
  readonly draftAt?: number;
  /** The sentence a reader wrote before the solution was shown. */
  readonly why?: string;
}

export interface Progress extends Fields {
  readonly version: 1;
  readonly exercises: Readonly<Record<string, ExerciseProgress>>;
  /** Answers to the questions inside chapters, by id. Kept as they are. */
  readonly predictions: Fields;
}

/** Each exercise has as many. */
const hintCount = 3;
/** Longest text of a progress file that is read at all. */
export const maxProgressLength = 4 * 1024 * 1024;
/** Longer than any answer that is run, so that one that is too long is not lost. */
export const maxDraftLength = 256 * 1024;

export const emptyProgress: Progress = { version: 1, exercises: {}, predictions: {} };

export const newExercise: ExerciseProgress = {
  hash: '',
  state: 'new',
  attempts: 0,
  hints: 0,
};

/** @throws {InvalidData} the text is no progress file */
export function parseProgress(text: string, path = 'progress'): Progress {
  if (text.length > maxProgressLength) {
    throw new InvalidData(path, `longer than ${maxProgressLength} characters`);
  }
  // Editors of Windows begin a file with a mark of its encoding.
  return readProgress(parseJson(text.replace(/^\ufeff/, ''), path), path);
}

export function readProgress(value: unknown, path = 'progress'): Progress {
  const fields = readFields(value, path);
  if (fields['version'] !== 1) {
    throw new InvalidData(`${path}.version`, '1 is the only version there is');
  }
  return {
    ...fields, // unknown keys are kept: a newer version may have written them
    version: 1,
    exercises: readMap(fields['exercises'], `${path}.exercises`, readExerciseProgress),
    predictions: readFields(fields['predictions'] ?? {}, `${path}.predictions`),
  };
}

function readExerciseProgress(value: unknown, path: string): ExerciseProgress {
  const fields = readFields(value, path);
  const { opened, draft, draftAt, why } = fields;
  return {
    ...fields,
    hash: readText(fields['hash'], `${path}.hash`, 100),
    state: readOneOf(fields['state'], exerciseStates, `${path}.state`),
    attempts: readCount(fields['attempts'], `${path}.attempts`),
    hints: readCount(fields['hints'], `${path}.hints`),
    ...(opened === undefined
      ? {}
      : { opened: readList(opened, `${path}.opened`, readCount, hintCount) }),
    ...(draft === undefined
      ? {}
      : { draft: readText(draft, `${path}.draft`, maxDraftLength) }),
    ...(draftAt === undefined
      ? {}
      : { draftAt: readCount(draftAt, `${path}.draftAt`) }),
    ...(why === undefined ? {} : { why: readText(why, `${path}.why`, 4096) }),
  };
}

export function writeProgress(progress: Progress): string {
  return JSON.stringify(progress, undefined, 2) + '\n';
}

/** The best state, the larger counts, the newest draft; nothing of either is lost. */
export function mergeProgress(ours: Progress, theirs: Progress): Progress {
  const ids = new Set([
    ...Object.keys(ours.exercises),
    ...Object.keys(theirs.exercises),
  ]);
  const merged = [...ids].map((id): [string, ExerciseProgress] => [
    id,
    mergeExercise(
      ours.exercises[id] ?? newExercise,
      theirs.exercises[id] ?? newExercise,
    ),
  ]);
  return {
    ...theirs,
    ...ours,
    version: 1,
    exercises: Object.fromEntries(merged),
    predictions: { ...theirs.predictions, ...ours.predictions },
  };
}

function mergeExercise(a: ExerciseProgress, b: ExerciseProgress): ExerciseProgress {
  const better = rank(b) > rank(a) ? b : a;
  // A reset is a change too: it has a time and no draft.
  const [timeA, timeB] = [a.draftAt ?? 0, b.draftAt ?? 0];
  const newest = timeB > timeA || (timeA === 0 && a.draft === undefined) ? b : a;
  const { draft, draftAt } = newest;
  const merged = {
    ...b,
    ...a,
    hash: better.hash,
    state: better.state,
    attempts: Math.max(a.attempts, b.attempts),
    ...hintsOf(a, b),
    draft,
    draftAt,
  };
  return readExerciseProgress(defined(merged), 'merged');
}

type OpenedHints = Pick<ExerciseProgress, 'hints' | 'opened'>;

function openedHints({ hints, opened }: OpenedHints): readonly number[] {
  const length = Math.min(hints, hintCount);
  return opened ?? Array.from({ length }, (_, index) => index + 1);
}

/** All that were opened in one or the other. */
function hintsOf(a: OpenedHints, b: OpenedHints): OpenedHints {
  if (a.opened === undefined && b.opened === undefined)
    return { hints: Math.max(a.hints, b.hints) };
  const opened = [...new Set([...openedHints(a), ...openedHints(b)])];
  return { hints: opened.length, opened: opened.sort((one, other) => one - other) };
}

/** What changes when a hint is opened; each counts once, in whatever order. */
export function withHint(before: OpenedHints, hint: number): OpenedHints {
  return hintsOf(before, { hints: 1, opened: [hint] });
}

function defined(fields: Fields): Fields {
  const present = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(present);
}

function rank(progress: ExerciseProgress): number {
  return exerciseStates.indexOf(progress.state);
}

/** A key that is absent is left as it is; one that is undefined is taken away. */
export interface ExerciseChange {
  readonly hash?: string;
  readonly state?: ExerciseState;
  readonly attempts?: number;
  readonly hints?: number;
  readonly opened?: readonly number[] | undefined;
  readonly draft?: string | undefined;
  readonly draftAt?: number;
  readonly why?: string;
}

/** A copy of `progress` in which one exercise is changed. */
export function updateExercise(
  progress: Progress,
  id: string,
  change: ExerciseChange,
): Progress {
  const before = progress.exercises[id] ?? newExercise;
  const after = readExerciseProgress(defined({ ...before, ...change }), id);
  return { ...progress, exercises: { ...progress.exercises, [id]: after } };
}
