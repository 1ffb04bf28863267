/**
 * Gives the page the worker's script: built on demand by the dev server, written beside
 * the pages by a build. The script is one classic file; the page fetches it as text.
 */

import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';
import { readCatalog, type Exercise } from '../../exercises/kit/catalog/catalog.ts';
import {
  buildWorkerScript,
  type ScriptKind,
  type WorkerScript,
} from '../../exercises/kit/script/script.ts';
import {
  readLF,
  repository,
  type Sources,
} from '../../exercises/kit/catalog/sources.ts';
import { highlightLines } from '../build/highlight.ts';
import type { ShownSolution } from '../theme/exercise/shown-solution.ts';

const runnerId = '\0virtual:peerwalk-runner';
const solutionsId = '\0virtual:peerwalk-solutions';
const testsId = '\0virtual:peerwalk-tests';
const paths: Readonly<Record<ScriptKind, string>> = {
  small: 'runner/worker.js',
  whole: 'runner/whole.js',
};

/** The scripts, each built once and again after `forget`. */
class Scripts {
  readonly #sources: Sources;
  readonly #built = new Map<ScriptKind, Promise<WorkerScript>>(); // BOUNDED by the kinds

  constructor(sources: Sources) {
    this.#sources = sources;
  }

  async text(kind: ScriptKind): Promise<string> {
    const known = this.#built.get(kind) ?? buildWorkerScript(this.#sources, kind);
    this.#built.set(kind, known);
    return (await known).text;
  }

  forget(): void {
    this.#built.clear();
  }
}

export function runnerPlugin(sources: Sources = repository): Plugin {
  const scripts = new Scripts(sources);
  let serving = false;
  return {
    name: 'peerwalk-runner',
    configResolved(config) {
      serving = config.command === 'serve';
    },
    resolveId(id) {
      const own = `\0${id}`;
      const ours = [runnerId, solutionsId, testsId];
      return ours.some((one) => own.startsWith(one)) ? own : undefined;
    },
    async load(id) {
      if (id === runnerId) return runnerModule(scripts, serving);
      for (const [home, of] of byExercise) {
        if (id.startsWith(home)) return lateModule(sources, home, of, id);
      }
      return undefined;
    },
    async generateBundle() {
      if (this.environment.config.consumer !== 'client') return;
      for (const kind of ['small', 'whole'] as const) {
        const source = await scripts.text(kind);
        this.emitFile({ type: 'asset', fileName: paths[kind], source });
      }
    },
    configureServer(server) {
      const changed = (file: string): void => {
        if (/[\\/](impl|exercises)[\\/]/.test(file)) scripts.forget();
      };
      server.watcher.on('change', changed).on('add', changed).on('unlink', changed);
      server.middlewares.use((request, response, next) => {
        const [address = ''] = (request.url ?? '').split('?');
        const kind = (['small', 'whole'] as const).find((one) =>
          address.endsWith(`/${paths[one]}`),
        );
        if (kind === undefined) {
          next();
          return;
        }
        scripts.text(kind).then((text) => {
          response.setHeader('content-type', 'text/javascript; charset=utf-8');
          response.end(text);
        }, next);
      });
    },
  };
}

/** The addresses carry hashes, so that an old script is never run with a new page. */
async function runnerModule(scripts: Scripts, serving: boolean): Promise<string> {
  const address = async (kind: ScriptKind): Promise<string> => {
    if (serving) return `/${paths[kind]}`;
    const text = await scripts.text(kind);
    return `/${paths[kind]}?${createHash('sha256').update(text).digest('hex').slice(0, 12)}`;
  };
  const [small, whole] = await Promise.all([address('small'), address('whole')]);
  return `export const scripts = ${JSON.stringify({ small, whole })};`;
}

/** What is given away only after a pass or when it is asked for. */
const byExercise: readonly (readonly [id: string, of: (one: Exercise) => unknown])[] = [
  [solutionsId, shownSolution],
  [testsId, testsOf],
];

/** A chunk for each exercise: nobody downloads one that is not shown. */
async function lateModule(
  sources: Sources,
  home: string,
  of: (one: Exercise) => unknown,
  id: string,
): Promise<string> {
  const exercises = readCatalog(sources);
  const wanted = id.slice(home.length + 1);
  const one = exercises.find(({ facts }) => facts.id === wanted);
  if (one !== undefined) return `export default ${JSON.stringify(await of(one))};`;
  const loaders = exercises.map(
    ({ facts }) => `${facts.id}: () => import('${home.slice(1)}/${facts.id}')`,
  );
  return `export default { ${loaders.join(', ')} };`;
}

/** The tests as they are written: a run that is seen stands in them, too. */
function testsOf({ path }: Exercise): string {
  return readLF(join(path, 'exercise.test.ts'));
}

async function shownSolution(exercise: Exercise): Promise<ShownSolution> {
  const { solution, wrong, path } = exercise;
  const file = join(path, 'why.md');
  const why = existsSync(file) ? readFileSync(file, 'utf8') : '';
  return {
    text: solution,
    coloured: await highlightLines(solution),
    why: why
      .split(/\n{2,}/)
      .map((paragraph) => paragraph.replaceAll(/\s+/g, ' ').trim())
      .filter((paragraph) => paragraph !== ''),
    turns: wrong.map(({ misconception, caughtBy, code }) => ({
      misconception,
      caughtBy,
      code: code
        .replaceAll(/^\/\/ (?:misconception|caught-by): .*\n/gm, '')
        .trimStart(),
    })),
  };
}
