/** Highlighted lines as short HTML: one class a token, colours from the theme. */
import { createCssVariablesTheme, createHighlighter, type Highlighter } from 'shiki';

const prefix = '--pw-code-';
/** Class letters; the styles are in `theme/styles/code.css`. */
const classes: Readonly<Record<string, string>> = {
  [`var(${prefix}token-keyword)`]: 'k',
  [`var(${prefix}token-string)`]: 's',
  [`var(${prefix}token-string-expression)`]: 's',
  [`var(${prefix}token-comment)`]: 'c',
  [`var(${prefix}token-constant)`]: 'n',
  [`var(${prefix}token-function)`]: 'f',
  [`var(${prefix}token-punctuation)`]: 'p',
};

let highlighter: Promise<Highlighter> | undefined;
/** Each run shows the same files, and the site is built twice, for server and browser. */
const known = new Map<string, Promise<string[]>>(); // BOUNDED by the texts of a site

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

export function highlightLines(code: string): Promise<string[]> {
  const lines = known.get(code) ?? highlight(code);
  known.set(code, lines);
  return lines;
}

async function highlight(code: string): Promise<string[]> {
  highlighter ??= createHighlighter({
    themes: [createCssVariablesTheme({ name: 'peerwalk', variablePrefix: prefix })],
    langs: ['typescript'],
  });
  const { tokens } = (await highlighter).codeToTokens(code, {
    lang: 'typescript',
    theme: 'peerwalk',
  });
  return tokens.map((line) =>
    line
      .map(({ content, color }) => {
        const name = classes[color ?? ''];
        const text = escape(content);
        return name === undefined ? text : `<i class="${name}">${text}</i>`;
      })
      .join(''),
  );
}
