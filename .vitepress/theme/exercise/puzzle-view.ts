/** How lines that are put in order are shown. */
import { readAssembled } from '../../../exercises/kit/formats/answer-text.ts';
import type { ShownPuzzle } from '../../../exercises/kit/page/page-data.ts';

/** A piece of a line: code as HTML, or a blank by its name. */
export type LinePart =
  | { readonly html: string; readonly blank?: undefined }
  | { readonly blank: string; readonly html?: undefined };

export interface PuzzleHtml {
  readonly lines: Readonly<Record<string, readonly LinePart[]>>;
  readonly before: string;
  readonly after: string;
}

/** The depth of each piece of code, from the braces of those before it. */
export function depthsOf(before: string, codes: readonly string[]): number[] {
  let depth = opens(before);
  return codes.map((code) => {
    const own = depth - (/^\s*}/.test(code) ? 1 : 0);
    depth += opens(code);
    return Math.max(0, own);
  });
}

function opens(code: string): number {
  const plain = code.replaceAll(/\{\{\w+\}\}/g, '');
  return plain.split('{').length - plain.split('}').length;
}

/** Which of the placed pieces of code hold these lines of what was made of them. */
export function piecesAt(
  before: string,
  codes: readonly string[],
  lines: readonly number[],
): number[] {
  let next = before.split('\n').length + 1;
  return codes.flatMap((code, at) => {
    const first = next;
    next += code.split('\n').length;
    return lines.some((line) => line >= first && line < next) ? [at] : [];
  });
}

/** Which of the pieces that an answer places holds this line of what was made of them. */
export function pieceAt(
  puzzle: ShownPuzzle,
  answer: string,
  line: number,
): number | undefined {
  const codes = readAssembled(puzzle, answer).order.map(
    (id) => puzzle.lines.find((one) => one.id === id)?.code ?? '',
  );
  return piecesAt(puzzle.before, codes, [line])[0];
}

/** The row of code in which a blank stands, with dots in its place. */
export function rowOf({ lines }: Pick<ShownPuzzle, 'lines'>, blank: string): string {
  const rows = lines.flatMap(({ code }) => code.split('\n'));
  const row = rows.find((one) => one.includes(`{{${blank}}}`)) ?? '';
  return row.trim().replaceAll(/\{\{\w+\}\}/g, '…');
}

/** An answer as the code that it stands for. */
export function assembledCode(puzzle: ShownPuzzle, answer: string): string {
  const { order, blanks } = readAssembled(puzzle, answer);
  const codes = order.map(
    (id) => puzzle.lines.find((line) => line.id === id)?.code ?? '',
  );
  const depths = depthsOf(puzzle.before, codes);
  const lines = codes.map((code, index) => {
    const indent = '  '.repeat(depths[index] ?? 0);
    const filled = code.replaceAll(
      /\{\{(\w+)\}\}/g,
      (_, name: string) => blanks[name] ?? '…',
    );
    return filled.replaceAll(/^/gm, indent);
  });
  return [...lines, puzzle.after].join('\n');
}
