/**
 * Turns files into modules of the registry: types away, imports to `require` calls with
 * resolved ids. Follows imports, so that only what an exercise reaches is bundled.
 * Node only.
 */

import { statSync } from 'node:fs';
import { posix } from 'node:path';
import { pathToFileURL } from 'node:url';
import { transformSync } from 'esbuild';
import { withMarks } from '../trace/recorded.ts';
import { fileOf, readLF, type Sources } from '../catalog/sources.ts';

export interface CompiledModule {
  readonly id: string;
  readonly code: string;
  /** Resolved ids of what it imports, types left out. */
  readonly imports: readonly string[];
  /** Names that it uses of each import; undefined if it uses the import as a whole. */
  readonly names: ReadonlyMap<string, ReadonlySet<string> | undefined>;
}

export interface ModuleGraph {
  readonly modules: ReadonlyMap<string, CompiledModule>;
  /** npm packages that the modules import, with the names that they use of them. */
  readonly packages: ReadonlyMap<string, ReadonlySet<string> | undefined>;
}

/** An import that a page cannot have. */
export class NotForPages extends Error {
  override readonly name = 'NotForPages';
}

/** Where modules will run. A page has no `node:` modules and the crypto that is pure. */
export type Platform = 'page' | 'node';

export interface CompileOptions {
  /** Default: a page. */
  readonly platform?: Platform;
  /** Marks in the code, so that traces say where in the source tasks stand. */
  readonly marks?: boolean;
}

/** Gives the id of what `specifier` names in the module `from`. */
export function resolveId(specifier: string, from: string, platform: Platform): string {
  if (specifier === '#crypto') {
    return `impl/crypto/${platform === 'page' ? 'browser' : 'node'}.ts`;
  }
  if (specifier.startsWith('#impl/')) return `impl/${specifier.slice(6)}`;
  if (specifier.startsWith('#kit/')) return `exercises/kit/${specifier.slice(5)}`;
  if (specifier.startsWith('.')) return posix.join(posix.dirname(from), specifier);
  return specifier;
}

export function isOurs(id: string): boolean {
  return id.startsWith('impl/') || id.startsWith('exercises/');
}

interface Cached {
  readonly stamp: string;
  readonly module: CompiledModule;
}

const cache = new Map<string, Cached>(); // BOUNDED by the files of the repository

export function compileModule(
  sources: Sources,
  id: string,
  { platform = 'page', marks = false }: CompileOptions = {},
): CompiledModule {
  const file = fileOf(sources, id);
  const key = `${platform} ${marks} ${file}`;
  const { mtimeMs, size } = statSync(file);
  const stamp = `${mtimeMs} ${size}`;
  const known = cache.get(key);
  if (known?.stamp === stamp) return known.module;

  const source = readLF(file);
  const marked = marks ? withMarks(source, id, 'cjs') : undefined;
  const { code } = transformSync(marked ?? source, {
    loader: marked === undefined ? 'ts' : 'js',
    format: 'cjs',
    target: 'es2022',
    sourcefile: id,
    define: { 'import.meta.url': JSON.stringify(pathToFileURL(file).href) },
  });
  const module = link(id, code, platform);
  cache.set(key, { stamp, module });
  return module;
}

/** Resolves the `require` calls of CommonJS code. */
export function link(id: string, code: string, platform: Platform): CompiledModule {
  const imports: string[] = [];
  const call = /\brequire\((["'])([^"'\n]+)\1\)/g;
  const linked = code.replaceAll(call, (_, _quote, specifier: string) => {
    const target = resolveId(specifier, id, platform);
    imports.push(target);
    return `require(${JSON.stringify(target)})`;
  });
  return { id, code: linked, imports, names: namesIn(linked) };
}

/** Imports are `var import_x = require("…")`, and uses `import_x.name`. */
function namesIn(code: string): Map<string, Set<string> | undefined> {
  const names = new Map<string, Set<string> | undefined>();
  for (const [whole, target = ''] of code.matchAll(/\brequire\("([^"]+)"\)/g)) {
    const simple = code.match(
      new RegExp(`\\bvar (import_\\w+) = ${whole.replaceAll(/[^\w]/g, '\\$&')};`),
    );
    const variable = simple?.[1];
    if (variable === undefined) {
      names.set(target, undefined);
      continue;
    }
    const uses = code.matchAll(new RegExp(`\\b${variable}\\b(?:\\.([\\w$]+))?`, 'g'));
    const used = Array.from(uses, ([, name]) => name);
    // The first is the declaration itself.
    const known = used.slice(1).filter((name) => name !== undefined);
    names.set(target, known.length === used.length - 1 ? new Set(known) : undefined);
  }
  return names;
}

/**
 * Everything that `entries` reach. `./exercise.ts` is left out: it is the reader's, and
 * comes at run time.
 *
 * @throws {NotForPages} a module reaches something of Node
 */
export function moduleGraph(
  sources: Sources,
  entries: readonly string[],
  options: CompileOptions = {},
): ModuleGraph {
  const { platform = 'page' } = options;
  const modules = new Map<string, CompiledModule>();
  const packages = new Map<string, Set<string> | undefined>();
  const todo = [...entries];
  for (let id = todo.pop(); id !== undefined; id = todo.pop()) {
    if (modules.has(id)) continue;
    const module = compileModule(sources, id, options);
    modules.set(id, module);
    for (const target of module.imports) {
      if (platform === 'page' && target.startsWith('node:')) {
        throw new NotForPages(`${id} imports ${target}, which no page has`);
      }
      if (!isOurs(target)) use(packages, target, module.names.get(target));
      else if (!target.endsWith('/exercise.ts')) todo.push(target);
    }
  }
  packages.delete('vitest');
  return { modules, packages };
}

function use(
  packages: Map<string, Set<string> | undefined>,
  name: string,
  names: ReadonlySet<string> | undefined,
): void {
  const before = packages.has(name) ? packages.get(name) : new Set<string>();
  const all = before === undefined || names === undefined;
  packages.set(name, all ? undefined : new Set([...before, ...names]));
}
