import MarkdownIt from 'markdown-it';
import { beforeAll, describe, expect, it } from 'vitest';
import { weaveMarkdown } from '../../.vitepress/weave/markdown.ts';
import { readText } from '../../.vitepress/weave/repo.ts';
import { findSymbol } from '../../.vitepress/weave/links.ts';

let md: MarkdownIt;

beforeAll(() => {
  md = new MarkdownIt({ html: true });
  md.block.ruler.before('fence', 'snippet', () => false); // VitePress' own rule
  const site = { base: '/codelab/', cleanUrls: false };
  // VitePress' renderer is a MarkdownIt with more methods; the plugin uses none of them.
  weaveMarkdown(md as unknown as Parameters<typeof weaveMarkdown>[0], site);
});

function render(text: string, env: object = {}): string {
  return md.render(text, { relativePath: 'guide/06.md', ...env });
}

describe('weaveMarkdown', () => {
  it.each([
    ['an unknown region', '<<< @/../impl/csp/select.ts#nowhere', 'no region "nowhere"'],
    ['an unknown file', '<<< @/../impl/csp/selects.ts#select', 'no region "select"'],
    ['a file without a region', '<<< @/../impl/csp/select.ts', 'name a region'],
    [
      'line numbers',
      '<<< @/../impl/csp/select.ts#select{3-9}',
      'line numbers go stale',
    ],
    ['an unknown symbol', '[x](src:impl/csp/select.ts#nowhere)', 'nothing is at src:'],
    ['an unknown file in a link', '[x](src:impl/csp/no.ts)', 'nothing is at src:'],
    [
      'an unknown symbol of geth',
      '[x](geth:p2p/peer.go#Peer.walk)',
      'nothing is at geth:',
    ],
    ['an unknown part', '[[weave nothing]]', 'unknown part'],
  ])('stops the build at %s, and says on which page', (_, text, problem) => {
    expect(() => render(`# Title\n\n${text}\n`)).toThrow(problem);
    expect(() => render(`# Title\n\n${text}\n`)).toThrow('docs/guide/06.md');
  });

  it('says the line of the page, front matter counted', () => {
    const page = 'reference/geth-map.md';
    const lines = readText(`docs/${page}`).split('\n');
    const line = lines.findIndex((content) => content.includes('so that you can')) + 1;
    // VitePress hands over what stands below the front matter.
    expect(() => render('[[weave so that you can]]', { relativePath: page })).toThrow(
      `docs/${page}:${line}: unknown part`,
    );
  });

  it('links a symbol to its line, keeping the case of the anchor', () => {
    const line = findSymbol('impl/csp/select.ts#select')?.line ?? 0;
    expect(render('see [the choice](src:impl/csp/select.ts#select)')).toBe(
      `<p>see <a href="/codelab/source/impl/csp/select.html#L${line}">the choice</a></p>\n`,
    );
  });

  it('names the target of a link without a text', () => {
    expect(render('[](geth:p2p/peer.go#Peer.handle)')).toMatch(
      /<a href="https:[^"]+\/p2p\/peer\.go#L273"[^>]*><code>Peer\.handle<\/code><\/a>/,
    );
  });

  it('leaves other links and other kinds of file alone', () => {
    expect(render('[x](./07.md)')).toBe('<p><a href="./07.md">x</a></p>\n');
    expect(render('<<< @/traces/meet.json')).toContain('&lt;&lt;&lt;');
  });

  it('shows a region twice with one anchor, and tells what the page depends on', () => {
    const text = '<<< @/../impl/csp/select.ts#select\n';
    const includes: string[] = [];
    const html = render(`${text}\n${text}`, { includes });
    expect(html.match(/<figure/g)).toHaveLength(2);
    expect(html.match(/id="code-csp-select-select"/g)).toHaveLength(1);
    expect(includes).toHaveLength(2);
  }, 120_000);
});
