/** Shows a reader their own code at work: in the terminal, or as a file for the site. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Exercise } from '../catalog/catalog.ts';
import { repository } from '../catalog/sources.ts';
import { wantedTest } from '../formats/opened.ts';
import type { RunReport } from '../formats/schema-report.ts';
import { traceIn } from '../formats/schema-seen.ts';
import { inOneSentence } from '../formats/verdict-view.ts';
import { showStrings } from '../words/show-strings.ts';
import type { Grader } from './grader.ts';
import { stepTable } from './step-table.ts';
import { paint, type Look } from './terminal.ts';
import { said } from './wrap.ts';

const strings = showStrings.show;

/** Who runs what is to be shown. */
export type Recorder = Pick<Grader, 'see' | 'live'>;

export class Show {
  readonly #grader: Recorder;
  readonly #folder: string;
  readonly #look: Look;
  /** The text of what was shown last, and what it is of. */
  #last:
    { readonly id: string; readonly code: string; readonly trace: string } | undefined;

  /** @param folder where trace files are written */
  constructor(grader: Recorder, look: Look, folder = repository.root) {
    this.#grader = grader;
    this.#look = look;
    this.#folder = folder;
  }

  /** The failing test, or the one that a pass shows, step by step. */
  async play(exercise: Exercise, report: RunReport | undefined): Promise<void> {
    const test = report && wantedTest(exercise.facts, report.tests);
    if (test === undefined) {
      this.#say(strings.noTasks);
      return;
    }
    const seen = await this.#grader.see(exercise, test.name);
    if (seen.verdict !== test.verdict) this.#say(strings.otherwise(seen.verdict));
    const which = seen.runs > 1 ? strings.which(seen.run, seen.runs) : '';
    this.#table(exercise, seen.trace, `${seen.test}${which}`);
    if (seen.message !== '') this.#say(inOneSentence(seen.message));
    this.#say(strings.howToSee);
  }

  /** Two nodes that run the reader's code. */
  async live(exercise: Exercise): Promise<void> {
    if (exercise.facts.plug === undefined) {
      this.#say(strings.noPlace);
      return;
    }
    this.#say(strings.meeting);
    const seen = await this.#grader.live(exercise);
    this.#table(exercise, seen.trace, seen.sentence);
    for (const line of seen.outcome) this.#say(line);
    this.#say(strings.howToSee);
  }

  /** Writes what was shown last; if nothing was, the test that `play` would show. */
  async write(exercise: Exercise, report: RunReport | undefined): Promise<void> {
    const { facts, written } = exercise;
    if (this.#last?.id !== facts.id || this.#last.code !== written) {
      await this.play(exercise, report);
    }
    if (this.#last?.id !== facts.id) return; // it has said why
    const name = `peerwalk-${facts.id}.jsonl`;
    writeFileSync(join(this.#folder, name), this.#last.trace);
    this.#say(strings.written(name));
  }

  #table(exercise: Exercise, text: string, title: string): void {
    const trace = traceIn(text);
    this.#last = { id: exercise.facts.id, code: exercise.written, trace: text };
    console.log();
    this.#say(paint(this.#look, 'strong', title));
    const { columns } = process.stdout;
    for (const line of stepTable(
      this.#look,
      trace,
      trace.head.at ?? 0,
      columns || undefined,
    ))
      console.log(line);
  }

  #say(text: string): void {
    const { columns } = process.stdout;
    for (const line of said(text, columns)) console.log(line);
  }
}
