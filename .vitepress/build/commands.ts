/**
 * A page of the site may be all that a reader has. Where one says `npm run …`, the words
 * lead to the page that says how to get what runs.
 */
import type MarkdownIt from 'markdown-it';
import { en } from '../theme/strings/en.ts';

const howTo = '/reference/run-it';
const command = /^npm (?:run|ci|start|test)\b/;

export function commandLinks(md: MarkdownIt): void {
  md.core.ruler.push('peerwalk-commands', (state) => {
    // VitePress says here which file it renders.
    const env = state.env as { readonly relativePath?: string };
    if (/^(?:source\/|reference\/run-it)/.test(env.relativePath ?? '')) return;
    const tokens: typeof state.tokens = [];
    for (const token of state.tokens) {
      tokens.push(token);
      if (token.type === 'inline') token.children = linked(token.children ?? []);
      const isBlock = token.type === 'code_block' || token.type === 'fence';
      if (isBlock && command.test(token.content.trim())) tokens.push(...line());
    }
    state.tokens = tokens;

    function linked(children: typeof state.tokens): typeof state.tokens {
      let links = 0;
      return children.flatMap((child) => {
        if (child.type === 'link_open') links += 1;
        if (child.type === 'link_close') links -= 1;
        if (child.type !== 'code_inline' || links > 0) return [child];
        return command.test(child.content) ? [opening(), child, closing()] : [child];
      });
    }
    function line(): typeof state.tokens {
      const inline = new state.Token('inline', '', 0);
      const text = new state.Token('text', '', 0);
      text.content = en.commands.needs;
      inline.content = text.content;
      inline.children = [opening(), text, closing()];
      const open = new state.Token('paragraph_open', 'p', 1);
      open.attrs = [['class', 'pw-needs-repo']];
      return [open, inline, new state.Token('paragraph_close', 'p', -1)];
    }
    function opening(): (typeof state.tokens)[number] {
      const open = new state.Token('link_open', 'a', 1);
      open.attrs = [['href', howTo]];
      return open;
    }
    function closing(): (typeof state.tokens)[number] {
      return new state.Token('link_close', 'a', -1);
    }
  });
}
