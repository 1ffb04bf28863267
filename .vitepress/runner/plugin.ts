/**
 * Gives the page the worker's script: built on demand by the dev server, written beside
 * the pages by a build. The script is one classic file; the page fetches it as text.
 */

import { createHash } from 'node:crypto';
import type { Plugin } from 'vite';
import { readCatalog } from '../../exercises/kit/catalog.ts';
import { buildWorkerScript, type WorkerScript } from '../../exercises/kit/script.ts';
import { repository, type Sources } from '../../exercises/kit/sources.ts';

const runnerId = '\0virtual:peerwalk-runner';
const solutionsId = '\0virtual:peerwalk-solutions';
const path = 'runner/worker.js';

/** The script, built once and again after `forget`. */
class Script {
  readonly #sources: Sources;
  #built: Promise<WorkerScript> | undefined;

  constructor(sources: Sources) {
    this.#sources = sources;
  }

  built(): Promise<WorkerScript> {
    this.#built ??= buildWorkerScript(this.#sources);
    return this.#built;
  }

  forget(): void {
    this.#built = undefined;
  }
}

export function runnerPlugin(sources: Sources = repository): Plugin {
  const script = new Script(sources);
  let serving = false;
  return {
    name: 'peerwalk-runner',
    configResolved(config) {
      serving = config.command === 'serve';
    },
    resolveId(id) {
      const own = `\0${id}`;
      return own === runnerId || own.startsWith(solutionsId) ? own : undefined;
    },
    async load(id) {
      if (id === runnerId) return runnerModule(script, serving);
      if (!id.startsWith(solutionsId)) return undefined;
      return solutionsModule(sources, id.slice(solutionsId.length + 1));
    },
    async generateBundle() {
      if (this.environment.config.consumer !== 'client') return;
      this.emitFile({
        type: 'asset',
        fileName: path,
        source: (await script.built()).text,
      });
    },
    configureServer(server) {
      const changed = (file: string): void => {
        if (/[\\/](impl|exercises)[\\/]/.test(file)) script.forget();
      };
      server.watcher.on('change', changed).on('add', changed).on('unlink', changed);
      server.middlewares.use((request, response, next) => {
        const [address = ''] = (request.url ?? '').split('?');
        if (!address.endsWith(`/${path}`)) {
          next();
          return;
        }
        script.built().then(({ text }) => {
          response.setHeader('content-type', 'text/javascript; charset=utf-8');
          response.end(text);
        }, next);
      });
    },
  };
}

/** The address carries the hash, so that an old script is never run with a new page. */
async function runnerModule(script: Script, serving: boolean): Promise<string> {
  const { text, live } = await script.built();
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 12);
  const address = `/${path}?${serving ? 'dev' : hash}`;
  return `export const workerPath = ${JSON.stringify(address)};
export const live = ${live};`;
}

/** A chunk for each solution: nobody downloads one that is not shown. */
function solutionsModule(sources: Sources, wanted: string): string {
  const exercises = readCatalog(sources);
  const one = exercises.find(({ facts }) => facts.id === wanted);
  if (one !== undefined) return `export default ${JSON.stringify(one.solution)};`;
  const loaders = exercises.map(
    ({ facts: { id } }) => `${id}: () => import('virtual:peerwalk-solutions/${id}')`,
  );
  return `export default { ${loaders.join(', ')} };`;
}
