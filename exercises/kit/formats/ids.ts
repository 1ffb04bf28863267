/**
 * How exercises are called: `E01` to `E99`, in folders `07-slug`, and the warm-ups `W1` to
 * `W9`, in folders `w1-slug`. A warm-up belongs to no chapter and comes before all of them.
 */

const folderName = /^(?:(\d\d)|w(\d))-/;

/** `E07` for `07-match-protocols`, `W1` for `w1-send`; undefined: no exercise's folder. */
export function idOfFolder(folder: string): string | undefined {
  const [match, exercise, warmUp] = folderName.exec(folder) ?? [];
  if (match === undefined) return undefined;
  return exercise === undefined ? `W${warmUp}` : `E${exercise}`;
}

export function isExerciseId(id: string): boolean {
  return /^(?:E\d\d|W\d)$/.test(id);
}

export function isWarmUp(id: string): boolean {
  return id.startsWith('W');
}

/** What stands for a chapter where there is none. */
export const warmUps = 'W';

/** Warm-ups first, then by number. */
export function inOrder(a: string, b: string): number {
  return Number(isWarmUp(b)) - Number(isWarmUp(a)) || a.localeCompare(b);
}

interface Placed {
  readonly id: string;
  /** `C6`; `W` for a warm-up. */
  readonly chapter: string;
}

/** Warm-ups, then by chapter, and in a chapter by number: C9 before C10, E07 before E08. */
export function inCourseOrder(a: Placed, b: Placed): number {
  return chapterNumber(a) - chapterNumber(b) || inOrder(a.id, b.id);
}

function chapterNumber({ chapter }: Placed): number {
  return chapter === warmUps ? -1 : Number(chapter.slice(1));
}

/**
 * The exercise to begin or go on with: the first that is not passed. Whoever has passed
 * one of a chapter needs no warm-up, so those come last then.
 */
export function goOnWith(
  ids: readonly string[],
  isPassed: (id: string) => boolean,
): string | undefined {
  const left = ids.filter((id) => !isPassed(id));
  const isNew = !ids.some((id) => !isWarmUp(id) && isPassed(id));
  return (isNew ? undefined : left.find((id) => !isWarmUp(id))) ?? left[0];
}
