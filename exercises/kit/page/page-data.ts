/** What the page of an exercise shows without running anything. Node only. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Item } from '../answers.ts';
import type { EditItem } from '../edits.ts';
import { readEditItems } from '../formats/schema-edits.ts';
import { readCatalog, type Exercise } from '../catalog/catalog.ts';
import type { Blank, Line, Puzzle } from '../parsons.ts';
import type { ExerciseFacts, ExerciseType } from '../formats/schema-exercise.ts';
import { scriptKind, type ScriptKind } from '../script/script.ts';
import { repository, type Sources } from '../catalog/sources.ts';

/** A puzzle without the code that it may use. */
export interface ShownPuzzle {
  readonly lines: readonly Line[];
  readonly blanks: Readonly<Record<string, Blank>>;
  readonly needs?: number;
  readonly before: string;
  readonly after: string;
}

/** Plain data; it travels in the page. */
export interface ExercisePageData extends ExerciseFacts {
  readonly folder: string;
  readonly hash: string;
  /** Which of the two scripts runs its tests. */
  readonly script: ScriptKind;
  readonly starter: string;
  readonly items?: readonly Item[];
  readonly puzzle?: ShownPuzzle;
  /** Messages whose bytes are changed. */
  readonly edits?: readonly EditItem[];
}

export interface ExercisePage {
  readonly params: {
    readonly slug: string;
    readonly title: string;
    readonly description: string;
    readonly exercise: ExercisePageData;
  };
  /** Markdown: the task, then the hints as folds that work without JavaScript. */
  readonly content: string;
}

export async function exercisePages(
  sources: Sources = repository,
): Promise<ExercisePage[]> {
  return Promise.all(readCatalog(sources).map((exercise) => pageOf(sources, exercise)));
}

async function pageOf(sources: Sources, exercise: Exercise): Promise<ExercisePage> {
  const { facts, folder, hash, starter, task, hints } = exercise;
  const data = await dataOf(sources, exercise);
  const script = scriptKind(sources, exercise);
  const folds = hints.map(
    (hint, index) =>
      `<details class="pw-ex-hint" data-hint="${index + 1}">\n` +
      `<summary>${hintTitles(facts.type)[index] ?? ''}</summary>\n\n${hint}\n\n</details>`,
  );
  return {
    params: {
      slug: folder,
      title: facts.title,
      description: `Exercise ${facts.id}: ${facts.title}`,
      exercise: { ...facts, folder, hash, script, starter, ...data },
    },
    content: [`# ${facts.title}`, task, '<HintFolds>', ...folds, '</HintFolds>'].join(
      '\n\n',
    ),
  };
}

/** A reader of `hints.md` finds the same. */
export function hintTitles(type: ExerciseType): readonly string[] {
  return ['Where to look', 'Which rule', almost[type] ?? 'Almost the code'];
}

/** Where no code is written. */
const almost: Readonly<Partial<Record<ExerciseType, string>>> = {
  predict: 'Almost the answers',
  quiz: 'Almost the answers',
  'trace-table': 'Almost the answers',
  parsons: 'Almost the order',
  bytes: 'Almost the bytes',
};

/** Items and puzzles are code, so that tests can use them; here only their data counts. */
async function dataOf(
  sources: Sources,
  exercise: Exercise,
): Promise<Pick<ExercisePageData, 'items' | 'puzzle' | 'edits'>> {
  const { path, facts } = exercise;
  if (facts.type === 'bytes') return { edits: await editItemsOf(sources, exercise) };
  const items = await questionsOf(sources, exercise);
  if (items.length > 0) return { items };
  if (!existsSync(join(path, 'lines.ts'))) return {};
  const loaded = await evaluate(sources, join(path, 'lines.ts'));
  const { lines, blanks, needs, before, after } = loaded['puzzle'] as Puzzle; // its own type
  return { puzzle: plain({ lines, blanks, needs, before, after }) as ShownPuzzle };
}

/** The questions of an exercise that asks some; of another, none. */
export async function questionsOf(
  sources: Sources,
  { path, facts }: Exercise,
): Promise<readonly Item[]> {
  if (facts.type === 'bytes' || !existsSync(join(path, 'items.ts'))) return [];
  const { items } = await evaluate(sources, join(path, 'items.ts'));
  return plain(items) as readonly Item[]; // as its own type says
}

/**
 * The messages of a bytes exercise.
 *
 * @throws {InvalidData} they are not in order
 */
export async function editItemsOf(
  sources: Sources,
  { path, folder }: Exercise,
): Promise<readonly EditItem[]> {
  const { items } = await evaluate(sources, join(path, 'items.ts'));
  return readEditItems(plain(items), `${folder}/items.ts`);
}

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value)) as unknown;
}

/** Loads a TypeScript module with all it imports, in whatever process this runs. */
async function evaluate(
  sources: Sources,
  file: string,
): Promise<Readonly<Record<string, unknown>>> {
  const result = await build({
    entryPoints: [file],
    absWorkingDir: sources.root,
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    conditions: ['browser'],
    logLevel: 'silent',
  });
  const text = result.outputFiles[0]?.text ?? '';
  const address = `data:text/javascript;base64,${Buffer.from(text).toString('base64')}`;
  return (await import(/* @vite-ignore */ address)) as Readonly<
    Record<string, unknown>
  >;
}
