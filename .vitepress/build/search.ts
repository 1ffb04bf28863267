/**
 * The search index. VitePress renders every page for it when the dev server starts,
 * which costs more than the rest of the start; here it waits until a reader opens the
 * search. A build renders at once.
 */
import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'vite';
import type { DefaultTheme } from 'vitepress';
import { idOfFolder } from '../../exercises/kit/formats/ids.ts';
import { bodyOf, frontMatter, repoDir } from './pages.ts';

/** The page of an exercise is no file: it is made of its folder. */
function exerciseText(path: string): string | undefined {
  const folder = /[\\/]exercises[\\/]([\w-]+)\.md$/.exec(path)?.[1];
  if (folder === undefined || idOfFolder(folder) === undefined) return undefined;
  const file = join(repoDir, 'exercises', folder, 'README.md');
  if (!existsSync(file)) return undefined;
  const text = readFileSync(file, 'utf8');
  const { id, title } = frontMatter(text);
  return `# ${String(id)} ${String(title)}\n\n${bodyOf(text)}`;
}

type Render = NonNullable<DefaultTheme.LocalSearchOptions['_render']>;

export interface Search {
  readonly render: Render;
  readonly plugin: Plugin;
}

export function createSearch(): Search {
  let wanted = true;
  let waits = false;
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });

  const render: Render = async (source, env, md) => {
    let text = source;
    if (!wanted) {
      // VitePress goes from page to page, so the first one holds up all the others. A
      // page that is edited meanwhile is asked for out of turn; its turn comes.
      if (waits) return '';
      waits = true;
      await opened;
      if (existsSync(env.path)) text = await readFile(env.path, 'utf8');
    }
    text = exerciseText(env.path) ?? text;
    // Rendering is what costs; a page that is not searched is not rendered.
    if (/^search:\s*false\s*$/m.test(text.slice(0, 600))) return '';
    return md.renderAsync(text, env);
  };

  const plugin: Plugin = {
    name: 'peerwalk:search-when-asked',
    enforce: 'pre',
    apply: 'serve',
    configureServer() {
      wanted = false;
    },
    load(id) {
      if (!id.startsWith('/@localSearchIndex')) return;
      wanted = true;
      open();
    },
  };
  return { render, plugin };
}
