/** `peerwalk-progress.json`: the progress of a reader who works in a terminal. */

import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { InvalidData } from '../formats/schema.ts';
import {
  emptyProgress,
  mergeProgress,
  parseProgress,
  updateExercise,
  writeProgress,
  type ExerciseChange,
  type Progress,
} from '../formats/schema-progress.ts';

/** The file is there and cannot be read or written. One line for people. */
export class ProgressFileError extends Error {
  override readonly name = 'ProgressFileError';
}

export class ProgressFile {
  readonly #file: string;
  readonly #report: (line: string) => void;

  /** @param report is told in one line when the file had to be set aside */
  constructor(file: string, report: (line: string) => void) {
    this.#file = file;
    this.#report = report;
  }

  get name(): string {
    return basename(this.#file);
  }

  /** @throws {ProgressFileError} it cannot be read; unreadable content is set aside */
  read(): Progress {
    if (!existsSync(this.#file)) return emptyProgress;
    const text = this.#try('read', () => readFileSync(this.#file, 'utf8'));
    try {
      return parseProgress(text, this.name);
    } catch (error) {
      if (!(error instanceof InvalidData)) throw error;
      this.#setAside(error.message);
      return emptyProgress;
    }
  }

  /**
   * Changes one exercise and keeps the rest as it is in the file by now.
   *
   * @throws {ProgressFileError} the file cannot be read or written
   */
  update(id: string, change: ExerciseChange): void {
    const now = this.read();
    const next = mergeProgress(updateExercise(now, id, change), now);
    // A reader that looks meanwhile sees the old file or the new one, never half of one.
    const half = `${this.#file}.tmp`;
    this.#try('written', () => {
      writeFileSync(half, writeProgress(next));
      renameSync(half, this.#file);
    });
  }

  #setAside(why: string): void {
    const time = new Date().toISOString().replaceAll(/[:.]/g, '-');
    const aside = `${this.#file}.set-aside-${time}`;
    this.#try('set aside', () => {
      renameSync(this.#file, aside);
    });
    this.#report(`${why}. The file is kept as ${basename(aside)}; a new one is begun.`);
  }

  #try<T>(what: string, action: () => T): T {
    try {
      return action();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new ProgressFileError(`${this.name} cannot be ${what}: ${why}`);
    }
  }
}
