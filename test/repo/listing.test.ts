import { describe, expect, it } from 'vitest';
import { CodeHtml, inlineHtml } from '../../.vitepress/weave/code-html.ts';
import { explainedAt, href, listingId } from '../../.vitepress/weave/links.ts';
import { fileHtml, regionHtml } from '../../.vitepress/weave/listing.ts';
import { readText } from '../../.vitepress/weave/repo.ts';
import {
  parseReference,
  regionsOf,
  siteIndex,
} from '../../.vitepress/weave/site-index.ts';
import { tokensOf } from '../../.vitepress/weave/highlight.ts';
import { parseText } from '../../.vitepress/weave/symbols.ts';

const site = { base: '/codelab/', cleanUrls: false };
const place = { site, locale: '', here: '' };
const file = 'impl/csp/select.ts';
/** TypeScript reads all of impl/ when nothing is cached. */
const slow = 120_000;

function textOf(html: string): string {
  return html
    .replace(/<[^>]+>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');
}

describe('regionHtml', () => {
  it(
    'keeps the code as it is, with notes lifted out and a link to its line',
    () => {
      const region = regionsOf(file).find(({ name }) => name === 'select');
      if (region === undefined) throw new Error('the region is gone');
      const html = regionHtml(file, region, place, 'code-csp-select-select');
      const [first = 0] = [...html.matchAll(/data-n="(\d+)"/g)].map((match) =>
        Number(match[1]),
      );
      expect(html).toContain('id="code-csp-select-select"');
      expect(html).toContain(`href="/codelab/source/impl/csp/select.html#L${first}"`);
      expect(html).toContain('data-hovers="/codelab/hover/impl/csp/select.ts.json"');
      expect(html).toContain('<small class="wv-note"');

      const shown = [
        ...html.matchAll(/<span class="wv-t">(.*?)<\/span><\/span>(?:\n|<)/g),
      ];
      const lines = readText(file).split('\n');
      const numbers = [...html.matchAll(/data-n="(\d+)"/g)].map((match) =>
        Number(match[1]),
      );
      expect(shown.map((match) => textOf(match[1] ?? ''))).toEqual(
        numbers.map((number) => lines[number - 1]),
      );
    },
    slow,
  );
});

describe('fileHtml', () => {
  it(
    'names at a symbol each exercise in which the reader writes it',
    () => {
      const plugs = siteIndex().exercises.flatMap(({ plug, url }) =>
        plug === undefined ? [] : [{ plug, url }],
      );
      expect(plugs.length).toBeGreaterThan(10);
      for (const { plug, url } of plugs) {
        const [path = ''] = plug.split('#');
        expect(fileHtml(path, place), plug).toContain(`href="/codelab${url}.html"`);
      }
    },
    slow,
  );
});

describe('CodeHtml.line', () => {
  it(
    'gives every line of a file back, whatever is in it',
    () => {
      for (const path of [file, 'impl/p2p/peer.ts', 'impl/core/header.ts']) {
        const code = new CodeHtml(path, place);
        const lines = readText(path).split('\n').slice(0, -1);
        expect(lines.map((_, index) => textOf(code.line(index + 1, 0)))).toEqual(lines);
      }
    },
    slow,
  );

  it(
    'links a name once for the Tab key, and not from its definition',
    () => {
      const code = new CodeHtml(file, place);
      const lines = readText(file).split('\n');
      const html = lines.map((_, index) => code.line(index + 1, 0));
      const ready = html.join('\n').match(/<a[^>]*>runtime<\/a>/g) ?? [];
      expect(ready.filter((link) => !link.includes('tabindex="-1"'))).toHaveLength(1);
      // A name that no page explains leads to its own line, so its own line has no link.
      const definition = html[lines.findIndex((line) => line.includes('type Cases ='))];
      expect(definition).toMatch(/<i class="t" data-h="\d+">Cases<\/i>/);
    },
    slow,
  );
});

describe('tokensOf', () => {
  it('classes what TypeScript reads, inside templates too', () => {
    const source = parseText(
      'a.ts',
      'const x = `a${await f(1n)}b`; // end\n/* c */ class A extends B<C> { #p = /x/g; }\n',
    );
    const tokens = tokensOf(source)
      .filter(({ kind }) => kind !== undefined)
      .map(({ start, end, kind }) => `${kind ?? ''} ${source.text.slice(start, end)}`);
    expect(tokens).toEqual([
      'k const',
      's `a${',
      'k await',
      'f f',
      'n 1n',
      's }b`',
      'c // end',
      'c /* c */',
      'k class',
      't A',
      'k extends',
      't B',
      't C',
      's /x/g',
    ]);
  });
});

describe('links', () => {
  it('begin with the base and end as the host needs it', () => {
    expect(href(site, '/guide/06-peer-run#x')).toBe(
      '/codelab/guide/06-peer-run.html#x',
    );
    expect(href(site, '/guide/')).toBe('/codelab/guide/');
    expect(href({ base: '/', cleanUrls: true }, '/guide/06')).toBe('/guide/06');
  });

  it('lead to a line of the source page where no page explains the symbol', () => {
    expect(explainedAt('impl/geth.ts#gethTag')).toMatch(/^\/source\/impl\/geth#L\d+$/);
    expect(explainedAt('impl/geth.ts#nothing')).toBeUndefined();
  });

  it('make one anchor of file and region', () => {
    expect(listingId('impl/p2p/rlpx/frame.ts', 'readFrame_1')).toBe(
      'code-p2p-rlpx-frame-readframe-1',
    );
  });
});

describe('parseReference', () => {
  it.each([
    ['@/../impl/p2p/peer.ts#run', 'impl/p2p/peer.ts', 'run', ''],
    ['../../impl/p2p/peer.ts#run{3-9}', 'impl/p2p/peer.ts', 'run', '{3-9}'],
    ['@/traces/a.json [A trace]', 'docs/traces/a.json', undefined, '[A trace]'],
  ])('reads %s', (reference, path, region, extra) => {
    expect(parseReference(reference, 'docs/guide/06.md')).toEqual({
      file: path,
      region,
      extra,
    });
  });
});

describe('inlineHtml', () => {
  it('escapes, and sets code in backticks', () => {
    expect(inlineHtml('a < b, `c & d`')).toBe('a &lt; b, <code>c &amp; d</code>');
  });
});
