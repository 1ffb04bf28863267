/**
 * The markdown-it plugin: `<<<` listings of TypeScript, whole files on source pages, and
 * the link schemes `src:` and `geth:`. Whatever it cannot resolve fails the build.
 */

import type { MarkdownRenderer } from 'vitepress';
import { escapeHtml, outside, type CodePlace } from './code-html.ts';
import { absolutesHtml } from './absolutes.ts';
import { gethClaimsHtml } from './geth-claims.ts';
import { findGeth, permalink } from './geth.ts';
import { gethSymbols } from '../../docs/reference/geth-table.ts';
import { url as gethUrl } from '../../impl/geth.ts';
import { gethMapHtml } from './geth-map.ts';
import { findSymbol, href, listingId, sourceUrl, type SiteOptions } from './links.ts';
import { fileHtml, regionHtml } from './listing.ts';
import { absolute, implFiles, readText } from './repo.ts';
import { locales, parseReference, regionsOf } from './site-index.ts';
import { sourceIndexHtml } from './source-pages.ts';

/** What VitePress tells a plugin about the page that it renders. */
interface PageEnv {
  readonly relativePath?: string;
  /** Files that the page depends on; a change renders it again. */
  readonly includes?: string[];
  /** Ids that listings on this page already have. */
  listingIds?: Set<string>;
}

export class WeaveError extends Error {
  override readonly name = 'WeaveError';

  /** @param what as it stands on the page, to find its line */
  constructor(page: string, what: string, problem: string) {
    super(`docs/${page}${lineOf(page, what)}: ${problem}`);
  }
}

/** By text: markdown-it counts from below the front matter. */
function lineOf(page: string, what: string): string {
  try {
    const lines = readText(`docs/${page}`).split('\n');
    const at = lines.findIndex((line) => line.includes(what));
    return at < 0 ? '' : `:${at + 1}`;
  } catch {
    return ''; // made from something else than a file of docs/
  }
}

export function weaveMarkdown(md: MarkdownRenderer, site: SiteOptions): void {
  md.block.ruler.before('snippet', 'weave', (state, startLine, _endLine, silent) => {
    const start = (state.bMarks[startLine] ?? 0) + (state.tShift[startLine] ?? 0);
    const content = state.src.slice(start, state.eMarks[startLine]);
    const isIndented = (state.sCount[startLine] ?? 0) - state.blkIndent >= 4;
    const directive = /^(<<<|\[\[weave )\s*(.+?)\s*(?:\]\])?$/.exec(content);
    if (directive === null || isIndented) return false;
    const [, kind = '', argument = ''] = directive;
    if (kind === '<<<' && !/\.ts(?:$|[#\s{[])/.test(argument)) return false; // VitePress' own
    if (silent) return true;
    const token = state.push(kind === '<<<' ? 'weave_region' : 'weave_part', '', 0);
    token.content = argument;
    token.map = [startLine, startLine + 1];
    state.line = startLine + 1;
    return true;
  });

  md.renderer.rules['weave_region'] = (tokens, index, _options, env: PageEnv) => {
    const token = tokens[index];
    const page = env.relativePath ?? '';
    const fail = (problem: string): never => {
      throw new WeaveError(page, token?.content ?? '', problem);
    };
    const {
      file,
      region: name,
      extra,
    } = parseReference(token?.content ?? '', `docs/${page}`);
    if (/^\{[\d\s,-]+/.test(extra)) fail('line numbers go stale: name a region');
    if (name === undefined) return fail(`<<< ${file}: name a region`);
    const region = findRegion(file, name) ?? fail(`no region "${name}" in ${file}`);
    env.includes?.push(absolute(file));

    const ids = (env.listingIds ??= new Set());
    const id = listingId(file, name);
    const isFirst = !ids.has(id);
    ids.add(id);
    const place = placeOf(page, site, id);
    return regionHtml(file, region, place, isFirst ? id : undefined);
  };

  md.renderer.rules['weave_part'] = (tokens, index, _options, env: PageEnv) => {
    const argument = tokens[index]?.content ?? '';
    const page = env.relativePath ?? '';
    const place = placeOf(page, site, '');
    if (argument === 'source-index') return sourceIndexHtml(place);
    if (argument === 'geth-map') return gethMapHtml(place);
    if (argument === 'geth-claims') return gethClaimsHtml(site);
    if (argument === 'absolutes') return absolutesHtml(site);
    const file = /^file (\S+)$/.exec(argument)?.[1];
    if (file === undefined || !implFiles().includes(file)) {
      throw new WeaveError(page, argument, `unknown part ${argument}`);
    }
    env.includes?.push(absolute(file));
    return fileHtml(file, place);
  };

  md.core.ruler.push('weave_links', (state) => {
    const env = state.env as PageEnv;
    for (const block of state.tokens) {
      block.children?.forEach((token, index, siblings) => {
        const target = token.type === 'link_open' ? token.attrGet('href') : null;
        if (target === null || !/^(?:src|geth):/.test(target)) return;
        const resolved = resolve(decodeURI(target), site);
        if (resolved === undefined) {
          const page = env.relativePath ?? '';
          throw new WeaveError(page, target, `nothing is at ${target}`);
        }
        // As HTML: VitePress would change the case of `#L120`.
        token.type = 'html_inline';
        token.content = resolved.open;
        if (siblings[index + 1]?.type === 'link_close') token.content += resolved.text;
      });
    }
  });
}

function findRegion(
  file: string,
  name: string,
): ReturnType<typeof regionsOf>[number] | undefined {
  try {
    return regionsOf(file).find((region) => region.name === name);
  } catch {
    return undefined; // no such file
  }
}

function placeOf(page: string, site: SiteOptions, id: string): CodePlace {
  const url = `/${page.replace(/\.md$/, '').replace(/(^|\/)index$/, '$1')}`;
  const first = page.split('/')[0] ?? '';
  return {
    site,
    locale: locales.includes(first) ? first : '',
    here: id === '' ? url : `${url}#${id}`,
  };
}

function resolve(
  target: string,
  site: SiteOptions,
): { open: string; text: string } | undefined {
  const [scheme = '', rest = ''] = target.split(/:(.*)/s, 2);
  const [file = '', part] = rest.split('#', 2);
  const text = `<code>${escapeHtml(part ?? file)}</code>`;
  if (scheme === 'geth') {
    const row = part === undefined ? undefined : findGeth(file, part);
    const isKnown =
      part === undefined ? gethSymbols.some((one) => one.file === file) : row;
    if (isKnown === undefined || isKnown === false) return undefined;
    const open = outside(row === undefined ? gethUrl(file) : permalink(row), '');
    return { open: open.replace(/<\/a>$/, ''), text };
  }
  if (!implFiles().includes(file)) return undefined;
  const line =
    part === undefined
      ? undefined
      : (findSymbol(rest)?.line ?? findRegion(file, part)?.startLine);
  if (part !== undefined && line === undefined) return undefined;
  return { open: `<a href="${escapeHtml(href(site, sourceUrl(file, line)))}">`, text };
}
