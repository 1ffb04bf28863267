/**
 * Gives the page the pieces of the worker's script: built on demand by the dev server,
 * written beside the pages by a build. The page fetches two of them as text.
 */

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Plugin } from 'vite';
import { readCatalog, type Exercise } from '../../exercises/kit/catalog/catalog.ts';
import { whyOf } from '../../exercises/kit/catalog/why.ts';
import {
  buildPieces,
  type ScriptKind,
  type ScriptPieces,
} from '../../exercises/kit/script/script.ts';
import {
  readLF,
  repository,
  type Sources,
} from '../../exercises/kit/catalog/sources.ts';
import { highlightLines } from '../build/highlight.ts';
import { whyHtml } from '../build/why-html.ts';
import type { ScriptPlaces } from '../theme/exercise/sandbox.ts';
import type { ShownSolution } from '../theme/exercise/shown-solution.ts';

const runnerId = '\0virtual:peerwalk-runner';
const solutionsId = '\0virtual:peerwalk-solutions';
const testsId = '\0virtual:peerwalk-tests';
const kinds = ['small', 'whole'] as const satisfies readonly ScriptKind[];
const baseFiles: Readonly<Record<ScriptKind, string>> = {
  small: 'runner/worker.js',
  whole: 'runner/whole.js',
};

function ownFile(kind: ScriptKind, id: string): string {
  return `runner/${kind}/${id}.js`;
}

/** The pieces, each built once and again after `forget`. */
class Scripts {
  readonly #sources: Sources;
  readonly #built = new Map<ScriptKind, Promise<ScriptPieces>>(); // BOUNDED by the kinds

  constructor(sources: Sources) {
    this.#sources = sources;
  }

  pieces(kind: ScriptKind): Promise<ScriptPieces> {
    const known = this.#built.get(kind) ?? buildPieces(this.#sources, kind);
    this.#built.set(kind, known);
    return known;
  }

  /** The files of the site that hold them. */
  async files(): Promise<ReadonlyMap<string, string>> {
    const files = new Map<string, string>();
    for (const kind of kinds) {
      const { base, own } = await this.pieces(kind);
      files.set(baseFiles[kind], base);
      for (const [id, text] of own) files.set(ownFile(kind, id), text);
    }
    return files;
  }

  forget(): void {
    this.#built.clear();
  }
}

export function runnerPlugin(sources: Sources = repository): Plugin {
  const scripts = new Scripts(sources);
  let serving = false;
  let base = '/';
  return {
    name: 'peerwalk-runner',
    configResolved(config) {
      serving = config.command === 'serve';
      base = config.base;
    },
    resolveId(id) {
      const own = `\0${id}`;
      const ours = [runnerId, solutionsId, testsId];
      return ours.some((one) => own.startsWith(one)) ? own : undefined;
    },
    async load(id) {
      if (id === runnerId)
        return serving ? servedModule(sources) : builtModule(scripts);
      for (const [home, of] of byExercise) {
        if (id.startsWith(home))
          return lateModule(sources, home, (one) => of(one, base), id);
      }
      return undefined;
    },
    async generateBundle() {
      if (this.environment.config.consumer !== 'client') return;
      for (const [fileName, source] of await scripts.files()) {
        this.emitFile({ type: 'asset', fileName, source });
      }
    },
    configureServer(server) {
      const changed = (file: string): void => {
        if (/[\\/](impl|exercises)[\\/]/.test(file)) scripts.forget();
      };
      server.watcher.on('change', changed).on('add', changed).on('unlink', changed);
      server.middlewares.use((request, response, next) => {
        const [address = ''] = (request.url ?? '').split('?');
        const place = /\/(runner\/.*\.js)$/.exec(address)?.[1];
        if (place === undefined) {
          next();
          return;
        }
        scripts.files().then((files) => {
          const text = files.get(place);
          if (text === undefined) {
            next();
            return;
          }
          response.setHeader('content-type', 'text/javascript; charset=utf-8');
          response.end(text);
        }, next);
      });
    },
  };
}

/** The addresses carry hashes, so that an old script is never run with a new page. */
async function builtModule(scripts: Scripts): Promise<string> {
  const address = (file: string, text: string): string => `/${file}?${hashOf(text)}`;
  const places: [ScriptKind, ScriptPlaces][] = [];
  for (const kind of kinds) {
    const { base, own } = await scripts.pieces(kind);
    const ofExercises = Array.from(own, ([id, text]) => [
      id,
      address(ownFile(kind, id), text),
    ]);
    const ownPlaces = Object.fromEntries(ofExercises) as ScriptPlaces['own']; // ids to texts
    places.push([kind, { base: address(baseFiles[kind], base), own: ownPlaces }]);
  }
  return `export const scripts = ${JSON.stringify(Object.fromEntries(places))};`;
}

/** The same for the dev server, which builds a piece when it is asked for. */
function servedModule(sources: Sources): string {
  const ids = readCatalog(sources).map(({ facts }) => facts.id);
  const places = kinds.map((kind) => {
    const own = Object.fromEntries(ids.map((id) => [id, `/${ownFile(kind, id)}`]));
    return [kind, { base: `/${baseFiles[kind]}`, own }] as const;
  });
  return `export const scripts = ${JSON.stringify(Object.fromEntries(places))};`;
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

/** What is given away only after a pass or when it is asked for. */
const byExercise: readonly (readonly [
  id: string,
  of: (one: Exercise, base: string) => unknown,
])[] = [
  [solutionsId, shownSolution],
  [testsId, testsOf],
];

/** A chunk for each exercise: nobody downloads one that is not shown. */
function lateModule(
  sources: Sources,
  home: string,
  of: (one: Exercise) => unknown,
  id: string,
): string {
  const exercises = readCatalog(sources);
  const wanted = id.slice(home.length + 1);
  const one = exercises.find(({ facts }) => facts.id === wanted);
  if (one !== undefined) return `export default ${JSON.stringify(of(one))};`;
  const loaders = exercises.map(
    ({ facts }) => `${facts.id}: () => import('${home.slice(1)}/${facts.id}')`,
  );
  return `export default { ${loaders.join(', ')} };`;
}

/** The tests as they are written: a run that is seen stands in them, too. */
function testsOf({ path }: Exercise): string {
  return readLF(join(path, 'exercise.test.ts'));
}

function shownSolution(exercise: Exercise, base: string): ShownSolution {
  const { solution, wrong } = exercise;
  return {
    text: solution,
    coloured: highlightLines(solution),
    why: whyOf(exercise).map((text) => whyHtml(text, base)),
    turns: wrong.map(({ misconception, caughtBy, code }) => ({
      misconception,
      caughtBy,
      code: code
        .replaceAll(/^\/\/ (?:misconception|caught-by): .*\n/gm, '')
        .trimStart(),
    })),
  };
}
