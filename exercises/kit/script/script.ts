/**
 * Builds the worker: one classic script with the harness, the modules that exercises
 * reach, and their tests. A page loads it in two pieces, what all exercises share and what
 * its own has; the terminal runs all pieces. Node only.
 */

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { build, transformSync, type Plugin } from 'esbuild';
import { readCatalog, type Exercise, type LeftOut } from '../catalog/catalog.ts';
import {
  compileModule,
  moduleGraph,
  resolveId,
  type CompiledModule,
  type ModuleGraph,
} from './modules.ts';
import { joinPieces } from '../formats/pieces.ts';
import { plugName } from '../formats/schema-exercise.ts';
import type { BundledExercise } from '../run/session.ts';
import { fileOf, repository, type Sources } from '../catalog/sources.ts';

/** Exports `runLive(scenario)`; reaches the whole node. */
export const liveModule = 'exercises/kit/run/live.ts';

/**
 * `small` has the exercises whose tests need parts of the node; `whole` has all of them,
 * with the whole node, for tests that run scenarios, and for what is recorded: its code has
 * marks, and it can put them into a reader's.
 */
export type ScriptKind = 'small' | 'whole';

/** What runs two whole nodes. An exercise that reaches it is not in the small script. */
const wholeNode = 'impl/sim/run-scenario.ts';

/** The smallest script that an exercise is in. */
export function scriptKind(sources: Sources, exercise: Exercise): ScriptKind {
  const { modules } = moduleGraph(sources, exerciseEntries(sources, exercise));
  return modules.has(wholeNode) ? 'whole' : 'small';
}

/** See `formats/pieces.ts` for how they are put together. */
export interface ScriptPieces {
  /** The harness, and the modules of the node and the kit that exercises reach. */
  readonly base: string;
  /** By id: the tests of an exercise, and what its folder holds for them. */
  readonly own: ReadonlyMap<string, string>;
  /** Ids of the modules that are in them. */
  readonly modules: readonly string[];
}

export interface WorkerScript {
  readonly text: string;
  /** Ids of the modules that are in it. */
  readonly modules: readonly string[];
}

/** All pieces, as one script. */
export async function buildWorkerScript(
  sources: Sources = repository,
  kind: ScriptKind = 'whole',
  leftOut?: LeftOut,
): Promise<WorkerScript> {
  const { base, own, modules } = await buildPieces(sources, kind, leftOut);
  return { text: joinPieces(base, [...own.values()]), modules };
}

export async function buildPieces(
  sources: Sources,
  kind: ScriptKind,
  leftOut?: LeftOut,
): Promise<ScriptPieces> {
  const exercises = readCatalog(sources, leftOut).filter(
    (exercise) =>
      isWhole(sources, exercise, leftOut) &&
      (kind === 'whole' || scriptKind(sources, exercise) === 'small'),
  );
  const marks = kind === 'whole';
  const live = kind === 'whole' ? liveModule : undefined;
  const graph = moduleGraph(sources, entriesOf(sources, exercises, live), { marks });
  const harness = await harnessText(sources, graph.packages, marks);
  const homes = homesOf(sources, exercises, live);
  const all = [...graph.modules.values()];
  const shared = all.filter(({ id }) => !homes.has(id));
  const base = [
    `(own=>{${harness}`,
    `peerwalkHarness.startWorker({packages:peerwalkHarness.packages,`,
    `tools:peerwalkHarness.tools,`,
    `factories:Object.assign({},${factoriesText(shared)},...own.map(one=>one.factories)),`,
    `exercises:own.map(one=>one.exercise),`,
    `live:${live === undefined ? 'undefined' : JSON.stringify(live)}})})`,
  ].join('\n');
  const own = exercises.map((exercise): [string, string] => {
    const modules = all.filter(({ id }) => homes.get(id) === exercise);
    const facts = JSON.stringify(bundledExercise(sources, exercise));
    const text = `{factories:${factoriesText(modules)},exercise:${facts}}`;
    return [exercise.facts.id, text];
  });
  return { base, own: new Map(own), modules: [...graph.modules.keys()] };
}

/** Modules that one exercise alone reaches, each with that exercise. */
function homesOf(
  sources: Sources,
  exercises: readonly Exercise[],
  live: string | undefined,
): ReadonlyMap<string, Exercise> {
  const reach = (entries: readonly string[]): Iterable<string> =>
    moduleGraph(sources, entries).modules.keys();
  const homes = new Map<string, Exercise | undefined>();
  for (const exercise of exercises) {
    for (const id of reach(entriesOf(sources, [exercise], undefined))) {
      homes.set(id, homes.has(id) ? undefined : exercise);
    }
    const adapter = `exercises/${exercise.folder}/plug.ts`;
    if (live !== undefined && exercise.adapter) homes.set(adapter, exercise);
  }
  for (const id of live === undefined ? [] : reach([live])) homes.set(id, undefined);
  return new Map([...homes].flatMap(([id, home]) => (home ? [[id, home]] : [])));
}

/** Whether the tests can be compiled. What is wrong with them is told to `leftOut`. */
function isWhole(sources: Sources, exercise: Exercise, leftOut?: LeftOut): boolean {
  if (leftOut === undefined) return true;
  try {
    moduleGraph(sources, exerciseEntries(sources, exercise));
    return true;
  } catch (error) {
    const [first = '', second] = String(error).split('\n');
    leftOut(exercise.facts.id, second ?? first);
    return false;
  }
}

/** The harness and the packages: nobody reads their names, so they are made short. */
async function harnessText(
  sources: Sources,
  packages: ModuleGraph['packages'],
  marks: boolean,
): Promise<string> {
  const worker = join(sources.root, 'exercises/kit/run/worker.ts');
  const lines = [`export { startWorker } from ${JSON.stringify(worker)};`];
  if (marks) {
    const tools = join(sources.root, 'exercises/kit/run/seeing.ts');
    lines.push(`export { tools } from ${JSON.stringify(tools)};`);
  }
  const entries: string[] = [];
  [...packages].forEach(([name, used], p) => {
    const from = JSON.stringify(name);
    if (used === undefined) {
      lines.push(`import * as p${p} from ${from};`);
      entries.push(`${from}:p${p}`);
      return;
    }
    // By name, so that what nobody uses of a package stays out.
    const own = [...used].map((one, i) => [one, `p${p}_${i}`] as const);
    lines.push(
      `import {${own.map(([one, as]) => `${one} as ${as}`).join()}} from ${from};`,
    );
    entries.push(`${from}:{${own.map(([one, as]) => `${one}:${as}`).join()}}`);
  });
  const contents = [...lines, `export const packages = {${entries.join()}};`].join(
    '\n',
  );
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
    plugins: [withoutUnused],
  });
  const text = result.outputFiles[0]?.text;
  if (text === undefined) throw new Error('esbuild gave no output');
  return text;
}

/** Parts of sucrase for languages and options that no exercise has. */
const unused =
  /[\\/]sucrase[\\/]dist[\\/]esm[\\/](?:Options|computeSourceMap|parser[\\/]plugins[\\/]jsx[\\/]xhtml|transformers[\\/](?:Flow|ReactHotLoader|ReactDisplayName|JestHoist)Transformer)\.js$/;

const withoutUnused: Plugin = {
  name: 'peerwalk-without-unused',
  setup(building) {
    building.onLoad({ filter: unused }, () => ({
      contents: 'export default class {}\nexport function validateOptions() {}\n',
    }));
  },
};

/** What esbuild puts before every module. Once is enough. */
const helpers = /^(?:var __[a-zA-Z]+ = (?:[^\n{]+|[^\n]+\n(?: +[^\n]+\n)+\}|.+\));\n)+/;

/** In the modules of the registry, functions and classes keep their names: messages and
 * traces show them. */
export function factoriesText(modules: Iterable<CompiledModule>): string {
  const shared = new Set<string>();
  const factories = Array.from(modules, ({ id, code }) => {
    const own = code.replace(helpers, (all) => {
      shared.add(all);
      return '';
    });
    return `${JSON.stringify(id)}:function(module,exports,require){${own}\n}`;
  });
  // In a function of its own, where all names are made short.
  const body = `${[...shared].join('')}return {${factories.join(',\n')}}`;
  const { code } = transformSync(`return (() => {${body}})()`, {
    loader: 'js',
    target: 'es2022',
    charset: 'utf8',
    minify: true,
    keepNames: true,
  });
  return `(()=>{${code}})()`;
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
  // What stands at the top of the kit; the rooms are the kit's own.
  const kit = readdirSync(join(sources.root, 'exercises/kit'), { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map(({ name }) => `exercises/kit/${name}`);
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
    ...kit,
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
  const { better } = exercise;
  const { id, plug, ours } = exercise.facts;
  return {
    id,
    folder,
    uses,
    needs,
    adapter: exercise.adapter,
    ...(plug === undefined ? {} : { plug }),
    ...(ours === undefined ? {} : { ours }),
    ...(better === undefined ? {} : { better }),
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
