/**
 * Weaving: what the site calls. Listings come from regions of files that run, every file
 * of `impl/` gets a source page, and a link that leads nowhere fails the build.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Plugin } from 'vite';
import type { MarkdownRenderer } from 'vitepress';
import { checkSite } from './check-site.ts';
import type { SiteOptions } from './links.ts';
import { weaveMarkdown } from './markdown.ts';
import { absolute, implFiles } from './repo.ts';
import { writeSourcePages } from './source-pages.ts';
import { allTypes, typesOf } from './types.ts';

export interface WeaveOptions extends SiteOptions {
  /** Fragments that a script on the page reads, for example `#t=41`. */
  readonly stateFragments?: readonly RegExp[];
}

export interface Weave {
  /** Writes the source pages. Call it before VitePress looks for pages. */
  prepare(): void;
  markdown(md: MarkdownRenderer): void;
  vite(): Plugin;
  /** Writes the hover texts, then checks every link. Call it last. */
  buildEnd(outDir: string): void;
}

export function createWeave(options: WeaveOptions): Weave {
  return {
    prepare: writeSourcePages,
    markdown: (md) => {
      weaveMarkdown(md, options);
    },
    vite: () => devServer(options.base),
    buildEnd: (outDir) => {
      if (options.isPart !== true) writeHovers(outDir);
      gate(outDir, options);
    },
  };
}

function writeHovers(outDir: string): void {
  for (const [file, { hovers }] of Object.entries(allTypes())) {
    const path = join(outDir, 'hover', `${file}.json`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, JSON.stringify(hovers));
  }
}

function gate(outDir: string, { base, stateFragments, isPart }: WeaveOptions): void {
  const found = checkSite(outDir, {
    base,
    ...(stateFragments === undefined ? {} : { stateFragments }),
  });
  const findings = found.filter(
    ({ address }) => isPart !== true || !address.includes('/source/impl/'),
  );
  if (findings.length === 0) return;
  // One line for an address that many pages have: a header, a head.
  const pages = new Map<string, string[]>();
  for (const { page, address, problem } of findings) {
    const what = `${address}: ${problem}`;
    pages.set(what, [...(pages.get(what) ?? []), page]);
  }
  const lines = [...pages].map(([what, on]) => {
    const more = on.length > 3 ? ` and ${on.length - 3} more pages` : '';
    return `  ${what} (on ${on.slice(0, 3).join(', ')}${more})`;
  });
  throw new Error(`weave: ${lines.length} dead links or anchors\n${lines.join('\n')}`);
}

/** Hover texts and source pages while somebody edits. */
function devServer(base: string): Plugin {
  const prefix = `${base}hover/`;
  return {
    name: 'peerwalk-weave',
    apply: 'serve',
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const [path = ''] = (request.url ?? '').split('?');
        const file = path.startsWith(prefix)
          ? decodeURI(path.slice(prefix.length)).replace(/\.json$/, '')
          : '';
        if (!implFiles().includes(file)) {
          next();
          return;
        }
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify(typesOf(file).hovers));
      });
      server.watcher.add(absolute('impl'));
      const onTree = (path: string): void => {
        if (path.replaceAll('\\', '/').includes('/impl/')) writeSourcePages();
      };
      server.watcher.on('add', onTree).on('unlink', onTree);
    },
  };
}
