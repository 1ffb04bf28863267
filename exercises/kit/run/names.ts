/**
 * The names in a text, as the parser that takes its types away reads them: what stands in
 * texts and comments is none. All that the parser tells of its tokens is a printed table.
 */

import { getFormattedTokens } from 'sucrase';

export interface Name {
  readonly text: string;
  /** From 1, as `column` and `end`. */
  readonly line: number;
  readonly column: number;
  /** The column behind it. */
  readonly end: number;
  /** It is declared here. */
  readonly declared: boolean;
}

/** Of the parser's `IdentifierRole`: declared at the top, in a function, in a block. */
const declaring = /^[234]\b/;
const row = /^(\d+):(\d+)-\d+:(\d+) +name /;

/** In the order in which they stand; none of a text that the parser refuses. */
export function namesIn(code: string): readonly Name[] {
  const lines = code.split('\n');
  const [head = '', ...rows] = tableOf(code).split('\n');
  const role = head.indexOf('identifierRole');
  return rows.flatMap((text) => {
    const found = row.exec(text);
    if (found === null) return [];
    const [line = 0, column = 0, end = 0] = found.slice(1).map(Number);
    const name = (lines[line - 1] ?? '').slice(column - 1, end - 1);
    const declared = declaring.test(text.slice(role));
    return [{ text: name, line, column, end, declared }];
  });
}

function tableOf(code: string): string {
  try {
    return getFormattedTokens(code, { transforms: ['typescript'] });
  } catch {
    return '';
  }
}
