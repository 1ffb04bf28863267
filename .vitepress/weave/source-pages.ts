/** Writes `docs/source/**`: a page for every file of `impl/`, and the map of the tree. */

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { escapeHtml, inlineHtml, type CodePlace } from './code-html.ts';
import { coverage, sumOf } from './coverage.ts';
import { layers } from './layers.ts';
import { href, sourceUrl } from './links.ts';
import { absolute, implFiles, listFiles, readText } from './repo.ts';
import { stringsFor } from './strings.ts';
import { summaryOf, symbolsOf } from './symbols.ts';

const folder = 'docs/source';

/** Brings the pages up to date and removes those of files that are gone. */
export function writeSourcePages(): void {
  const words = stringsFor('');
  const pages = new Map<string, string>();
  pages.set(
    `${folder}/index.md`,
    page(words.indexTitle, words.indexDescription, 'source-index', words.indexIntro),
  );
  for (const file of implFiles()) {
    const summary = summaryOf(readText(file)); // no syntax tree: a start is quick
    const path = `${folder}/${file.replace(/\.ts$/, '.md')}`;
    const up = '../'.repeat(file.split('/').length);
    const intro = `${summary === '' ? '' : `${summary}\n\n`}[${words.upToIndex}](${up}source/index.md)`;
    const title = words.sourceTitle(file);
    pages.set(path, page(title, words.sourceDescription(file), `file ${file}`, intro));
  }
  for (const old of listFiles(folder, '.md')) {
    if (!pages.has(old)) rmSync(absolute(old));
  }
  for (const [path, text] of pages) writeIfChanged(path, text);
}

function page(title: string, description: string, part: string, intro: string): string {
  return `---
title: ${JSON.stringify(title)}
description: ${JSON.stringify(description)}
layout: source
search: false
editLink: false
---

# ${title}

${intro}

[[weave ${part}]]
`;
}

function writeIfChanged(path: string, text: string): void {
  const file = absolute(path);
  try {
    if (readFileSync(file, 'utf8') === text) return;
  } catch {
    mkdirSync(dirname(file), { recursive: true }); // not there yet
  }
  writeFileSync(file, text);
}

/** The tree, folder by folder in the order of the layers. */
export function sourceIndexHtml({ site, locale }: CodePlace): string {
  const words = stringsFor(locale);
  const files = implFiles();
  const sum = sumOf(coverage());
  const parts = layers.map((layer) => {
    const inLayer = files.filter(
      (file) => file === `impl/${layer}` || file.startsWith(`impl/${layer}/`),
    );
    if (inLayer.length === 0) return '';
    const items = inLayer.map((file) => {
      const lines = readText(file).split('\n').length - 1;
      const link = `<a href="${escapeHtml(href(site, sourceUrl(file)))}">${escapeHtml(file.replace(/^impl\//, ''))}</a>`;
      return (
        `<tr><th scope="row">${link}</th><td>${inlineHtml(symbolsOf(file).summary)}</td>` +
        `<td class="pw-tree-lines">${words.linesOf(lines)}</td></tr>`
      );
    });
    const isFile = layer.endsWith('.ts');
    const heading = isFile ? '' : `<h2 id="${layer}">impl/${layer}</h2>\n`;
    return `${heading}<table class="pw-tree">\n<tbody>\n${items.join('\n')}\n</tbody>\n</table>\n`;
  });
  return (
    `<div class="pw-source-index" v-pre>\n<p>${words.coverage(sum.shown, sum.total)}</p>\n` +
    `${parts.join('')}</div>\n`
  );
}
