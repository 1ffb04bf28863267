/**
 * A number and its unit stay in one line: the space between them is one that does not
 * break. In text alone; code keeps its own spaces.
 */
import type MarkdownIt from 'markdown-it';

/** Not `B`: that is the name of a node, too (“at 0 ms B sends”). */
const beforeUnit =
  /(?<=\d) (?=(?:ms|s|min|kB|MB|GB|KiB|MiB|GiB|bits?|bytes?)(?![\p{L}\p{N}]))/gu;

export function boundUnits(text: string): string {
  return text.replace(beforeUnit, '\u00a0');
}

export function bindUnits(md: MarkdownIt): void {
  md.core.ruler.push('peerwalk-units', ({ tokens }) => {
    for (const { children } of tokens) {
      for (const child of children ?? []) {
        if (child.type === 'text') child.content = boundUnits(child.content);
      }
    }
  });
}
