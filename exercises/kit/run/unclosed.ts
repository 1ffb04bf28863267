/**
 * Finds what a text opens and never closes. A parser says no more than that the text ends
 * too early, and names its last line, which is seldom where the fault is.
 */

export interface Unclosed {
  readonly kind: 'bracket' | 'template' | 'comment';
  /** What stands at the place. */
  readonly sign: string;
  /** What would close it. */
  readonly closing: string;
  /** Where in the text, from 0. */
  readonly index: number;
}

interface Opening {
  readonly sign: string;
  readonly index: number;
  /** Of its line. */
  readonly indent: number;
}

const closings: ReadonlyMap<string, string> = new Map([
  ['{', '}'],
  ['(', ')'],
  ['[', ']'],
  ['${', '}'],
]);

const piece =
  /\/\/.*|\/\*(?:[^*]|\*(?!\/))*(?:\*\/)?|'(?:\\[^]|[^'\\\n])*'?|"(?:\\[^]|[^"\\\n])*"?|[\w$]+|\S/g;
const regex = /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\//y;
const templateText = /(?:\\[^]|\$(?!\{)|[^\\`$])*/y;

/** Behind these, a slash divides. Behind all else it begins a regular expression. */
const isOperand =
  /^(?:[)\]'"`]|(?!(?:return|typeof|case|in|of|delete|void|throw|await|yield|else|do)$)[\w$])/;

/**
 * Undefined: all is closed, or brackets do not fit together and it cannot be told. The
 * work grows with the length of the text, whatever stands in it.
 */
export function unclosedIn(code: string): Unclosed | undefined {
  const open: Opening[] = []; // BOUNDED by the length of the text
  let suspect: Opening | undefined;
  let before = '';
  let at = 0;
  let indent = 0; // of this line
  let noRegexBefore = 0;

  /** Goes to the end of the template, or into its next `${`; false: it has no end. */
  const passTemplate = (begin: number): boolean => {
    templateText.lastIndex = at;
    at += templateText.exec(code)?.[0].length ?? 0;
    if (at >= code.length) return false;
    const isEnd = code[at] === '`';
    if (!isEnd) {
      open.push({ sign: '`', index: begin, indent }, { sign: '${', index: at, indent });
    }
    at += isEnd ? 1 : 2;
    before = isEnd ? '`' : '{';
    return true;
  };

  for (;;) {
    piece.lastIndex = at;
    const found = piece.exec(code);
    if (found === null) break;
    const { 0: text, index } = found;
    at = index + text.length;
    const ownIndent = indentBefore(code, index);
    indent = ownIndent ?? indent;
    if (text.startsWith('//')) continue;
    if (text.startsWith('/*')) {
      if (text.length >= 4 && text.endsWith('*/')) continue;
      return { kind: 'comment', sign: '/*', closing: '*/', index };
    }
    if (text === '`') {
      if (passTemplate(index)) continue;
      return { kind: 'template', sign: '`', closing: '`', index };
    }
    if (text === '/' && index >= noRegexBefore && !isOperand.test(before)) {
      regex.lastIndex = index;
      if (regex.test(code)) {
        at = regex.lastIndex;
        before = ')';
        continue;
      }
      // It was looked for to the end of the line: once is enough.
      const end = code.indexOf('\n', index);
      noRegexBefore = end < 0 ? code.length : end;
    }
    before = text;
    if (closings.has(text)) open.push({ sign: text, index, indent });
    if (!/^[})\]]$/.test(text)) continue;
    const opening = open.pop();
    if (opening === undefined || closings.get(opening.sign) !== text) return undefined;
    if (opening.sign === '${') {
      const begin = open.pop()?.index ?? index;
      if (passTemplate(begin)) continue;
      return { kind: 'template', sign: '`', closing: '`', index: begin };
    }
    if (ownIndent !== undefined && ownIndent < opening.indent) suspect ??= opening;
  }
  const last = open.at(-1);
  if (last === undefined) return undefined;
  // Who leaves out a bracket leaves the others where they belong: one that closes further
  // out than the line that it closes was written for another.
  const { sign, index } = suspect ?? last;
  return { kind: 'bracket', sign, closing: closings.get(sign) ?? sign, index };
}

/** The blanks before what begins its line; undefined where something else begins it. */
function indentBefore(code: string, index: number): number | undefined {
  let at = index;
  while (code[at - 1] === ' ' || code[at - 1] === '\t') at -= 1;
  return at === 0 || code[at - 1] === '\n' ? index - at : undefined;
}
