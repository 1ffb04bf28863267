/** `peerwalk-progress.json`: the progress of a reader who works in a terminal. */

import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import {
  emptyProgress,
  mergeProgress,
  parseProgress,
  updateExercise,
  writeProgress,
  type ExerciseChange,
  type Progress,
} from './schema-progress.ts';

export class ProgressFile {
  readonly #file: string;
  readonly #report: (line: string) => void;

  /** @param report is told in one line when the file had to be set aside */
  constructor(file: string, report: (line: string) => void) {
    this.#file = file;
    this.#report = report;
  }

  read(): Progress {
    if (!existsSync(this.#file)) return emptyProgress;
    try {
      return parseProgress(readFileSync(this.#file, 'utf8'), basename(this.#file));
    } catch (error) {
      this.#setAside(error);
      return emptyProgress;
    }
  }

  /** Changes one exercise and keeps the rest as it is in the file by now. */
  update(id: string, change: ExerciseChange): void {
    const now = this.read();
    const next = mergeProgress(updateExercise(now, id, change), now);
    // A reader that looks meanwhile sees the old file or the new one, never half of one.
    const half = `${this.#file}.tmp`;
    writeFileSync(half, writeProgress(next));
    renameSync(half, this.#file);
  }

  #setAside(error: unknown): void {
    const time = new Date().toISOString().replaceAll(/[:.]/g, '-');
    const aside = `${this.#file}.set-aside-${time}`;
    renameSync(this.#file, aside);
    const why = error instanceof Error ? error.message : String(error);
    this.#report(`${why}. The file is kept as ${basename(aside)}; a new one is begun.`);
  }
}
