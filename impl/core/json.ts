/**
 * JSON as Go reads it from a file: the first value, whatever comes after it; numbers as
 * they are written, so that none is rounded; a name that stands twice is there twice.
 * `JSON.parse` can do none of that.
 */
import type { Work } from '../csp/slices.ts';

export type JsonValue =
  | { readonly kind: 'object'; readonly entries: readonly JsonEntry[] }
  // Checked and not kept: nothing that is read here has a list in it.
  | { readonly kind: 'list' }
  | { readonly kind: 'text'; readonly text: string; readonly raw: string }
  | { readonly kind: 'number'; readonly literal: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'null' };

/** A name and what it stands for, in the order of the file. */
export type JsonEntry = readonly [name: string, value: JsonValue];

/** The text is not JSON, or not what is read here. */
export class JsonError extends Error {
  override readonly name = 'JsonError';
}

/** Go has no limit; a call stack has. A genesis needs five. */
const maxDepth = 100;

/**
 * The first value of a text.
 *
 * @throws {JsonError} one line that says where
 */
export function readJson(text: string): Work<JsonValue> {
  return new Reader(text).first();
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  *first(): Work<JsonValue> {
    this.#space();
    return yield* this.#value(0);
  }

  *#value(depth: number): Work<JsonValue> {
    if (depth > maxDepth) throw this.#error(`nested more than ${maxDepth} deep`);
    const char = this.#text[this.#at];
    if (char === '{') return yield* this.#object(depth);
    if (char === '[') return yield* this.#list(depth);
    return this.#scalar();
  }

  *#object(depth: number): Work<JsonValue> {
    const entries: JsonEntry[] = []; // BOUNDED by the text
    this.#at++;
    for (let isFirst = true; !this.#closes('}', isFirst); isFirst = false) {
      const start = this.#at;
      const { text: name } = this.#string();
      this.#space();
      if (this.#text[this.#at] !== ':') throw this.#error('expected a colon');
      this.#at++;
      this.#space();
      entries.push([name, yield* this.#value(depth + 1)]);
      yield 1 + (this.#at - start) / 100;
    }
    return { kind: 'object', entries };
  }

  *#list(depth: number): Work<JsonValue> {
    this.#at++;
    for (let isFirst = true; !this.#closes(']', isFirst); isFirst = false) {
      yield* this.#value(depth + 1);
      yield 1;
    }
    return { kind: 'list' };
  }

  /** Whether the list or object ends here. If not, the next member begins here. */
  #closes(end: string, isFirst: boolean): boolean {
    this.#space();
    const char = this.#text[this.#at];
    if (char === end) {
      this.#at++;
      return true;
    }
    if (isFirst) return false;
    if (char !== ',') throw this.#error(`expected a comma or ${end}`);
    this.#at++;
    this.#space();
    return false;
  }

  #scalar(): JsonValue {
    if (this.#text[this.#at] === '"') return { kind: 'text', ...this.#string() };
    const word = this.#match(/null|true|false/y);
    if (word === 'null') return { kind: 'null' };
    if (word !== undefined) return { kind: 'boolean', value: word === 'true' };
    const literal = this.#match(/-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y);
    if (literal !== undefined) return { kind: 'number', literal };
    throw this.#error('expected a value');
  }

  /** @returns the text, and as `raw` how it is written between its quotes */
  #string(): { text: string; raw: string } {
    if (this.#text[this.#at] !== '"') throw this.#error('expected text in quotes');
    let end = this.#at;
    do end = this.#text.indexOf('"', end + 1);
    while (end !== -1 && this.#isEscaped(end));
    if (end === -1) throw this.#error('text without its closing quote');
    const raw = this.#text.slice(this.#at + 1, end);
    let text: unknown;
    try {
      text = JSON.parse(`"${raw}"`); // knows every escape, and what must be one
    } catch {
      throw this.#error('text with a control character or a bad escape');
    }
    this.#at = end + 1;
    return { text: String(text), raw };
  }

  /** An odd number of backslashes before a quote makes it part of the text. */
  #isEscaped(quote: number): boolean {
    let first = quote;
    while (this.#text[first - 1] === '\\') first--;
    return (quote - first) % 2 === 1;
  }

  #space(): void {
    this.#match(/[ \t\r\n]+/y);
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }

  #error(what: string): JsonError {
    const lines = this.#text.slice(0, this.#at).split('\n');
    const column = (lines.at(-1)?.length ?? 0) + 1;
    const got = this.#text.slice(this.#at, this.#at + 1);
    const instead = got === '' ? 'at its end' : `at ${JSON.stringify(got)}`;
    return new JsonError(`line ${lines.length}, column ${column}: ${what}, ${instead}`);
  }
}
