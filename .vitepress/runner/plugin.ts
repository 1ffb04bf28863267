/**
 * Gives the page the worker's script: built on demand by the dev server, written beside
 * the pages by a build. The script is one classic file; the page fetches it as text.
 */

import { createHash } from 'node:crypto';
import type { Plugin } from 'vite';
import { buildWorkerScript } from '../../exercises/kit/script.ts';
import { repository, type Sources } from '../../exercises/kit/sources.ts';

const virtualId = 'virtual:peerwalk-runner';
const path = 'runner/worker.js';

/** The script, built once and again after `forget`. */
class Script {
  readonly #sources: Sources;
  #built: Promise<string> | undefined;

  constructor(sources: Sources) {
    this.#sources = sources;
  }

  text(): Promise<string> {
    this.#built ??= buildWorkerScript(this.#sources).then(({ text }) => text);
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
      return id === virtualId ? `\0${virtualId}` : undefined;
    },
    /** The address carries the hash, so that an old script is never run with a new page. */
    async load(id) {
      if (id !== `\0${virtualId}`) return undefined;
      const stamp = serving
        ? 'dev'
        : createHash('sha256')
            .update(await script.text())
            .digest('hex')
            .slice(0, 12);
      return `export const workerPath = ${JSON.stringify(`/${path}?${stamp}`)};`;
    },
    async generateBundle() {
      if (this.environment.config.consumer !== 'client') return;
      this.emitFile({ type: 'asset', fileName: path, source: await script.text() });
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
        script.text().then((text) => {
          response.setHeader('content-type', 'text/javascript; charset=utf-8');
          response.end(text);
        }, next);
      });
    },
  };
}
