import { describe, expect, it } from 'vitest';
import { implFiles, listFiles, readText } from '../../.vitepress/weave/repo.ts';

/** What `readonly docs = '…'` of an error class may name: pages and their headings. */
function places(): Set<string> {
  const found = new Set<string>();
  for (const path of listFiles('docs', '.md')) {
    const page = path.replace(/^docs/, '').replace(/(?:index)?\.md$/, '');
    found.add(page);
    const lines = readText(path).split('\n');
    for (const [, heading = ''] of lines.map((line) => /^#+ (.+)$/.exec(line) ?? [])) {
      const given = /\{#([\w-]+)\}\s*$/.exec(heading)?.[1];
      found.add(`${page}#${given ?? slug(heading)}`);
    }
  }
  return found;
}

/** As VitePress makes it of a heading in plain letters. */
function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}

describe('the pages that errors name', () => {
  it('are there, with the heading', () => {
    const known = places();
    const named = implFiles().flatMap((file) => {
      const matches = readText(file).matchAll(/\bdocs = (.*);/g);
      return Array.from(matches, ([, literal = '']) => {
        return { file, docs: literal.replace(/^'(.*)'$/, '$1') };
      });
    });
    expect(named.length).toBeGreaterThanOrEqual(6);
    expect(named.filter(({ docs }) => !known.has(docs))).toEqual([]);
  });
});
