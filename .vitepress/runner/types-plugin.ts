/**
 * Gives the page what the editor's types need: the worker's script and its texts, made on
 * demand by the dev server, written beside the pages by a build. Both are kept between
 * builds (`exercises/kit/script/types.ts`).
 */

import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';
import { repository, type Sources } from '../../exercises/kit/catalog/sources.ts';
import { keptTypeAssets, type TypeAssets } from '../../exercises/kit/script/types.ts';

const id = '\0virtual:peerwalk-types';
const paths: Readonly<Record<keyof TypeAssets, string>> = {
  worker: 'types/worker.js',
  texts: 'types/texts.json',
};
const contentTypes: Readonly<Record<keyof TypeAssets, string>> = {
  worker: 'text/javascript; charset=utf-8',
  texts: 'application/json',
};
const kinds = ['worker', 'texts'] as const;

/** What a reader loads for it at most, compressed; the editor's own part is a few more. */
const maxBytes = 1_950_000;

interface Made {
  readonly assets: TypeAssets;
  /** Compressed, both together. */
  readonly bytes: number;
}

export function typesPlugin(sources: Sources = repository): Plugin {
  let made: Promise<Made> | undefined;
  let serving = false;
  const ask = (): Promise<Made> => (made ??= make(sources));
  return {
    name: 'peerwalk-types',
    configResolved(config) {
      serving = config.command === 'serve';
    },
    resolveId(wanted) {
      return `\0${wanted}` === id ? id : undefined;
    },
    async load(wanted) {
      if (wanted !== id) return undefined;
      // Nobody waits for it in development: only who types does.
      return serving ? moduleOf(undefined) : moduleOf(await ask());
    },
    async generateBundle() {
      if (this.environment.config.consumer !== 'client') return;
      const { assets, bytes } = await ask();
      if (bytes > maxBytes) throw new Error(`the types are ${bytes} bytes compressed`);
      for (const kind of kinds) {
        this.emitFile({ type: 'asset', fileName: paths[kind], source: assets[kind] });
      }
    },
    configureServer(server) {
      const changed = (file: string): void => {
        if (/[\\/](impl|exercises)[\\/]/.test(file)) made = undefined;
      };
      server.watcher.on('change', changed).on('add', changed).on('unlink', changed);
      server.middlewares.use((request, response, next) => {
        const [address = ''] = (request.url ?? '').split('?');
        const kind = kinds.find((one) => address.endsWith(`/${paths[one]}`));
        if (kind === undefined) {
          next();
          return;
        }
        ask().then(({ assets }) => {
          response.setHeader('content-type', contentTypes[kind]);
          response.end(assets[kind]);
        }, next);
      });
    },
  };
}

async function make(sources: Sources): Promise<Made> {
  const assets = await keptTypeAssets(sources);
  const sizes = kinds.map((kind) => gzipSync(assets[kind]).length);
  return { assets, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}

/** The addresses carry hashes, so that an old file is never used with a new page. */
function moduleOf(made: Made | undefined): string {
  const address = (kind: keyof TypeAssets): string => {
    if (made === undefined) return `/${paths[kind]}`;
    const hash = createHash('sha256').update(made.assets[kind]).digest('hex');
    return `/${paths[kind]}?${hash.slice(0, 12)}`;
  };
  const places = { worker: address('worker'), texts: address('texts') };
  return [
    `export const places = ${JSON.stringify(places)};`,
    `export const bytes = ${JSON.stringify(made?.bytes)};`,
  ].join('\n');
}
