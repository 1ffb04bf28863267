/**
 * The list of pages, read from front matter. Rails, the home page, the index pages,
 * `llms.txt` and the 404 page are all made from it, so that no list is kept by hand.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { idOfFolder } from '../../exercises/kit/formats/ids.ts';

export const repoDir = fileURLToPath(new URL('../../', import.meta.url));
export const docsDir = join(repoDir, 'docs');

export type Section =
  'home' | 'guide' | 'exercises' | 'lab' | 'reference' | 'source' | 'teach' | 'page';

export interface PageInfo {
  /** Path in the site without base and ending, `/guide/06-peer-run`. */
  readonly path: string;
  readonly section: Section;
  readonly title: string;
  readonly description: string;
  /** `C6` for a chapter. */
  readonly chapter?: string;
  readonly order: number;
  readonly minutes?: number;
}

export type FrontMatter = Readonly<Record<string, string | number | boolean>>;

/** Reads the flat `key: value` lines at the head of a page; that is all that we use. */
export function frontMatter(text: string): FrontMatter {
  const block = /^---\r?\n([\s\S]*?)\r?\n---/.exec(text)?.[1];
  const values: Record<string, string | number | boolean> = {};
  for (const line of block?.split('\n') ?? []) {
    const match = /^([\w-]+):\s+(.+?)\s*$/.exec(line);
    if (match === null) continue;
    const [, key = '', raw = ''] = match;
    const quoted = /^(['"])(.*)\1$/.exec(raw);
    if (quoted !== null) values[key] = quoted[2] ?? '';
    else if (raw === 'true' || raw === 'false') values[key] = raw === 'true';
    else if (/^\d+$/.test(raw)) values[key] = Number(raw);
    else values[key] = raw;
  }
  return values;
}

export function bodyOf(text: string): string {
  return text.replace(/^---\r?\n[\s\S]*?\r?\n---\r?\n?/, '');
}

const sections: Readonly<Record<string, Section>> = {
  guide: 'guide',
  exercises: 'exercises',
  lab: 'lab',
  reference: 'reference',
  source: 'source',
  teach: 'teach',
};

function textOf(value: string | number | boolean | undefined): string {
  return value === undefined ? '' : String(value);
}

function firstHeading(body: string): string {
  return (/^#\s+(.+)$/m.exec(body)?.[1] ?? '')
    .replace(/[`*]/g, '')
    .replace(/\s*\{#.*\}$/, '');
}

export function pageInfo(relativePath: string, text: string): PageInfo | undefined {
  const data = frontMatter(text);
  if (data['hidden'] === true) return undefined;
  const path = `/${relativePath.replace(/\.md$/, '').replace(/(^|\/)index$/, '$1')}`;
  const folder = relativePath.includes('/') ? (relativePath.split('/')[0] ?? '') : '';
  const { chapter, minutes, order } = data;
  return {
    path,
    section: path === '/' ? 'home' : (sections[folder] ?? 'page'),
    title: textOf(data['title']) || firstHeading(bodyOf(text)) || path,
    description: textOf(data['description']),
    ...(chapter === undefined ? {} : { chapter: String(chapter) }),
    order: typeof order === 'number' ? order : leadingNumber(relativePath),
    ...(typeof minutes === 'number' ? { minutes } : {}),
  };
}

function leadingNumber(relativePath: string): number {
  const [, warmUp, digits] = /(?:^|\/)(w)?(\d+)[^/]*$/.exec(relativePath) ?? [];
  if (digits === undefined) return 999;
  return warmUp === undefined ? Number(digits) : Number(digits) - 100; // before all others
}

const sectionOrder: readonly Section[] = [
  'home',
  'guide',
  'exercises',
  'lab',
  'reference',
  'source',
  'teach',
  'page',
];

/** By section as in the header; the list page of a section before its pages. */
function inReadingOrder(a: PageInfo, b: PageInfo): number {
  const isPage = (page: PageInfo): number => (page.path.endsWith('/') ? 0 : 1);
  return (
    sectionOrder.indexOf(a.section) - sectionOrder.indexOf(b.section) ||
    isPage(a) - isPage(b) ||
    a.order - b.order ||
    a.path.localeCompare(b.path)
  );
}

/** Pages of exercises are made of their folders. */
function exercisePages(): PageInfo[] {
  const pages: PageInfo[] = [];
  for (const folder of readdirSync(join(repoDir, 'exercises'))) {
    const file = join(repoDir, 'exercises', folder, 'README.md');
    if (idOfFolder(folder) === undefined || !existsSync(file)) continue;
    const info = pageInfo(`exercises/${folder}.md`, readFileSync(file, 'utf8'));
    if (info !== undefined) pages.push(info);
  }
  return pages;
}

/** Every page that is a file, except generated source pages and route templates. */
export function listPages(): PageInfo[] {
  const pages: PageInfo[] = [];
  for (const entry of readdirSync(docsDir, { recursive: true, encoding: 'utf8' })) {
    const relative = entry.replaceAll('\\', '/');
    if (!relative.endsWith('.md') || relative.includes('[')) continue;
    if (relative.startsWith('public/') || /^source\/.+\/.+/.test(relative)) continue;
    const info = pageInfo(relative, readFileSync(join(docsDir, entry), 'utf8'));
    if (info !== undefined) pages.push(info);
  }
  return [...pages, ...exercisePages()].sort(inReadingOrder);
}
