/**
 * `npm run learn [-- ID] [-- --once [--trace]]`: works through the exercises in a terminal.
 * Runs the current one when it is saved; keys do the rest. Without a terminal it prints and
 * goes on watching, or ends with `--once`; `--trace` then also shows the run that `p` and
 * `t` show, and writes it to a file.
 */

import { statSync, watch, writeFileSync, type FSWatcher } from 'node:fs';
import { join } from 'node:path';
import type { Exercise } from '../catalog/catalog.ts';
import { Grader } from './grader.ts';
import { ProgressFileError } from './progress-file.ts';
import { InvalidData } from '../formats/schema.ts';
import { openedAtFirst, wantedTest } from '../formats/opened.ts';
import { newExercise } from '../formats/schema-progress.ts';
import { goOnWith } from '../formats/ids.ts';
import { isSolved } from '../formats/schema-report.ts';
import type { RunReport } from '../formats/schema-report.ts';
import { repository } from '../catalog/sources.ts';
import { editItemsOf, questionsOf } from '../page/page-data.ts';
import { whyOf } from '../catalog/why.ts';
import { editLines } from './edit-lines.ts';
import { listenToKeys, type Ask } from './keys.ts';
import { Show } from './show.ts';
import { typeProblems } from './types.ts';
import { learnStrings as strings } from '../words/learn-strings.ts';
import { forTerminal } from './for-terminal.ts';
import { help, readQuestion } from './learn-question.ts';
import { allLines, reportLines, type Screen } from './report.ts';
import { lookOf, outliveReader, paint } from './terminal.ts';
import { said, wrapped } from './wrap.ts';

/** Editors save in steps; this long after the first sign the file is read. */
const settleMs = 30;
/** Some file systems (WSL, network, containers) send no signs at all. */
const pollMs = 400;

class Learn {
  readonly #grader = new Grader(repository, (line) => {
    console.error(line);
  });
  readonly #look = lookOf(process.stdout);
  readonly #show = new Show(this.#grader, this.#look);
  /** Of the text that `#current` was read with. */
  #report: RunReport | undefined;
  #current: Exercise;
  #hint = 0;
  #watcher: FSWatcher | undefined;
  #poll: ReturnType<typeof setInterval> | undefined;
  #stamp = '';
  #busy: Promise<void> = Promise.resolve();

  constructor(wanted: string | undefined) {
    this.#current = this.#choose(wanted);
  }

  /** @throws {RangeError} there is no such exercise, or none at all */
  #choose(wanted: string | undefined): Exercise {
    const catalog = this.#grader.catalog();
    const { exercises } = this.#grader.progress();
    const ids = catalog.map(({ facts }) => facts.id);
    const id =
      wanted === undefined
        ? (goOnWith(ids, (one) => exercises[one]?.state === 'passed') ?? ids[0])
        : wanted.toUpperCase().replace(/^([EW])0*(?=\d)/, '$1');
    const found = catalog.find(
      ({ facts, folder }) => facts.id.replace(/^E0/, 'E') === id || folder === wanted,
    );
    if (found !== undefined) return found;
    const known = ids.join(' ');
    throw new RangeError(
      wanted === undefined
        ? 'there are no exercises here'
        : `there is no exercise ${wanted}; there are ${known}`,
    );
  }

  async runOnce(): Promise<boolean> {
    this.#reload();
    const { facts, folder } = this.#current;
    const title = paint(this.#look, 'strong', `${facts.id} ${facts.title}`);
    console.log(`\n${title}  exercises/${folder}/exercise.ts`);
    const report = await this.#grader.run(this.#current);
    this.#report = report;
    const messages = await this.#messages(report);
    for (const line of reportLines(this.#screen, this.#current, report, messages))
      console.log(line);
    if (this.#grader.draft(this.#current) !== undefined) {
      this.#say(strings.otherDraft(this.#grader.progressName));
    }
    return isSolved(report);
  }

  /** The run that `t` writes, for who has no keys. */
  async writeTrace(): Promise<void> {
    await this.#show.write(this.#current, this.#report);
  }

  /** Where bytes are changed: what they are now. */
  async #messages(report: RunReport): Promise<readonly string[]> {
    const { facts } = this.#current;
    if (facts.type !== 'bytes' || report.tests.length === 0) return [];
    const items = await editItemsOf(repository, this.#current);
    return editLines(this.#look, items, this.#current, report);
  }

  watchFiles(): void {
    const { path } = this.#current;
    this.#stopWatching();
    this.#stamp = this.#stampNow();
    let settling: ReturnType<typeof setTimeout> | undefined;
    const look = (): void => {
      clearTimeout(settling);
      settling = setTimeout(() => {
        const stamp = this.#stampNow();
        if (stamp === this.#stamp) return;
        this.#stamp = stamp;
        this.#enqueue(() => this.runAndHint());
      }, settleMs);
    };
    try {
      this.#watcher = watch(path, look);
    } catch {
      // No signs from this file system: the poll below sees the change.
    }
    this.#poll = setInterval(look, pollMs);
  }

  /** The first run; keys wait for its end. */
  first(): Promise<void> {
    const run = this.runAndHint();
    this.#busy = run.catch(() => undefined); // whoever began it is told
    return run;
  }

  async runAndHint(): Promise<void> {
    const passed = await this.runOnce();
    const { tests = [] } = this.#report ?? {};
    const seen = wantedTest(this.#current.facts, tests);
    if (!process.stdin.isTTY) return;
    const [first] = openedAtFirst(this.#current.facts.type, tests);
    if (seen !== undefined) this.#say(strings.plays(seen === first, seen.name));
    if (passed) this.#say(strings.whenPassed(this.#current.facts.plug !== undefined));
    this.#sayKeys();
  }

  /** Carries out one key after the other. */
  press(key: string, ask: Ask): void {
    this.#enqueue(() => this.#carryOut(key, ask));
  }

  async #carryOut(key: string, ask: Ask): Promise<void> {
    switch (key) {
      case 'h':
        this.#showHint();
        break;
      case 'n':
        await this.#next();
        break;
      case 'a':
        this.#all();
        break;
      case 'l':
        this.#list();
        break;
      case 'r':
        await this.runAndHint();
        break;
      case 'c':
        await this.#checkTypes();
        break;
      case 'x':
        await this.#reset(ask);
        break;
      case 'd':
        await this.#takeDraft(ask);
        break;
      case 's':
        await this.#solution(ask);
        break;
      case 'p':
        await this.#show.play(this.#current, this.#report);
        break;
      case 't':
        await this.#show.write(this.#current, this.#report);
        break;
      case 'i':
        await this.#show.live(this.#current);
        break;
      default:
        for (const line of strings.allKeys) console.log(` ${line}`);
    }
  }

  #sayKeys(): void {
    const keys = strings.keys(this.#grader.draft(this.#current) !== undefined);
    console.log(paint(this.#look, 'quiet', ` ${keys}`));
  }

  /** A sentence, in lines of the terminal. */
  #say(text: string): void {
    for (const line of said(text, process.stdout.columns)) console.log(line);
  }

  /** Prose of an exercise, in lines of the terminal. */
  #sayProse(text: string): void {
    const prose = forTerminal(repository, text, this.#current.folder);
    console.log(`\n${wrapped(prose, process.stdout.columns)}\n`);
  }

  #all(): void {
    const { tests = [] } = this.#report ?? {};
    if (this.#report === undefined) return;
    for (const line of allLines(this.#screen, this.#current, this.#report))
      console.log(line);
    if (tests.length > 0) this.#sayKeys();
  }

  get #screen(): Screen {
    const { columns, rows } = process.stdout;
    return { look: this.#look, columns, rows };
  }

  #showHint(): void {
    const hint = this.#current.hints[this.#hint];
    if (hint === undefined) {
      console.log(' Those were the hints. s shows the solution.');
      return;
    }
    this.#hint += 1;
    this.#grader.hintSeen(this.#current, this.#hint);
    this.#sayProse(hint);
  }

  async #next(): Promise<void> {
    const catalog = this.#grader.catalog();
    const at = catalog.findIndex(({ facts }) => facts.id === this.#current.facts.id);
    const next = catalog[(at + 1) % catalog.length];
    if (next === undefined) return;
    this.#current = next;
    this.#hint = 0;
    this.watchFiles();
    this.#sayProse(next.task);
    await this.runAndHint();
  }

  /** Says what an editor with the learner's options would underline. */
  async #checkTypes(): Promise<void> {
    this.#reload();
    const { folder, written } = this.#current;
    const file = `${repository.exercises}/${folder}/exercise.ts`;
    const { default: compiler } = await import('typescript');
    const problems = typeProblems(
      compiler,
      repository.root,
      new Map([[file, written]]),
    );
    for (const { line, column, message } of problems)
      this.#say(`${file}:${line}:${column} ${message}`);
    if (problems.length === 0) console.log(' The types are in order.');
  }

  #list(): void {
    const { exercises } = this.#grader.progress();
    for (const { facts } of this.#grader.catalog()) {
      const { state } = exercises[facts.id] ?? newExercise;
      const here = facts.id === this.#current.facts.id ? '>' : ' ';
      console.log(`${here} ${facts.id.padEnd(3)}  ${state.padEnd(9)} ${facts.title}`);
    }
  }

  async #reset(ask: Ask): Promise<void> {
    const answer = await ask(' Your text in exercise.ts goes. Reset? [y/N] ');
    if (answer.trim().toLowerCase() !== 'y') return;
    this.#reload();
    this.#grader.forgotten(this.#current);
    this.#write(this.#current.starter);
  }

  async #takeDraft(ask: Ask): Promise<void> {
    this.#reload();
    const draft = this.#grader.draft(this.#current);
    if (draft === undefined) {
      console.log(` ${this.#grader.progressName} has no other draft of this one.`);
      return;
    }
    if (this.#current.written !== this.#current.starter) {
      const answer = await ask(
        ' Your text in exercise.ts goes. Take the draft? [y/N] ',
      );
      if (answer.trim().toLowerCase() !== 'y') return;
    }
    this.#write(draft);
  }

  #write(text: string): void {
    writeFileSync(join(this.#current.path, 'exercise.ts'), text);
  }

  async #solution(ask: Ask): Promise<void> {
    const { facts, solution } = this.#current;
    const { state } = this.#grader.progress().exercises[facts.id] ?? newExercise;
    if (state !== 'passed' && state !== 'revealed') {
      const why = await ask(' In one sentence: why does your answer not work yet? ');
      if (why.trim() === '') return;
      this.#grader.revealed(this.#current, why.trim());
    }
    console.log(`\n${solution}`);
    const texts = [
      ...(await questionsOf(repository, this.#current)).map(
        ({ question, why }) => `${question}\n${why}`,
      ),
      ...whyOf(this.#current),
    ];
    for (const text of texts) this.#sayProse(text);
  }

  #reload(): void {
    const { id } = this.#current.facts;
    const found = this.#grader.catalog().find(({ facts }) => facts.id === id);
    if (found !== undefined) this.#current = found;
  }

  #enqueue(job: () => Promise<void>): void {
    this.#busy = this.#busy.then(job).catch((error: unknown) => {
      console.error(error instanceof Error ? error.message : String(error));
    });
  }

  #stampNow(): string {
    const files = ['exercise.ts', 'exercise.test.ts'];
    return files
      .map((name) => {
        try {
          const { mtimeMs, size } = statSync(join(this.#current.path, name));
          return `${mtimeMs} ${size}`;
        } catch {
          return 'gone'; // between two steps of an editor's save
        }
      })
      .join();
  }

  #stopWatching(): void {
    this.#watcher?.close();
    clearInterval(this.#poll);
  }

  async close(): Promise<void> {
    this.#stopWatching();
    await this.#busy;
    await this.#grader.close();
  }
}

async function main(): Promise<void> {
  const { wanted, once, trace, help: asked } = readQuestion(process.argv.slice(2));
  if (asked) {
    console.log(help);
    return;
  }
  outliveReader(process.stdout, () => {
    if (!once) process.exit(0); // nobody would see what is watched for
  });
  const learn = new Learn(wanted);
  if (once) {
    process.exitCode = (await learn.runOnce()) ? 0 : 1;
    if (trace) await learn.writeTrace();
    await learn.close();
    return;
  }
  learn.watchFiles();
  if (process.stdin.isTTY) listenToKeys(learn);
  await learn.first();
}

try {
  await main();
} catch (error) {
  const known = [RangeError, InvalidData, ProgressFileError];
  if (!(error instanceof Error && known.some((one) => error instanceof one)))
    throw error;
  console.error(`learn: ${error.message}`);
  process.exitCode = 2;
}
