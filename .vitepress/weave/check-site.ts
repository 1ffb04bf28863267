/**
 * The link gate: reads the built pages as a browser gets them. Every address in them,
 * whoever wrote it (markdown, raw HTML, a component, the language switcher), leads to a
 * file of the site and to an id on that page.
 */

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';

export interface CheckOptions {
  /** Begins and ends with a slash. */
  readonly base: string;
  /** Fragments that a script reads and that are no ids, for example `#t=41`. */
  readonly stateFragments?: readonly RegExp[];
}

export interface Finding {
  /** Path of the page in the site. */
  readonly page: string;
  readonly address: string;
  readonly problem: string;
}

interface PageParts {
  readonly ids: ReadonlySet<string>;
  readonly twice: readonly string[];
  readonly addresses: readonly string[];
}

const tagRE =
  /<([a-z][a-z0-9-]*)((?:\s+[^\s"'<>/=]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'<>`]+))?)*)\s*\/?>/gi;
const attributeRE = /([^\s"'<>/=]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>`]+))/g;

export function readPage(html: string): PageParts {
  // What stands in comments, scripts and styles is no address of the page.
  const text = html
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/(<(script|style)\b[^>]*>)[\s\S]*?(<\/\2>)/gi, '$1$3');
  const ids = new Set<string>();
  const twice: string[] = [];
  const addresses: string[] = [];
  for (const [, tag = '', attributes = ''] of text.matchAll(tagRE)) {
    for (const [, name = '', a, b, c] of attributes.matchAll(attributeRE)) {
      const value = unescapeHtml(a ?? b ?? c ?? '');
      if (name === 'id' || (name === 'name' && tag === 'a')) {
        if (ids.has(value)) twice.push(value);
        ids.add(value);
      } else if (name === 'href' || name === 'src' || name === 'poster') {
        addresses.push(value);
      } else if (name === 'srcset') {
        addresses.push(
          ...value.split(',').map((one) => one.trim().split(/\s+/)[0] ?? ''),
        );
      }
    }
  }
  return { ids, twice, addresses };
}

function unescapeHtml(text: string): string {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

export function checkSite(folder: string, options: CheckOptions): Finding[] {
  const pages = new Map<string, PageParts>();
  for (const file of htmlFiles(folder)) {
    pages.set(
      relative(folder, file).replaceAll('\\', '/'),
      readPage(readFileSync(file, 'utf8')),
    );
  }
  const findings: Finding[] = [];
  for (const [page, { addresses, twice }] of pages) {
    for (const id of twice) {
      findings.push({ page, address: `#${id}`, problem: 'this id exists twice' });
    }
    for (const address of new Set(addresses)) {
      const problem = judge(address, page, folder, pages, options);
      if (problem !== undefined) findings.push({ page, address, problem });
    }
  }
  return findings;
}

function judge(
  address: string,
  page: string,
  folder: string,
  pages: ReadonlyMap<string, PageParts>,
  { base, stateFragments = [] }: CheckOptions,
): string | undefined {
  if (/^(?:https?:|mailto:|data:|blob:)/.test(address)) return undefined; // not ours
  if (/^[a-z][a-z0-9+.-]*:/i.test(address)) return 'a scheme that no page may use';
  if (address.startsWith('//')) return 'another host, without a scheme';

  let url: URL;
  try {
    url = new URL(address, `http://site${base}${page}`);
  } catch {
    return 'not an address';
  }
  if (!url.pathname.startsWith(base)) return `does not begin with ${base}`;
  const path = decode(url.pathname.slice(base.length));
  const file = fileAt(folder, path);
  if (file === undefined) return 'no such page or file';

  const fragment = decode(url.hash.replace(/^#/, '').replace(/:~:.*$/, ''));
  if (fragment === '' || stateFragments.some((state) => state.test(fragment)))
    return undefined;
  const target = pages.get(file);
  if (target === undefined) return undefined; // a fragment of a picture
  return target.ids.has(fragment) ? undefined : 'no such id on that page';
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a lone % stands for itself
  }
}

/** The file that a static host serves for a path. */
function fileAt(folder: string, path: string): string | undefined {
  const choices =
    path === '' || path.endsWith('/') ? [`${path}index.html`] : [path, `${path}.html`];
  return choices.find((choice) => {
    const file = join(folder, choice);
    return existsSync(file) && statSync(file).isFile();
  });
}

function htmlFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return htmlFiles(path);
    return entry.name.endsWith('.html') ? [path] : [];
  });
}
