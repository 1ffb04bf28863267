/**
 * Prose of an exercise as a terminal can show it: a link of the site becomes the name of its
 * page and section, with the file that holds them, and what the page folds stays folded.
 */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readLF, type Sources } from '../catalog/sources.ts';
import { learnStrings as strings } from '../words/learn-strings.ts';

const links = /\[((?:`[^`]*`|[^[\]`])*)\]\((\/[^)\s]+)\)/g;
/** In a fold may stand another one: an answer, below its question. */
const folds =
  /<details[^>]*>\s*<summary>([\s\S]*?)<\/summary>(?:<details[\s\S]*?<\/details>|(?!<\/?details)[\s\S])*<\/details>/g;

/** @param folder of the exercise, `14-handle-dispatch` */
export function forTerminal(sources: Sources, text: string, folder: string): string {
  const readme = `exercises/${folder}/README.md`;
  return text
    .replaceAll(folds, (_, title: string) =>
      strings.folded(title.trim().replaceAll(/<\/?code>/g, '`'), readme),
    )
    .replaceAll(links, (whole, label: string, to: string) => {
      const place = placeOf(sources, to);
      return place === undefined ? whole : `${label} (${place})`;
    });
}

/** @returns undefined where no page of the site stands there */
function placeOf(sources: Sources, to: string): string | undefined {
  const [page = '', fragment = ''] = to.slice(1).split('#');
  const exercise = /^exercises\/(\d\d|w\d)-/.test(page);
  const file = exercise ? `${page}/README.md` : `docs/${page}.md`;
  if (!existsSync(join(sources.root, file))) return undefined;
  const text = readLF(join(sources.root, file));
  const named = /^(?:chapter|id|title): ['"]?(.+?)['"]?$/gm;
  const facts = new Map(
    Array.from(text.matchAll(named), ([line, value = '']) => [
      line.split(':')[0],
      value,
    ]),
  );
  const name =
    (exercise ? facts.get('id') : facts.get('chapter')) ?? facts.get('title');
  return strings.section(name ?? page, headingOf(text, fragment), file);
}

/** The heading that the site gives this anchor; '' if there is none. */
function headingOf(text: string, fragment: string): string {
  if (fragment === '') return '';
  for (const [, heading = ''] of text.matchAll(/^#{1,6} (.+)$/gm)) {
    const [, said = heading, given] = /^(.*?)\s*\{#([^}]+)\}$/.exec(heading) ?? [];
    if (fragment === (given ?? anchorOf(said))) return said;
  }
  return '';
}

/** As VitePress makes it, of the letters that headings here have. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[\s~`!@#$%^&*()\-_+=[\]{}|\\;:"'“”‘’<>,.?/]+/g, '-')
    .replaceAll(/^-|-$/g, '');
}
