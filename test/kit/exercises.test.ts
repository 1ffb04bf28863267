/**
 * The gates over the exercises: the samples of the kit and the course go through the
 * same ones. A starter that the reader has changed is theirs and is not judged.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Script } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCatalog, readManifestFile, type Exercise } from '#kit/catalog/catalog.ts';
import { isPristine } from '#kit/catalog/manifest.ts';
import { canSee } from '#kit/formats/opened.ts';
import { compileModule } from '#kit/script/modules.ts';
import type { ExerciseType } from '#kit/formats/schema-exercise.ts';
import type { RunReport } from '#kit/formats/schema-report.ts';
import { traceIn } from '#kit/formats/schema-seen.ts';
import { isCalled } from '#kit/run/harness.ts';
import { liveStrings } from '#kit/words/seen-strings.ts';
import { joinPieces } from '#kit/formats/pieces.ts';
import { applyChanges, parseChanges } from '#kit/formats/wrong-diff.ts';
import {
  buildPieces,
  plugProblem,
  scriptKind,
  type ScriptKind,
  type ScriptPieces,
} from '#kit/script/script.ts';
import { OneThread } from './one-thread.ts';
import { course, fixtures } from './sources.ts';
import { answers, ours, theirs, vitestLines } from './vitest-lines.ts';

/**
 * The samples hold vitest and the harness equal in every kind of verdict. That all answers
 * of the course come out the same in both is seen in `.ci/run`: each runs twice for it.
 * There, a wrong answer is judged by all tests of its exercise; else by the named one alone,
 * unless the starter is a whole program.
 */
const everything = process.env['PEERWALK_ALL'] !== undefined;

const carried = join(import.meta.dirname, 'fixtures/right');

/** Right answers that look like nothing we would have written: whole, or as changes of ours. */
function rightAnswers(id: string, solution: string): [file: string, code: string][] {
  const files = readdirSync(carried).filter((file) => file.startsWith(`${id}-`));
  return files.map((file) => {
    const text = readFileSync(join(carried, file), 'utf8');
    if (!file.endsWith('.diff')) return [file, text];
    const lines = text.split('\n').filter((line) => !line.startsWith('#'));
    return [file, applyChanges(solution, parseChanges(lines, file), file)];
  });
}

/** `code`, each of whose functions dies by a name that nobody has imported. */
function dyingAtOnce(code: string): string {
  const heads =
    /^(?:export (?:async )?function|  (?:async )?\w+\(|  constructor\()[^]*?\{$/gm;
  return code.replace(heads, (head) => `${head} NotImported;`);
}

/** `code` that dies so behind each wait. */
function dyingLater(code: string): string {
  return code.replace(
    /^ *(?:const \w+ = )?await [^]*?;$/gm,
    (wait) => `${wait} NotImported;`,
  );
}

const textOf = ({ base, own }: ScriptPieces): string =>
  joinPieces(base, [...own.values()]);

/** Their starters are whole programs, of which much is right. */
const given = new Set<ExerciseType>(['fix', 'attack']);

/** What passes for a line that the starter has already. */
const written: Readonly<Record<string, readonly string[]>> = {
  // `if (error instanceof DiscError) return error.reason;`
  E12: [
    'passes on a reason that is decided already',
    'passes on reason 0 like any other',
    'passes on every number, with a name or without',
  ],
};

const passing = ({ tests }: RunReport): number =>
  tests.filter(({ verdict }) => verdict === 'passed').length;

/** Failures whose message says what was compared in the words of the assertion alone. */
function wordlessIn({ tests }: RunReport): string[] {
  const wordless = /^expected |'(?:undefined|null|NaN)'|\[object /;
  return tests
    .filter(({ verdict, message }) => verdict === 'failed' && wordless.test(message))
    .map(({ name, message }) => `${name}: ${message}`);
}

describe.each([
  ['the samples', fixtures],
  ['the course', course],
])('%s', (_, sources) => {
  const catalog = readCatalog(sources);
  const manifest = readManifestFile(join(sources.root, sources.exercises));
  const scripts = new Map<ScriptKind, ScriptPieces>(); // as they are in a page
  let threads: Record<ScriptKind, OneThread>;

  beforeAll(async () => {
    // Longer than a reader waits: here others share the processor, and what never ends
    // would hang vitest as well.
    const started = async (kind: ScriptKind): Promise<OneThread> => {
      const pieces = await buildPieces(sources, kind);
      scripts.set(kind, pieces);
      return new OneThread(textOf(pieces), 60_000);
    };
    threads = { small: await started('small'), whole: await started('whole') };
  }, 60_000);
  afterAll(() => Promise.all([threads.small.close(), threads.whole.close()]));

  const reports = new Map<string, Promise<RunReport>>(); // BOUNDED by the answers

  /** Each answer is run once, whatever is asked about it. */
  const run = (
    exercise: Exercise,
    code: string,
    alone?: string,
  ): Promise<RunReport> => {
    const { id } = exercise.facts;
    const key = `${id} ${alone} ${code}`;
    const known =
      reports.get(key) ?? threads[scriptKind(sources, exercise)].test(id, code, alone);
    reports.set(key, known);
    return known;
  };

  it('has a manifest with every starter', () => {
    const ids = catalog.map(({ facts }) => facts.id);
    expect(Object.keys(manifest.starters)).toEqual(ids);
  });

  it.each([
    ['small', 146],
    ['whole', 257], // with what records a run; loaded when a reader asks to see one
  ] as const)('has a %s script that a page can load', (kind, limitKiB) => {
    const pieces = scripts.get(kind);
    if (pieces === undefined) throw new Error(`no ${kind} script`);
    const { base, own, modules } = pieces;
    expect(gzipSync(base).length, 'bytes, compressed').toBeLessThan(limitKiB * 1024);
    for (const [id, text] of own) {
      expect(gzipSync(text).length, `${id}: bytes, compressed`).toBeLessThan(14 * 1024);
    }
    const text = textOf(pieces);
    expect(new Script(text), 'a classic script').toBeInstanceOf(Script);
    // With an argument: the parser in it has a message about `import()`.
    const calls = text.matchAll(/\bimport\s*\((?!\))/g);
    const imports = Array.from(calls, ({ index }) => index);
    expect(imports, 'dynamic imports').toEqual([]);
    expect(modules.filter((id) => id.startsWith('impl/node/'))).toEqual([]);
  });

  it.runIf(sources === course).each([
    ['E16', 'const event = await select({', 'const event = select({'],
    ['E26', 'await sendItems(', 'sendItems('],
  ])('asks whether an await is missing, in %s', async (id, wait, forgotten) => {
    const exercise = catalog.find(({ facts }) => facts.id === id);
    if (exercise === undefined) throw new Error(`no ${id}`);
    expect(exercise.solution).toContain(wait);
    const { tests } = await run(exercise, exercise.solution.replace(wait, forgotten));
    const failing = tests.filter(({ verdict }) => verdict !== 'passed');
    expect(failing[0]?.message).toMatch(/an `await` (?:is )?missing/);
    for (const { message } of failing) expect(message).not.toContain('a turn');
  });

  it.runIf(sources === course)('is complete, and of many kinds', () => {
    const ids = catalog.map(({ facts }) => facts.id);
    const wanted = Array.from(
      { length: 27 },
      (_, i) => `E${`${i + 1}`.padStart(2, '0')}`,
    );
    // E23 is the lab's.
    expect(ids.filter((id) => id.startsWith('E'))).toEqual(
      wanted.filter((id) => id !== 'E23'),
    );
    expect(ids.filter((id) => id.startsWith('W'))).toHaveLength(5);
    expect(new Set(catalog.map(({ facts }) => facts.type)).size).toBeGreaterThan(7);
    for (const { facts, folder } of catalog) {
      const readme = readFileSync(
        join(sources.root, sources.exercises, folder, 'README.md'),
        'utf8',
      );
      const hasMore = /(?:When|Once) you have passed|A variation/.test(readme);
      expect(hasMore, `${facts.id} has a variation`).toBe(!facts.id.startsWith('W'));
    }
  });

  it.skipIf(sources === course && !everything)(
    'is judged by vitest as by the harness: names, order, verdicts and messages',
    { timeout: 600_000 }, // each answer, twice
    async () => {
      const all = await vitestLines(sources);
      for (const exercise of catalog) {
        for (const [project, code] of answers(exercise)) {
          if (project === 'mine' && !isPristine(exercise, manifest)) continue;
          const report = await run(exercise, code);
          const lines = all.filter(
            (line) => line.project === project && line.folder === exercise.folder,
          );
          const where = `${exercise.folder} ${project}`;
          expect(lines.length, where).toBeGreaterThan(0);
          expect(report.tests.map(ours), where).toEqual(lines.map(theirs));
        }
      }
      expect(all.length).toBeGreaterThan(catalog.length);
    },
  );

  describe.each(catalog.map((one) => [one.folder, one] as const))(
    '%s',
    (_, exercise) => {
      const { facts, folder } = exercise;

      it('has a starter that fails at once, on an assertion or as unsolved', async (test) => {
        if (!isPristine(exercise, manifest))
          test.skip('yours: exercise.ts was changed');
        const report = await run(exercise, exercise.written);
        const failing = report.tests.filter(({ verdict }) => verdict !== 'passed');
        const verdicts = new Set(failing.map(({ verdict }) => verdict));
        verdicts.delete('failed');
        verdicts.delete('unsolved');
        expect([...verdicts], report.message).toEqual([]);
        expect(failing.length).toBeGreaterThan(0);
        if (sources === course) expect(wordlessIn(report)).toEqual([]);
        console.log(`the starter of ${facts.id} fails in ${report.ms.toFixed(0)} ms`);
      });

      it.runIf(sources === course && !given.has(facts.type))(
        'has a starter of which nothing passes and nothing fails',
        async (test) => {
          if (!isPristine(exercise, manifest))
            test.skip('yours: exercise.ts was changed');
          const { tests } = await run(exercise, exercise.written);
          const judged = tests.filter(({ verdict }) => verdict !== 'unsolved');
          const names = judged.map(({ name }) => name.split(' > ').at(-1));
          expect(names, 'judged').toEqual(written[facts.id] ?? []);
        },
      );

      it('says in its starter what to do', () => {
        expect(exercise.starter).toContain('// TODO');
      });

      it('has a solution that passes', async () => {
        const report = await run(exercise, exercise.solution);
        const failing = report.tests.filter(({ verdict }) => verdict !== 'passed');
        expect(failing).toEqual([]);
        expect(report.verdict, report.message).toBe('passed');
      });

      const { see } = facts;
      it.runIf(see !== undefined)(
        'names a test of its own that can be seen after a pass',
        async () => {
          const { tests } = await run(exercise, exercise.solution);
          const seen = tests.filter(canSee).map(({ name }) => name);
          expect(seen, `tests with tasks to look at, for see: "${see}"`).toContain(see);
        },
      );

      it.each(sources === course ? rightAnswers(facts.id, exercise.solution) : [])(
        'takes %s, which is right in another way',
        async (_, code) => {
          const report = await run(exercise, code);
          const failing = report.tests.filter(({ verdict }) => verdict !== 'passed');
          expect(failing).toEqual([]);
          expect(report.verdict, report.message).toBe('passed');
        },
      );

      it('has two wrong answers or more', () => {
        expect(exercise.wrong.length).toBeGreaterThanOrEqual(2);
      });

      it.each(exercise.wrong.map((one) => [one.name, one] as const))(
        'has %s caught by the test that it names',
        async (_, { code, caughtBy }) => {
          const all = everything || given.has(facts.type);
          const report = await run(exercise, code, all ? undefined : caughtBy);
          const named = report.tests.filter(({ name }) => isCalled(name, caughtBy));
          const names = report.tests.map(({ name }) => name);
          expect(named, `${report.message} ${names.join('\n')}`).toHaveLength(1);
          expect(named[0]?.verdict).toMatch(
            /^(failed|threw|blocked|step-limit|timeout)$/,
          );
          if (sources === course) expect(wordlessIn(report)).toEqual([]);
        },
      );

      // A wrong answer there is often a half one. Who has come so far sees that it counts.
      it.runIf(given.has(facts.type))(
        'has wrong answers that pass more tests than the starter',
        async () => {
          const untouched = passing(await run(exercise, exercise.starter));
          for (const { name, code } of exercise.wrong) {
            const passed = passing(await run(exercise, code));
            expect(passed, `${name}: tests that pass`).toBeGreaterThan(untouched);
          }
        },
      );

      const dying = [
        ['at once', dyingAtOnce(exercise.solution)],
        ['behind a wait', dyingLater(exercise.solution)],
      ].filter(([, code]) => code !== exercise.solution);
      it.each(dying)('says first that its code threw, %s', async (_, code) => {
        const { tests } = await run(exercise, code);
        const first = tests.find(({ verdict }) => verdict !== 'passed');
        const said = `${first?.message} ${first?.actual}`;
        expect(said, first?.name).toContain('NotImported is not defined');
      });

      it('imports nothing that the page does not have', () => {
        const texts = [
          exercise.starter,
          exercise.solution,
          ...exercise.wrong.map(({ code }) => code),
        ];
        const imported = texts.flatMap((code) =>
          Array.from(code.matchAll(/\b(?:from|import) '([^']+)'/g), ([, name]) => name),
        );
        expect(
          imported.filter((name) => !/^#(?:impl\/|kit\/[^/]+$)/.test(name ?? '')),
        ).toEqual([]);
        const test = compileModule(sources, `exercises/${folder}/exercise.test.ts`);
        const own = new RegExp(`^(vitest|impl/.*|exercises/(kit|${folder})/.*)$`);
        expect(test.imports.filter((id) => !own.test(id))).toEqual([]);
        expect(test.code).not.toMatch(/\bvi\./);
      });

      if (facts.plug === undefined) return;
      it('can be plugged into a live run', async () => {
        expect(plugProblem(sources, exercise)).toBeUndefined();
        const scenario = facts.scenario ?? 'meet';
        const result = await threads.whole.live(facts.id, exercise.solution, scenario);
        expect(result.same, 'the nodes live as they do with our answer').toBe(true);
        const outcome = result.outcome.join('\n');
        expect(outcome).toContain('Node A');
        expect(outcome).not.toContain('threw');
        // What is said of a step that one can go to is so at that step.
        const { events } = traceIn(result.trace);
        for (const { step, words } of result.moments) {
          const seconds = / after (\d+\.\d{3}) s/.exec(words)?.[1];
          if (seconds === undefined) continue;
          expect(result.outcome).toContain(words);
          expect(((events[step]?.t ?? NaN) / 1000).toFixed(3), words).toBe(seconds);
        }
      });

      if (exercise.better === undefined) return;
      it('does better in a live run than the node’s own code, and the starter does not', async () => {
        const live = async (code: string): Promise<readonly string[]> => {
          const { outcome } = await threads.whole.live(
            facts.id,
            code,
            facts.scenario ?? 'meet',
          );
          return outcome;
        };
        const { wanted, nodes } = liveStrings.beside;
        const ours = await live(exercise.solution);
        expect(ours).toEqual(expect.arrayContaining([wanted.same, nodes.others]));
        expect(await live(exercise.starter)).toContain(wanted.others);
      });
    },
  );
});
