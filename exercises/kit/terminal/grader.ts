/** Runs exercises in threads and keeps the progress: what learn and grade share. */

import { statSync } from 'node:fs';
import { join } from 'node:path';
import { readCatalog, type Exercise } from '../catalog/catalog.ts';
import { ProgressFile } from './progress-file.ts';
import type { SeenLive, SeenTest } from '../formats/schema-seen.ts';
import {
  isSolved,
  stateAfter,
  type GradedExercise,
  type RunReport,
} from '../formats/schema-report.ts';
import { kitStrings } from '../words/strings.ts';
import {
  maxDraftLength,
  newExercise,
  withHint,
  type Progress,
} from '../formats/schema-progress.ts';
import { keptWorkerScript } from '../script/kept-script.ts';
import type { Sources } from '../catalog/sources.ts';
import { Threads } from '../script/thread.ts';
import { liveScenario } from '../formats/orders.ts';
import { reportText } from './report.ts';

export class Grader {
  readonly #sources: Sources;
  readonly #file: ProgressFile;
  #threads: Threads | undefined;
  #builtFor = '';
  /** What is wrong with an exercise itself, by its id. */
  readonly broken = new Map<string, string>(); // BOUNDED by the exercises
  readonly #leftOut = (id: string, why: string): void => {
    this.broken.set(id, why);
  };

  constructor(sources: Sources, report: (line: string) => void) {
    this.#sources = sources;
    const name = process.env['PEERWALK_PROGRESS'] ?? 'peerwalk-progress.json';
    this.#file = new ProgressFile(join(sources.root, name), report);
  }

  catalog(): Exercise[] {
    return readCatalog(this.#sources, this.#leftOut);
  }

  progress(): Progress {
    return this.#file.read();
  }

  /**
   * A draft in the progress file that is not in `exercise.ts`, and newer than what is:
   * it was written in the page, and brought here in the file.
   */
  draft(exercise: Exercise): string | undefined {
    const { facts, written, starter } = exercise;
    const { draft, draftAt = 0 } = this.progress().exercises[facts.id] ?? newExercise;
    if (draft === undefined || draft === written) return undefined;
    return written === starter || draftAt > writtenAt(exercise) ? draft : undefined;
  }

  /** The reader has taken `exercise.ts` back to the starter. */
  forgotten(exercise: Exercise): void {
    const { facts, written } = exercise;
    const { draft } = this.progress().exercises[facts.id] ?? newExercise;
    if (draft !== written) return; // another text than the one that goes
    this.#file.update(facts.id, { draft: undefined, draftAt: Date.now() });
  }

  get progressName(): string {
    return this.#file.name;
  }

  /** Runs what the reader has written and remembers the verdict. */
  async run(exercise: Exercise): Promise<RunReport> {
    const { id } = exercise.facts;
    const threads = await this.#ready();
    const why = this.broken.get(id);
    if (why !== undefined) return brokenReport(why);
    const report = await threads.test(id, exercise.written);
    threads.warm();
    this.#remember(exercise, report);
    return report;
  }

  /**
   * A test on what the reader has written, run again with the trace on.
   *
   * @throws {Error} it cannot be seen any more, and why
   */
  async see(exercise: Exercise, test: string): Promise<SeenTest> {
    const threads = await this.#ready();
    return threads.see(exercise.facts.id, exercise.written, test);
  }

  /**
   * Two nodes that run what the reader has written.
   *
   * @throws {Error} it could not be loaded, or the run did not end
   */
  async live(exercise: Exercise): Promise<SeenLive> {
    const { id, scenario = liveScenario } = exercise.facts;
    const threads = await this.#ready();
    return threads.live(id, exercise.written, scenario);
  }

  revealed(exercise: Exercise, why: string): void {
    const { facts, hash } = exercise;
    this.#file.update(facts.id, { state: 'revealed', why, hash });
  }

  hintSeen(exercise: Exercise, hint: number): void {
    const { id } = exercise.facts;
    const before = this.progress().exercises[id] ?? newExercise;
    this.#file.update(id, withHint(before, hint));
  }

  async close(): Promise<void> {
    await this.#threads?.close();
  }

  /** The script is built anew when a task or a test has changed. */
  async #ready(): Promise<Threads> {
    const wanted = this.catalog()
      .map(({ hash }) => hash)
      .join();
    if (this.#threads === undefined || this.#builtFor !== wanted) {
      await this.#threads?.close();
      this.broken.clear();
      const text = await keptWorkerScript(this.#sources, this.#leftOut);
      this.#threads = new Threads(text);
      this.#builtFor = wanted;
    }
    return this.#threads;
  }

  #remember(exercise: Exercise, report: RunReport): void {
    const { facts, hash, written, starter } = exercise;
    const before = this.progress().exercises[facts.id] ?? newExercise;
    if (written === starter) return; // nothing was tried, and it is nobody's draft
    const passed = isSolved(report);
    this.#file.update(facts.id, {
      state: stateAfter(before.state, report),
      attempts: before.attempts + 1,
      ...(passed || before.state !== 'passed' ? { hash } : {}),
      // Its own time, not that of the run: a newer draft in the file stays.
      // A longer one than the format takes stays in its file alone; the report says so.
      ...(written === before.draft || written.length > maxDraftLength
        ? {}
        : { draft: written, draftAt: writtenAt(exercise) }),
    });
  }
}

function brokenReport(why: string): RunReport {
  const message = kitStrings.run.notInOrder(why);
  const nothing = { tests: [], output: [], outputCut: false, ms: 0 };
  return { ...nothing, verdict: 'threw', message };
}

/** When `exercise.ts` was saved, milliseconds since 1970. */
function writtenAt({ path }: Exercise): number {
  return Math.floor(statSync(join(path, 'exercise.ts')).mtimeMs);
}

export function graded(exercise: Exercise, report: RunReport): GradedExercise {
  const { id, points } = exercise.facts;
  const { verdict, message } = report;
  // Where no test could be run, the file itself is what fails.
  const file = { name: 'exercise.ts', verdict, message: reportText(exercise, report) };
  return {
    id,
    verdict,
    points: isSolved(report) ? points : 0,
    max: points,
    tests: [
      ...report.tests.map(({ name, verdict, message }) => ({ name, verdict, message })),
      ...(message === '' ? [] : [file]),
    ],
  };
}
