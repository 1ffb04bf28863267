/**
 * `::: geth Title` … `:::` becomes `<div role="note" class="pw-box pw-box-geth">` with a
 * title line. VitePress' own containers (`tip`, `warning`, …) stay as they are.
 */
import type MarkdownIt from 'markdown-it';

const kinds = ['geth', 'note', 'claim', 'recall', 'teacher'] as const;
const opener = /^:::+\s*([a-z]+)\s*(.*)$/;

export function boxes(md: MarkdownIt): void {
  md.block.ruler.before(
    'fence',
    'peerwalk-box',
    (state, startLine, endLine, silent) => {
      const first = lineAt(state, startLine);
      const match = opener.exec(first);
      const kind = kinds.find((known) => known === match?.[1]);
      if (match === null || kind === undefined) return false;
      if (silent) return true;
      const close = closingLine(state, startLine, endLine);

      // A note, not a landmark: a page has many, and several have the same title.
      const open = state.push('box_open', 'div', 1);
      open.attrs = [
        ['class', `pw-box pw-box-${kind}`],
        ['role', 'note'],
      ];
      open.block = true;
      open.map = [startLine, close];
      const title = match[2]?.trim() ?? '';
      if (title !== '') {
        const titleOpen = state.push('paragraph_open', 'p', 1);
        titleOpen.attrs = [['class', 'pw-box-title']];
        const inline = state.push('inline', '', 0);
        inline.content = title;
        inline.map = [startLine, startLine + 1];
        inline.children = [];
        state.push('paragraph_close', 'p', -1);
      }
      const oldMax = state.lineMax;
      state.lineMax = close;
      state.md.block.tokenize(state, startLine + 1, close);
      state.lineMax = oldMax;
      state.push('box_close', 'div', -1);
      state.line = Math.min(close + 1, endLine);
      return true;
    },
    { alt: ['paragraph', 'reference', 'blockquote', 'list'] },
  );
}

type BlockState = Parameters<Parameters<MarkdownIt['block']['ruler']['before']>[2]>[0];

function lineAt(state: BlockState, line: number): string {
  const from = (state.bMarks[line] ?? 0) + (state.tShift[line] ?? 0);
  return state.src.slice(from, state.eMarks[line]);
}

/** Boxes nest: a line `:::` ends the innermost one that is open. */
function closingLine(state: BlockState, startLine: number, endLine: number): number {
  let depth = 1;
  for (let line = startLine + 1; line < endLine; line++) {
    const text = lineAt(state, line);
    if (/^:::+\s*$/.test(text)) depth--;
    else if (opener.test(text)) depth++;
    if (depth === 0) return line;
  }
  return endLine;
}
