/** Reads the folders of the exercises. Node only. */

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { idOfFolder, inOrder } from '../formats/ids.ts';
import { InvalidData, parseJson } from '../formats/schema.ts';
import {
  emptyManifest,
  readManifest,
  type Manifest,
} from '../formats/schema-manifest.ts';
import {
  readExerciseFacts,
  splitFrontMatter,
  splitHints,
  type ExerciseFacts,
  type Hints,
} from '../formats/schema-exercise.ts';
import { applyWrong, parseWrong } from '../formats/wrong-diff.ts';
import { readLF, type Sources } from './sources.ts';

export interface WrongAnswer {
  /** `first-version-wins` */
  readonly name: string;
  /** The solution with the changes of `wrong.diff`. */
  readonly code: string;
  readonly misconception: string;
  /** Name of the test that must fail. */
  readonly caughtBy: string;
}

export interface Exercise {
  readonly facts: ExerciseFacts;
  /** Name of the folder, `07-match-protocols`; also the name of its page. */
  readonly folder: string;
  /** Full path of the folder. */
  readonly path: string;
  /** The task, Markdown. */
  readonly task: string;
  readonly hints: Hints;
  /** As it is shipped: the manifest's text, or the file's while there is none. */
  readonly starter: string;
  /** What `exercise.ts` holds now. */
  readonly written: string;
  readonly solution: string;
  readonly wrong: readonly WrongAnswer[];
  /** Whether there is a `plug.ts` that adapts the reader's module to the target. */
  readonly adapter: boolean;
  /**
   * What a live run tells of the solution, `live.txt`. Only of one that does better than
   * the node's own code.
   */
  readonly better?: readonly string[];
  /** Hash of task and tests: progress made against another one is marked "changed". */
  readonly hash: string;
}

/** Is told of an exercise that is not in order: the others are there all the same. */
export type LeftOut = (id: string, why: string) => void;

/**
 * All exercises, by id; the warm-ups first.
 *
 * @throws {InvalidData} the first folder that is not in order, unless it is left out
 */
export function readCatalog(sources: Sources, leftOut?: LeftOut): Exercise[] {
  const home = join(sources.root, sources.exercises);
  const folders = readdirSync(home, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && idOfFolder(entry.name) !== undefined)
    .map((entry) => entry.name);
  const manifest = readManifestFile(home);
  const exercises = folders.flatMap((folder) => {
    try {
      return readExercise(home, folder, manifest);
    } catch (error) {
      if (leftOut === undefined || !(error instanceof InvalidData)) throw error;
      leftOut(idOfFolder(folder) ?? folder, error.message);
      return [];
    }
  });
  exercises.sort((a, b) => inOrder(a.facts.id, b.facts.id));
  exercises.forEach((exercise, index) => {
    const next = exercises[index + 1];
    if (next?.facts.id === exercise.facts.id) {
      throw new InvalidData(next.folder, `the id ${next.facts.id} is taken`);
    }
  });
  return exercises;
}

function readExercise(home: string, folder: string, manifest: Manifest): Exercise {
  const path = join(home, folder);
  const text = (name: string): string => {
    const file = join(path, name);
    if (!existsSync(file)) throw new InvalidData(`${folder}/${name}`, 'it is missing');
    return readLF(file);
  };
  const readme = text('README.md');
  const { fields, body } = splitFrontMatter(readme, `${folder}/README.md`);
  const facts = readExerciseFacts(fields, `${folder}/README.md`);
  if (idOfFolder(folder) !== facts.id) {
    throw new InvalidData(folder, `the folder of ${facts.id} begins with its number`);
  }
  const data = ['lines.ts', 'items.ts'].filter((name) => existsSync(join(path, name)));
  const solution = text('solution.ts');
  const better = existsSync(join(path, 'live.txt')) ? text('live.txt') : undefined;
  // What a pass says and shows afterwards changes no task.
  const asked = readme.replace(/^(?:know|see): .*\n/gm, '');
  const judged = [asked, text('exercise.test.ts'), ...data.map(text)];
  return {
    facts,
    folder,
    path,
    task: body.trim(),
    hints: splitHints(text('hints.md'), `${folder}/hints.md`),
    starter: manifest.starters[facts.id]?.text ?? text('exercise.ts'),
    written: text('exercise.ts'),
    solution,
    wrong: readWrong(path, folder, solution),
    adapter: existsSync(join(path, 'plug.ts')),
    ...(better === undefined ? {} : { better: better.trim().split('\n') }),
    hash: sha256(judged.join('\0')).slice(0, 16),
  };
}

export function readManifestFile(home: string): Manifest {
  const file = join(home, 'manifest.json');
  if (!existsSync(file)) return emptyManifest;
  return readManifest(parseJson(readLF(file), 'manifest.json'), 'manifest.json');
}

function readWrong(path: string, folder: string, solution: string): WrongAnswer[] {
  if (!existsSync(join(path, 'wrong.diff'))) return [];
  const at = `${folder}/wrong.diff`;
  return parseWrong(readLF(join(path, 'wrong.diff')), at).map((wrong) => ({
    name: wrong.name,
    misconception: wrong.misconception,
    caughtBy: wrong.caughtBy,
    code: applyWrong(solution, wrong, at),
  }));
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
