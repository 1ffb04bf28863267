import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { frontMatter, repoDir } from '../build/pages.ts';

export interface ExerciseInfo {
  readonly id: string;
  readonly path: string;
  readonly title: string;
  readonly type: string;
  readonly level: number;
  readonly points: number;
}

export interface ExercisesData {
  readonly exercises: readonly ExerciseInfo[];
}

declare const data: ExercisesData;
export { data };

function readExercise(folder: string): ExerciseInfo | undefined {
  const file = join(repoDir, 'exercises', folder, 'README.md');
  if (!existsSync(file)) return undefined;
  const found = frontMatter(readFileSync(file, 'utf8'));
  const { id, title, type, level, points } = found;
  if (id === undefined || title === undefined) return undefined;
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
  };
}

export default {
  watch: ['../../exercises/*/README.md'],
  load(): ExercisesData {
    const exercises = readdirSync(join(repoDir, 'exercises'))
      .map(readExercise)
      .filter((exercise) => exercise !== undefined);
    return { exercises: exercises.sort((a, b) => a.id.localeCompare(b.id)) };
  },
};
