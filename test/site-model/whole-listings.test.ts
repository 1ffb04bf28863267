import { compile as compileForServer } from '@vue/compiler-ssr';
import { compile } from '@vue/compiler-dom';
import { describe, expect, it } from 'vitest';
import { wholeListings } from '../../.vitepress/build/whole-listings.ts';

const listing =
  '<figure class="pw-listing pw-wide" id="code-a" style="--lines:2" v-pre>' +
  '<pre><code><i class="k">const</i> text = `{{ "a" }}`;\n<b>\\n</b></code></pre></figure>';
const html = listing.replace(' v-pre', '');
const page = `<div><TryFirst exercise="E01">\n\n${listing}\n\n</TryFirst></div>`;
const options = { nodeTransforms: [wholeListings], mode: 'module' as const };

describe('wholeListings', () => {
  it('leaves a listing in a slot as one text, made once', () => {
    const { code } = compile(page, {
      ...options,
      hoistStatic: true,
      prefixIdentifiers: true,
    });
    expect(code).toContain(
      `_cache[0] || (_cache[0] = _createStaticVNode(${JSON.stringify(html)}, 1))`,
    );
    expect(code).not.toContain('"figure"');
  });

  it('leaves two that follow each other as one text of two', () => {
    const two = page.replace(listing, `${listing}\n${listing}`);
    const { code } = compile(two, {
      ...options,
      hoistStatic: true,
      prefixIdentifiers: true,
    });
    expect(code).toContain(`_createStaticVNode(${JSON.stringify(html + html)}, 2))`);
    expect(code.match(/_createStaticVNode\(/g)).toHaveLength(1);
  });

  it('changes nothing of what the server writes, nor of a listing that fills no slot', () => {
    const server = (transforms: readonly (typeof wholeListings)[]): string =>
      compileForServer(page, { ...options, nodeTransforms: [...transforms] }).code;
    expect(server([wholeListings])).toContain('{{ ');
    // The server's compiler writes a second branch, for slots that are drawn in a browser.
    expect(server([wholeListings]).split('} else {')[0]).toBe(
      server([]).split('} else {')[0],
    );
    const bare = `<div>${listing}</div>`;
    expect(compile(bare, options).code).toBe(compile(bare, { mode: 'module' }).code);
  });
});
