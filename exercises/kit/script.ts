/**
 * Builds the worker: one classic script with the harness, the modules that exercises
 * reach, and their tests. The page and the terminal run the same text. Node only.
 */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { build, transformSync } from 'esbuild';
import { readCatalog, type Exercise } from './catalog.ts';
import { compileModule, moduleGraph, resolveId, type ModuleGraph } from './modules.ts';
import { plugName } from './schema-exercise.ts';
import type { BundledExercise } from './session.ts';
import { fileOf, repository, type Sources } from './sources.ts';

/** Exports `runLive(scenario)`; reaches the whole node. */
export const liveModule = 'exercises/kit/live.ts';

/** The script for tests, or the larger one that also runs the node. */
export type ScriptKind = 'tests' | 'live';

export interface WorkerScript {
  readonly text: string;
  /** Ids of the modules that are in it. */
  readonly modules: readonly string[];
}

export async function buildWorkerScript(
  sources: Sources = repository,
  kind: ScriptKind = 'tests',
): Promise<WorkerScript> {
  const exercises = readCatalog(sources);
  const live = kind === 'live' ? liveModule : undefined;
  const graph = moduleGraph(sources, entriesOf(sources, exercises, live));
  const harness = await harnessText(sources, [...graph.packages].sort());
  const bundled = exercises.map((exercise) => bundledExercise(sources, exercise));
  const text = [
    `(()=>{${harness}`,
    `peerwalkHarness.startWorker({packages:peerwalkHarness.packages,`,
    `factories:${factoriesText(graph)},`,
    `exercises:${JSON.stringify(bundled)},`,
    `live:${live === undefined ? 'undefined' : JSON.stringify(live)}})})()`,
  ].join('\n');
  return { text, modules: [...graph.modules.keys()] };
}

/** The harness and the packages: nobody reads their names, so they are made short. */
async function harnessText(
  sources: Sources,
  packages: readonly string[],
): Promise<string> {
  const worker = join(sources.root, 'exercises/kit/worker.ts');
  const entries = packages.map((name, i) => `${JSON.stringify(name)}:p${i}`);
  const contents = [
    `export { startWorker } from ${JSON.stringify(worker)};`,
    ...packages.map((name, i) => `import * as p${i} from ${JSON.stringify(name)};`),
    `export const packages = {${entries.join(',')}};`,
  ].join('\n');
  const result = await build({
    stdin: { contents, resolveDir: sources.root, sourcefile: 'worker-entry.js' },
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'peerwalkHarness',
    platform: 'browser',
    target: 'es2022',
    charset: 'utf8',
    minify: true,
    legalComments: 'none',
    logLevel: 'silent',
    define: { 'process.env.NODE_ENV': '"production"' },
  });
  const text = result.outputFiles[0]?.text;
  if (text === undefined) throw new Error('esbuild gave no output');
  return text;
}

/** The modules of the registry keep their names: messages and traces show them. */
export function factoriesText(graph: ModuleGraph): string {
  const factories = [...graph.modules.values()].map(
    ({ id, code }) =>
      `${JSON.stringify(id)}:function(module,exports,require){${code}\n}`,
  );
  const { code } = transformSync(`factories={${factories.join(',\n')}}`, {
    loader: 'js',
    target: 'es2022',
    charset: 'utf8',
    minifyWhitespace: true,
    minifySyntax: true,
  });
  return code
    .trim()
    .replace(/^factories=/, '')
    .replace(/;$/, '');
}

function entriesOf(
  sources: Sources,
  exercises: readonly Exercise[],
  live: string | undefined,
): string[] {
  const entries = exercises.flatMap((exercise) => exerciseEntries(sources, exercise));
  if (live === undefined) return entries;
  const adapters = exercises
    .filter(({ adapter }) => adapter)
    .map(({ folder }) => `exercises/${folder}/plug.ts`);
  return [...entries, ...adapters, live];
}

/** The tests, and what a reader's code may import: the kit, and all that ours imports. */
export function exerciseEntries(sources: Sources, exercise: Exercise): string[] {
  const kit = 'unsolved outcome answers parsons run-tasks'.split(' ');
  const folder = `exercises/${exercise.folder}`;
  // Not of exercise.ts as it is now: a reader may have left it half written.
  const named = [
    exercise.starter,
    exercise.solution,
    ...exercise.wrong.map((w) => w.code),
  ]
    .flatMap((code) => Array.from(code.matchAll(/\bfrom '(#[^']+)'/g)))
    .map(([, specifier = '']) => resolveId(specifier, folder, 'page'));
  return [
    `${folder}/exercise.test.ts`,
    ...kit.map((name) => `exercises/kit/${name}.ts`),
    ...named.filter((id) => existsSync(fileOf(sources, id))),
  ];
}

export function bundledExercise(sources: Sources, exercise: Exercise): BundledExercise {
  const folder = `exercises/${exercise.folder}`;
  const test = compileModule(sources, `${folder}/exercise.test.ts`);
  const uses = test.imports.filter(
    (id) => id !== `${folder}/exercise.ts` && id !== 'vitest',
  );
  const used = test.code.matchAll(/\bimport_exercise\.([\w$]+)/g);
  const needs = [...new Set(Array.from(used, ([, name = '']) => name))];
  const { id, plug } = exercise.facts;
  return {
    id,
    folder,
    uses,
    needs,
    adapter: exercise.adapter,
    ...(plug === undefined ? {} : { plug }),
  };
}

/** In words, why the plug target of an exercise cannot be replaced; undefined if it can. */
export function plugProblem(sources: Sources, exercise: Exercise): string | undefined {
  const { plug } = exercise.facts;
  if (plug === undefined) return undefined;
  const { modules } = moduleGraph(sources, [liveModule]);
  if (!modules.has(plug.file)) return `${plug.file} is not part of a live run`;
  if (plug.symbol.includes('.')) return undefined; // a method: the registry has to look
  const use = new RegExp(`\\.${plug.symbol.replaceAll('$', '\\$')}\\b`);
  const used = [...modules.values()].some(
    (module) => module.imports.includes(plug.file) && use.test(module.code),
  );
  return used ? undefined : `no other module of a live run uses ${plugName(plug)}`;
}
