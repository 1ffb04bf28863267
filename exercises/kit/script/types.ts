/**
 * Makes what the editor's types need: a classic script with TypeScript and its service,
 * and the texts that a reader's code can reach. Of our own files they are declarations:
 * signatures and comments, and no body, which may be an answer. Node only.
 */

import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { build } from 'esbuild';
import { readCatalog } from '../catalog/catalog.ts';
import { readLF, type Sources } from '../catalog/sources.ts';
import { learnerGlobals } from '../formats/learner-options.ts';
import { hostOver } from '../types/host.ts';
import {
  globalsFile,
  learnerCompilerOptions,
  type Compiler,
} from '../types/problems.ts';
import { libraryFolder, type TypeTexts } from '../types/service.ts';
import { keep, keptFile, textOf } from './kept.ts';
import { isOurs, moduleGraph, resolveId } from './modules.ts';
import { exerciseEntries, liveModule } from './script.ts';

export interface TypeAssets {
  readonly worker: string;
  /** `TypeTexts` as JSON. */
  readonly texts: string;
}

/** Each made anew if a file that it depends on is another. */
export async function keptTypeAssets(sources: Sources): Promise<TypeAssets> {
  const { root } = sources;
  const texts = keptFile(root, `typetexts-${textsKey(sources)}.json`);
  const worker = keptFile(root, `typescript-${workerKey(root)}.js`);
  return {
    worker: textOf(worker) ?? kept(worker, await typesWorker(root)),
    texts: textOf(texts) ?? kept(texts, JSON.stringify(await typeTexts(sources))),
  };
}

function kept(file: string, text: string): string {
  keep(file, text);
  return text;
}

export async function typesWorker(root: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(root, 'exercises/kit/types/worker.ts')],
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    charset: 'utf8',
    minify: true,
    legalComments: 'none',
    logLevel: 'silent',
    // Where there is no process, TypeScript looks for no Node.
    define: { process: 'undefined', __filename: '""', __dirname: '""' },
  });
  const text = outputFiles[0]?.text;
  if (text === undefined) throw new Error('esbuild gave no output');
  return text;
}

export async function typeTexts(sources: Sources): Promise<TypeTexts> {
  const { default: compiler } = await import('typescript'); // most builds need it not
  const entries = entriesOf(sources);
  const texts = declarations(compiler, sources.root, entries);
  return reached(compiler, sources.root, texts, entries);
}

/** What a reader's import can name: the modules of the script, and the top of the kit. */
function entriesOf(sources: Sources): string[] {
  const entries = readCatalog(sources).flatMap((one) => exerciseEntries(sources, one));
  const { modules } = moduleGraph(sources, [...entries, liveModule]);
  const nameable = /^(?:impl\/.*|exercises\/kit\/[^/]*)$/;
  // Types know no page: they follow `#crypto` to Node's.
  const crypto = resolveId('#crypto', '', 'node');
  return [...[...modules.keys()].filter((id) => nameable.test(id)), crypto];
}

/** Of the entries, and of all of ours that they import, by path from the root. */
function declarations(
  compiler: Compiler,
  root: string,
  entries: readonly string[],
): Map<string, string> {
  const options = learnerCompilerOptions(compiler, root);
  // Types are not judged here: only what a declaration has to infer is looked at.
  const emit = {
    ...options,
    noEmit: false,
    noCheck: true,
    declaration: true,
    emitDeclarationOnly: true,
  };
  const program = compiler.createProgram({
    rootNames: entries.map((id) => join(root, id)),
    options: emit,
    host: hostOver(compiler, new Map(), emit),
  });
  const found = new Map<string, string>();
  for (const source of program.getSourceFiles()) {
    const id = idOf(root, source.fileName);
    if (!isOurs(id)) continue;
    const { emitSkipped } = program.emit(
      source,
      // Under the name that imports have: what is said of a type then names our file.
      (_file, text) => found.set(id, text),
      undefined,
      true,
    );
    if (emitSkipped || !found.has(id)) throw new Error(`${id} has no declarations`);
  }
  return found;
}

/** All that a program over the declarations reads: the library and packages as well. */
function reached(
  compiler: Compiler,
  root: string,
  texts: ReadonlyMap<string, string>,
  entries: readonly string[],
): TypeTexts {
  const overlay = new Map([[join(root, globalsFile), learnerGlobals]]);
  for (const [id, text] of texts) overlay.set(join(root, id), text);
  const options = learnerCompilerOptions(compiler, root);
  const host = hostOver(compiler, overlay, options);
  const manifests = new Map<string, string>();
  const program = compiler.createProgram({
    rootNames: [...entries, globalsFile].map((id) => join(root, id)),
    options,
    host: {
      ...host,
      readFile: (file) => {
        const text = host.readFile(file);
        if (text !== undefined && file.endsWith('/package.json')) {
          manifests.set(idOf(root, file), manifestOf(text));
        }
        return text;
      },
    },
  });
  const read = program
    .getSourceFiles()
    .map(({ fileName, text }) => [idOf(root, fileName), text] as const)
    .filter(([id]) => id !== globalsFile);
  return Object.fromEntries([...manifests, ...read]);
}

const library = 'node_modules/typescript/lib/';

function idOf(root: string, file: string): string {
  const id = relative(root, file).replaceAll('\\', '/');
  return id.startsWith(library) ? `${libraryFolder}/${id.slice(library.length)}` : id;
}

/** What says where the parts of a package are, and nothing else. */
function manifestOf(text: string): string {
  const { name, type, main, types, imports, exports } = JSON.parse(text) as Readonly<
    Record<string, unknown>
  >;
  return JSON.stringify({ name, type, main, types, imports, exports });
}

/** Over the code of the node and of the kit, and what the exercises name of it. */
function textsKey(sources: Sources): string {
  const entries = readCatalog(sources).map((one) => exerciseEntries(sources, one));
  const more = JSON.stringify([sources, entries]);
  return keyOver(sources.root, ['impl', 'exercises/kit'], more);
}

function workerKey(root: string): string {
  return keyOver(
    root,
    ['formats', 'script', 'types'].map((one) => `exercises/kit/${one}`),
  );
}

/** What makes them is among the inputs: `script`, esbuild and TypeScript. */
function keyOver(root: string, folders: readonly string[], more = ''): string {
  const hash = createHash('sha256').update(more);
  for (const folder of folders) {
    const files = readdirSync(join(root, folder), {
      recursive: true,
      encoding: 'utf8',
    });
    for (const file of files.filter((one) => one.endsWith('.ts')).sort()) {
      hash.update(`\n${folder}/${file}\n`).update(readLF(join(root, folder, file)));
    }
  }
  for (const file of ['package.json', 'node_modules/.package-lock.json']) {
    hash.update(`\n${file}\n`).update(textOf(join(root, file)) ?? '');
  }
  return hash.digest('hex').slice(0, 32);
}
