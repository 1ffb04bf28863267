/**
 * Says what is wrong with a text that is no program, and where. The engine that refuses
 * it names no line in `eval`, and each page would have to load a second parser for that.
 */

import { namesIn } from './names.ts';
import { unclosedIn } from './unclosed.ts';
import { kitStrings } from '../words/strings.ts';

const strings = kitStrings.code;

export interface Place {
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

/**
 * The line at which the engine gives up: the first one up to which the text is refused
 * for this same reason. Nothing of the text is run.
 *
 * @param script as it was refused, line by line as the reader's text
 * @param before what stands before the text when it is evaluated
 */
export function placeOfRefusal(
  code: string,
  script: string,
  before: string,
  message: string,
): Place | undefined {
  const lines = script.split('\n');
  const refusedBy = (count: number): boolean => {
    const start = `throw 0;${before}${lines.slice(0, count).join('\n')}`;
    if (refusal(start) !== message) return false;
    // A start that ends inside of a comment may be refused for that, in the same words.
    return refusal(`${start}\n*/`) === message;
  };
  let [low, high] = [1, lines.length];
  if (!refusedBy(high)) return undefined; // it is the end that is wrong
  while (low < high) {
    const middle = (low + high) >> 1;
    if (refusedBy(middle)) high = middle;
    else low = middle + 1;
  }
  return placeOfWord(code.split('\n'), high, message);
}

/** Why the engine refuses `source`. What it does not refuse begins with a throw. */
function refusal(source: string): string | undefined {
  try {
    (0, eval)(source);
  } catch (error) {
    if (error instanceof SyntaxError) return error.message;
  }
  return undefined;
}

/** The engine names what it stumbled over, and may notice it later than where it stands. */
function placeOfWord(lines: readonly string[], last: number, message: string): Place {
  const word = /['"]([\w$#.]+)['"]/.exec(message)?.[1] ?? /^[a-z]+/.exec(message)?.[0];
  for (let line = last; line >= 1 && word !== undefined; line -= 1) {
    const at = (lines[line - 1] ?? '').lastIndexOf(word);
    if (at >= 0) return { line, column: at + 1 };
  }
  const text = lines[last - 1] ?? '';
  return { line: last, column: text.length - text.trimStart().length + 1 };
}

const quotes = /[\u2018-\u201f\u00ab\u00bb\u2032\u2033\uff02\uff07]/;
const unseen = /[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/;

/** Syntax that is not read here, with the sentence that says so. */
const unsupported: readonly (readonly [form: RegExp, said: string])[] = [
  [/^[ \t]*@[\w$]+/m, strings.noDecorators],
  [/^[ \t]*[\w \t]*\}?[ \t]*@[\w$]+[ \t(]/m, strings.noDecorators],
  [/^[ \t]*(?:static[ \t]+)?accessor[ \t]+[\w$#]+/m, strings.noAccessor],
];

export interface Explained {
  readonly message: string;
  readonly place: Place | undefined;
}

/** What a person would say of a refused text; the engine's own words if nothing better. */
export function explain(code: string, message: string, place?: Place): Explained {
  const strange = strangeSignIn(code);
  if (strange !== undefined) return { message: sayOdd(strange.sign), place: strange };
  const lines = code.split('\n');
  // Where the text was refused first; a sign in a comment further up is no fault.
  const at = place === undefined ? 0 : place.line - 1;
  for (const line of [at, at - 1]) {
    const text = lines[line] ?? '';
    const odd = quotes.exec(text) ?? unseen.exec(text);
    if (odd === null) continue;
    return {
      message: sayOdd(odd[0]),
      place: { line: line + 1, column: odd.index + 1 },
    };
  }
  for (const [form, said] of unsupported) {
    const found = form.exec(code);
    if (found === null) continue;
    return { message: said, place: placeAt(code, found.index + found[0].search(/\S/)) };
  }
  return (
    endedEarly(code, message, place) ?? {
      message: /^await is only/.test(message) ? strings.awaitOutside : message,
      place,
    }
  );
}

const unended = /^Unterminated (?:template|comment)/;

/** The text ends before it is complete: where the part begins that has no end. */
function endedEarly(
  code: string,
  message: string,
  place: Place | undefined,
): Explained | undefined {
  const from = place === undefined ? code.length : indexOf(code, place);
  const rest = code.slice(from);
  const isEnd = rest.trim() === '';
  // The parser takes an arrow back whose body has no end, and stumbles over its sign.
  if (!isEnd && !rest.startsWith('=>') && !unended.test(message)) return undefined;
  const unclosed = unclosedIn(code);
  if (unclosed !== undefined) {
    const { kind, sign, closing, index } = unclosed;
    const said = {
      bracket: strings.unclosed(sign, closing),
      template: strings.endlessTemplate,
      comment: strings.endlessComment,
    }[kind];
    return { message: said, place: placeAt(code, index) };
  }
  const isToken = place !== undefined || /end of input/.test(message);
  if (!isEnd || !isToken) return undefined;
  const last = Math.max(0, code.trimEnd().length - 1);
  return { message: strings.endsEarly, place: placeAt(code, last) };
}

function sayOdd(sign: string): string {
  if (quotes.test(sign)) return strings.oddQuote(sign);
  const code = (sign.codePointAt(0) ?? 0).toString(16).padStart(4, '0').toUpperCase();
  return strings.unseen(code);
}

/** A typeset quote or an unseen sign where code stands, and no text or comment. */
function strangeSignIn(code: string): (Place & { readonly sign: string }) | undefined {
  for (const { text, line, column } of namesIn(code)) {
    const odd = quotes.exec(text) ?? unseen.exec(text);
    if (odd !== null) return { sign: odd[0], line, column: column + odd.index };
  }
  return undefined;
}

/**
 * Where something is declared with `using`. Engines that know it would let it pass, and
 * an answer that passes in one place passes in all of them.
 */
export function usingIn(code: string): Place | undefined {
  if (!/\busing\b/.test(code)) return undefined;
  const names = namesIn(code);
  return names.find(({ text, line, end }, at) => {
    const next = names[at + 1];
    if (text !== 'using' || next?.declared !== true || next.line !== line) return false;
    const between = (code.split('\n')[line - 1] ?? '').slice(end - 1, next.column - 1);
    return /^(?:\s|\/\*.*?\*\/)+$/.test(between);
  });
}

const namespace = /^[ \t]*(?:export[ \t]+)?(?:namespace|module)[ \t]+[\w$.]+[ \t]*\{/m;

/** A namespace would be left out in silence, and whoever uses it would find nothing. */
export function namespaceIn(code: string): Place | undefined {
  const found = namespace.exec(code);
  return found === null
    ? undefined
    : placeAt(code, found.index + found[0].search(/\S/));
}

function indexOf(code: string, { line, column }: Place): number {
  const before = code.split('\n').slice(0, line - 1);
  return before.join('\n').length + (line > 1 ? 1 : 0) + column - 1;
}

function placeAt(code: string, index: number): Place {
  const before = code.slice(0, index).split('\n');
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
}
