/**
 * What points at the code: which page shows which region, which exercise has the reader
 * write which symbol, which test file describes which. Read from the sources, so that
 * source pages, links and gates agree.
 */

import { forAMoment, implFiles, listFiles, readText, stampOf } from './repo.ts';
import { parseRegions, type Region } from './regions.ts';
import { symbolsOf } from './symbols.ts';

export interface Page {
  /** `docs/guide/06-peer-run.md` */
  readonly path: string;
  /** `/guide/06-peer-run`, without base and extension. */
  readonly url: string;
  readonly title: string;
  /** First part of the path if it is a language, else empty. */
  readonly locale: string;
}

/** One `<<<` line of a page. */
export interface Shown {
  readonly page: Page;
  readonly line: number;
  /** What stands after `<<<`. */
  readonly reference: string;
  /** Path from the root, for example `impl/p2p/peer.ts`. */
  readonly file: string;
  readonly region: string | undefined;
}

export interface Fence {
  readonly page: Page;
  readonly line: number;
  readonly info: string;
  readonly lines: number;
}

export interface Exercise {
  readonly id: string;
  readonly title: string;
  readonly url: string;
  /** `impl/p2p/peer.ts#Peer.handle` */
  readonly plug: string | undefined;
}

export interface TestPlace {
  readonly file: string;
  readonly line: number;
}

export interface SiteIndex {
  readonly pages: readonly Page[];
  readonly shown: readonly Shown[];
  readonly fences: readonly Fence[];
  readonly exercises: readonly Exercise[];
  /** By symbol, `impl/p2p/peer.ts#Peer.handle`. */
  readonly tests: ReadonlyMap<string, readonly TestPlace[]>;
}

export const locales: readonly string[] = ['zh'];

let current: { stamp: string; index: SiteIndex } | undefined;

export const siteIndex: () => SiteIndex = forAMoment(readIndex);

function readIndex(): SiteIndex {
  const pages = listFiles('docs', '.md').filter(
    (path) => !path.startsWith('docs/source/'),
  );
  const readmes = listFiles('exercises', 'README.md').filter(
    (path) => !path.startsWith('exercises/kit/'),
  );
  const tests = listFiles('test', '.test.ts');
  const stamp = stampOf([...pages, ...readmes, ...tests]);
  if (current?.stamp === stamp) return current.index;

  // The walk comes first: where it shows a region, that is where it is explained.
  const isWalk = (page: Page): boolean => page.path.includes('/guide/');
  const inOrder = [...pages.map(asPage), ...readmes.map(asExercisePage)];
  const found = [...inOrder.filter(isWalk), ...inOrder.filter((page) => !isWalk(page))];
  const index: SiteIndex = {
    pages: found,
    shown: found.flatMap((page) => scan(page, readText(page.path)).shown),
    fences: found.flatMap((page) => scan(page, readText(page.path)).fences),
    exercises: readmes.map(asExercise),
    tests: testsBySymbol(tests),
  };
  current = { stamp, index };
  return index;
}

function asPage(path: string): Page {
  const url = path.slice('docs'.length, -'.md'.length).replace(/(^|\/)index$/, '$1');
  const first = /^\/([^/]+)\//.exec(url)?.[1] ?? '';
  return {
    path,
    url,
    title: titleOf(path),
    locale: locales.includes(first) ? first : '',
  };
}

function asExercisePage(path: string): Page {
  const folder = path.split('/').at(-2) ?? '';
  return { path, url: `/exercises/${folder}`, title: titleOf(path), locale: '' };
}

/** A value of the front matter, without quotes; undefined if it is not there. */
export function frontMatter(text: string, key: string): string | undefined {
  const block = /^---\n([\s\S]*?)\n---/.exec(text)?.[1] ?? '';
  const value = new RegExp(`^${key}:[ \\t]*(.+?)[ \\t]*$`, 'm').exec(block)?.[1];
  return value?.replace(/^(['"])(.*)\1$/, '$2');
}

function titleOf(path: string): string {
  const text = readText(path);
  const chapter = frontMatter(text, 'chapter');
  const title = frontMatter(text, 'title') ?? /^# (.+)$/m.exec(text)?.[1] ?? path;
  // An exercise names the chapter that it belongs to; its own name is its id.
  const name = path.startsWith('exercises/') ? frontMatter(text, 'id') : chapter;
  return name === undefined ? title : `${name} · ${title}`;
}

function asExercise(path: string): Exercise {
  const text = readText(path);
  const page = asExercisePage(path);
  return {
    id: frontMatter(text, 'id') ?? page.url,
    title: page.title,
    url: page.url,
    plug: frontMatter(text, 'plug'),
  };
}

/** `@/../impl/p2p/peer.ts#peer-handle {…} [title]`, as VitePress reads it. */
export function parseReference(
  reference: string,
  pagePath: string,
): { file: string; region: string | undefined; extra: string } {
  const match = /^(\S+?)(?:#([\w.-]+))?(\s*(?:\{.*|\[.*)?)$/.exec(reference.trim());
  const raw = match?.[1] ?? reference.trim();
  const from = raw.startsWith('@')
    ? 'docs'
    : pagePath.split('/').slice(0, -1).join('/');
  const parts: string[] = [];
  for (const part of `${from}/${raw.replace(/^@\/?/, '')}`.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return {
    file: parts.join('/'),
    region: match?.[2],
    extra: (match?.[3] ?? '').trim(),
  };
}

export function scan(page: Page, text: string): { shown: Shown[]; fences: Fence[] } {
  const shown: Shown[] = [];
  const fences: Fence[] = [];
  let fence: { mark: string; line: number; info: string } | undefined;
  text.split('\n').forEach((content, index) => {
    const line = index + 1;
    const mark = /^\s*(`{3,}|~{3,})\s*(.*?)\s*$/.exec(content);
    if (fence !== undefined) {
      if (mark?.[1]?.startsWith(fence.mark) === true && mark[2] === '') {
        fences.push({
          page,
          line: fence.line,
          info: fence.info,
          lines: line - fence.line - 1,
        });
        fence = undefined;
      }
      return;
    }
    if (mark !== null) {
      fence = { mark: mark[1] ?? '', line, info: mark[2] ?? '' };
      return;
    }
    const reference = /^\s{0,3}<<<\s*(.+?)\s*$/.exec(content)?.[1];
    if (reference === undefined) return;
    const { file, region } = parseReference(reference, page.path);
    shown.push({ page, line, reference, file, region });
  });
  return { shown, fences };
}

/** Pages that show a region, in the order of the site, each once. */
export function pagesShowing(file: string, region: string, locale = ''): Page[] {
  const pages = siteIndex()
    .shown.filter((shown) => shown.region === region && shown.file === file)
    .map((shown) => shown.page);
  const once = [...new Set(pages)];
  const own = once.filter((page) => page.locale === locale);
  return own.length > 0 ? own : once;
}

const regions = new Map<string, { text: string; found: readonly Region[] }>();

export function regionsOf(file: string): readonly Region[] {
  const text = readText(file);
  const known = regions.get(file);
  if (known?.text === text) return known.found;
  const found = parseRegions(text).regions;
  regions.set(file, { text, found });
  return found;
}

/** A describe('Peer.handle') in test/p2p/… is about that symbol in impl/p2p/…. */
function testsBySymbol(files: readonly string[]): Map<string, TestPlace[]> {
  const names = new Map<string, string[]>(); // Peer.handle → the files that declare it
  for (const path of implFiles()) {
    for (const { name } of symbolsOf(path).symbols) {
      names.set(name, [...(names.get(name) ?? []), path]);
    }
  }
  const tests = new Map<string, TestPlace[]>();
  for (const file of files) {
    readText(file)
      .split('\n')
      .forEach((content, index) => {
        const name = /^\s*describe(?:\.\w+)*\(\s*['"`]([\w.#]+)['"`]/.exec(
          content,
        )?.[1];
        const path =
          name === undefined ? undefined : closest(names.get(name) ?? [], file);
        if (path === undefined || name === undefined) return;
        const key = `${path}#${name}`;
        tests.set(key, [...(tests.get(key) ?? []), { file, line: index + 1 }]);
      });
  }
  return tests;
}

/** The file that the test mirrors; else the only one in its folder; else the only one. */
function closest(paths: readonly string[], test: string): string | undefined {
  const mirrored = test.replace(/^test\//, 'impl/').replace(/\.test\.ts$/, '.ts');
  if (paths.includes(mirrored)) return mirrored;
  const folder = mirrored.slice(0, mirrored.lastIndexOf('/') + 1);
  const near = paths.filter((path) => path.startsWith(folder));
  const choice = near.length > 0 ? near : paths;
  return choice.length === 1 ? choice[0] : undefined;
}
