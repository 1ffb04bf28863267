import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkSite, readPage } from '../../.vitepress/weave/check-site.ts';

let site = '';

beforeEach(() => {
  site = mkdtempSync(join(tmpdir(), 'peerwalk-site-'));
  put('index.html', '<h1 id="top">Home</h1>');
  put('guide/one.html', '<p id="L120">One</p><a id="d\u00e9j\u00e0"></a>');
  put('guide/index.html', '<p>Guide</p>');
  put('card.png', '');
});

afterEach(() => {
  rmSync(site, { recursive: true });
});

function put(path: string, html: string): void {
  mkdirSync(dirname(join(site, path)), { recursive: true });
  writeFileSync(join(site, path), html);
}

function problemsOf(html: string): string[] {
  put('guide/page.html', html);
  const options = { base: '/codelab/', stateFragments: [/^t=\d+$/] };
  return checkSite(site, options).map(({ problem }) => problem);
}

describe('checkSite', () => {
  it.each([
    '<a href="/codelab/guide/one.html#L120">',
    '<a href="/codelab/guide/one#L120">',
    '<a href="/codelab/guide/">',
    '<a href="./one.html">',
    '<a href="../">',
    '<a href="one.html#d%C3%A9j%C3%A0">',
    '<p id="here"><a href="#here">',
    '<a href="#">',
    '<a href="one.html#t=41">',
    '<a href="https://example.org/x#y">',
    '<a href="mailto:a@example.org">',
    '<img src="/codelab/card.png" alt="">',
    '<!-- <a href="/nowhere"> -->',
    '<script>const x = \'<a href="/nowhere">\';</script>',
    '<a href="one.html?a=1&amp;b=2">',
  ])('accepts %s', (html) => {
    expect(problemsOf(html)).toEqual([]);
  });

  it.each([
    ['a missing page', '<a href="/codelab/guide/two.html">', 'no such page or file'],
    ['a missing anchor', '<a href="one.html#L121">', 'no such id on that page'],
    [
      'an anchor in the wrong case',
      '<a href="one.html#l120">',
      'no such id on that page',
    ],
    [
      'a missing anchor of the page itself',
      '<a href="#gone">',
      'no such id on that page',
    ],
    [
      'an address without the base',
      '<a href="/guide/one.html">',
      'does not begin with',
    ],
    [
      'a picture that is not there',
      '<img src="no.png" alt="">',
      'no such page or file',
    ],
    ['a set of pictures', '<img srcset="no.png 2x" alt="">', 'no such page or file'],
    [
      'an icon in the head',
      '<link rel=icon href=/codelab/x.ico>',
      'no such page or file',
    ],
    ['another host without a scheme', '<a href="//example.org">', 'another host'],
    ['a script as an address', '<a href="javascript:void 0">', 'a scheme that no page'],
    [
      'a leftover of a link scheme',
      '<a href="src:impl/x.ts">',
      'a scheme that no page',
    ],
    ['an id that exists twice', '<p id="a"><p id="a">', 'this id exists twice'],
  ])('finds %s', (_, html, problem) => {
    expect(problemsOf(html)).toEqual([expect.stringContaining(problem)]);
  });

  it('finds dead links in raw HTML between other attributes', () => {
    expect(
      problemsOf('<a class="x > y" data-a=\'"\' href="gone.html" hidden>'),
    ).toEqual(['no such page or file']);
  });
});

describe('readPage', () => {
  it('reads ids, and addresses with their entities', () => {
    const { ids, addresses } = readPage('<a name="old" id=new href="?a=1&amp;b=2">');
    expect([...ids]).toEqual(['old', 'new']);
    expect(addresses).toEqual(['?a=1&b=2']);
  });
});
