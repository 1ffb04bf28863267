import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { inCourseOrder } from '../../exercises/kit/formats/ids.ts';
import { frontMatter, listPages, repoDir, type PageInfo } from '../build/pages.ts';

export interface ExerciseInfo {
  readonly id: string;
  readonly path: string;
  readonly title: string;
  readonly type: string;
  readonly level: number;
  readonly points: number;
  readonly minutes: number;
  /** `C6`; `W` for a warm-up. */
  readonly chapter: string;
  /** Where that chapter is, if it is written. */
  readonly chapterPath?: string;
  readonly chapterTitle?: string;
  /** What it teaches, in a sentence; the search reads it too. */
  readonly know: string;
}

export interface ExercisesData {
  readonly exercises: readonly ExerciseInfo[];
}

declare const data: ExercisesData;
export { data };

function readExercise(
  folder: string,
  chapters: ReadonlyMap<string, PageInfo>,
): ExerciseInfo | undefined {
  const file = join(repoDir, 'exercises', folder, 'README.md');
  if (!existsSync(file)) return undefined;
  const found = frontMatter(readFileSync(file, 'utf8'));
  const { id, title, type, level, points, minutes, know } = found;
  if (id === undefined || title === undefined) return undefined;
  const chapter = chapters.get(String(found['chapter']));
  return {
    id: String(id),
    path: `/exercises/${folder}`,
    title: String(title),
    type: String(type ?? ''),
    level:
      typeof level === 'number'
        ? level
        : Number(String(level ?? '1').replace(/\D/g, '')),
    points: typeof points === 'number' ? points : 0,
    minutes: typeof minutes === 'number' ? minutes : 0,
    chapter: String(found['chapter'] ?? ''),
    ...(chapter === undefined
      ? {}
      : { chapterPath: chapter.path, chapterTitle: chapter.title }),
    know: String(know ?? ''),
  };
}

export default {
  watch: ['../../exercises/*/README.md'],
  load(): ExercisesData {
    const chapters = new Map(
      listPages()
        .filter(({ section }) => section === 'guide')
        .map((page) => [page.chapter ?? '', page]),
    );
    const exercises = readdirSync(join(repoDir, 'exercises'))
      .map((folder) => readExercise(folder, chapters))
      .filter((exercise) => exercise !== undefined);
    return { exercises: exercises.toSorted(inCourseOrder) };
  },
};
