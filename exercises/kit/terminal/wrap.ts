/** Lines of a terminal, cut between words. */

/** The width where nobody knows it, or where it says 0. */
const usualWidth = 80;

const colours = /\u001b\[[\d;]*m/g;

/** Without colours. */
export function plain(text: string): string {
  return text.replaceAll(colours, '');
}

export function widthOf(columns = 0): number {
  return columns > 0 ? columns : usualWidth;
}

/**
 * Prose of Markdown in lines of at most `width` signs, cut between words. Code and tables
 * stay as they are.
 *
 * @param columns of the terminal; 80 where nobody knows, or where it says 0
 */
export function wrapped(text: string, columns?: number): string {
  const width = widthOf(columns);
  let inCode = false;
  const lines = text.split('\n').flatMap((line) => {
    const isFence = line.trimStart().startsWith('```');
    if (isFence) inCode = !inCode;
    if (isFence || inCode || /^(?: {4}|\t|\|)/.test(line)) return [line];
    // The lines after the first one of a list stand under its text.
    const [lead = ''] = /^\s*(?:[-*]|\d+\.)?\s*/.exec(line) ?? [];
    return wrappedLine(line, width, ' '.repeat(lead.length));
  });
  return lines.join('\n');
}

/**
 * One line as several, cut between words: what stands before the first word stays.
 *
 * @param indent of the lines after the first
 */
export function wrappedLine(line: string, width: number, indent: string): string[] {
  const done: string[] = [];
  let now = '';
  for (const word of line.split(/(?<=\S) (?=\S)/)) {
    if (now === '') now = word;
    else if (plain(now).length + 1 + plain(word).length <= width) now += ` ${word}`;
    else {
      done.push(now);
      now = indent + word;
    }
  }
  return [...done, now];
}

/** A sentence under others, in lines of the terminal; one line where there is none. */
export function said(text: string, columns?: number): string[] {
  return columns === undefined
    ? [` ${text}`]
    : wrappedLine(` ${text}`, widthOf(columns), ' ');
}
