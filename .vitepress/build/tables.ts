/** A cell without words in the head of a table heads nothing: it becomes a plain cell. */
import type MarkdownIt from 'markdown-it';

export function plainEmptyHeads(md: MarkdownIt): void {
  md.core.ruler.push('peerwalk-empty-heads', (state) => {
    for (const [index, token] of state.tokens.entries()) {
      const inline = state.tokens[index + 1];
      const close = state.tokens[index + 2];
      if (token.type !== 'th_open' || close?.type !== 'th_close') continue;
      if (inline?.content.trim() !== '') continue;
      token.tag = 'td';
      close.tag = 'td';
    }
  });
}
