/**
 * JSON as Go reads it from a file: the first value, whatever comes after it; numbers as
 * they are written, so that none is rounded; a name that stands twice is there twice.
 * `JSON.parse` can do none of that. It is read from its bytes, a text at a time: to turn
 * sixty megabytes into one string keeps everybody waiting.
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

/** Ours: a megabyte of code, in hex, and what stands before it. */
export const maxTextBytes = 2 * 1024 * 1024 + 64;

/** What is read between two yields of something long, and what a unit of `Work` reads. */
const piece = 16_384;
const bytesPerUnit = 100;

/** More than any number that somebody uses. */
const maxNumberBytes = 4_096;

const [quote, backslash, newline, colon, comma] = codesOf('"\\\n:,');
const [openObject, closeObject, openList, closeList, letterU] = codesOf('{}[]u');
const spaces: ReadonlySet<number | undefined> = new Set(codesOf(' \t\r\n'));

function codesOf(chars: string): number[] {
  return Array.from(chars, (char) => char.charCodeAt(0));
}

/**
 * The first value of a text in UTF-8. What is not UTF-8 reads as U+FFFD.
 *
 * @throws {JsonError} one line that says where
 */
export function readJson(bytes: Uint8Array): Work<JsonValue> {
  return new Reader(bytes).first();
}

class Reader {
  readonly #bytes: Uint8Array;
  // A byte order mark is no JSON, to geth as to us.
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  #at = 0;
  /** For errors: the line, where it begins, and bytes of it that are no character. */
  #line = 1;
  #lineStart = 0;
  #wide = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  *first(): Work<JsonValue> {
    yield* this.#space();
    return yield* this.#value(0);
  }

  *#value(depth: number): Work<JsonValue> {
    if (depth > maxDepth) throw this.#error(`nested more than ${maxDepth} deep`);
    const byte = this.#bytes[this.#at];
    if (byte === openObject) return yield* this.#object(depth);
    if (byte === openList) return yield* this.#list(depth);
    if (byte === quote) return { kind: 'text', ...(yield* this.#string()) };
    return this.#word();
  }

  *#object(depth: number): Work<JsonValue> {
    const entries: JsonEntry[] = []; // BOUNDED by the text
    this.#at++;
    for (let isFirst = true; ; isFirst = false) {
      if (yield* this.#closes(closeObject, isFirst)) return { kind: 'object', entries };
      const { text: name } = yield* this.#string();
      yield* this.#space();
      if (this.#bytes[this.#at] !== colon) throw this.#error('expected a colon');
      this.#at++;
      yield* this.#space();
      entries.push([name, yield* this.#value(depth + 1)]);
      yield 1;
    }
  }

  *#list(depth: number): Work<JsonValue> {
    this.#at++;
    for (let isFirst = true; ; isFirst = false) {
      if (yield* this.#closes(closeList, isFirst)) return { kind: 'list' };
      yield* this.#value(depth + 1);
      yield 1;
    }
  }

  /** Whether the list or object ends here. If not, the next member begins here. */
  *#closes(end: number | undefined, isFirst: boolean): Work<boolean> {
    yield* this.#space();
    const byte = this.#bytes[this.#at];
    if (byte === end) {
      this.#at++;
      return true;
    }
    if (isFirst) return false;
    if (byte !== comma) {
      const closing = end === closeList ? ']' : '}';
      throw this.#error(`expected a comma or ${closing}`);
    }
    this.#at++;
    yield* this.#space();
    return false;
  }

  #word(): JsonValue {
    const end = Math.min(this.#at + maxNumberBytes, this.#bytes.length);
    let to = this.#at;
    while (to < end && isOfWord(this.#bytes[to] ?? 0)) to++;
    const word = String.fromCharCode(...this.#bytes.subarray(this.#at, to));
    const match = /^(?:null|true|false|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)/;
    const [found] = match.exec(word) ?? [];
    if (found === undefined) throw this.#error('expected a value');
    if (found.length === maxNumberBytes) throw this.#error('a number too long');
    this.#at += found.length;
    if (found === 'null') return { kind: 'null' };
    if (found === 'true' || found === 'false') {
      return { kind: 'boolean', value: found === 'true' };
    }
    return { kind: 'number', literal: found };
  }

  /** @returns the text, and as `raw` how it is written between its quotes */
  *#string(): Work<{ text: string; raw: string }> {
    if (this.#bytes[this.#at] !== quote) throw this.#error('expected text in quotes');
    const start = this.#at + 1;
    const parts = { text: '', raw: '' };
    for (let from = start; ;) {
      const to = this.#textEnd(from);
      const isLast = this.#bytes[to] === quote;
      if (!isLast && to >= this.#bytes.length) {
        throw this.#error('text without its closing quote');
      }
      if (to - start > maxTextBytes) {
        throw this.#error(`text of more than ${maxTextBytes} bytes`);
      }
      const raw = this.#decoder.decode(this.#bytes.subarray(from, to), {
        stream: !isLast,
      });
      // Most texts are as they are written, and then they are kept once.
      parts.text += this.#isPlain(from, to) ? raw : this.#unescaped(raw);
      parts.raw += raw;
      yield (to - from) / bytesPerUnit;
      from = to;
      if (!isLast) continue;
      this.#at = to + 1;
      this.#wide += to - start - parts.raw.length;
      return parts;
    }
  }

  /** The quote that ends a text, or where a piece of it may: between two characters. */
  #textEnd(from: number): number {
    const bytes = this.#bytes;
    const enough = from + piece;
    let at = from;
    while (at < enough && at < bytes.length && bytes[at] !== quote) {
      if (bytes[at] !== backslash) at++;
      else at += bytes[at + 1] === letterU ? 6 : 2;
    }
    return at;
  }

  #isPlain(from: number, to: number): boolean {
    for (let at = from; at < to; at++) {
      const byte = this.#bytes[at] ?? 0;
      if (byte < 0x20 || byte === backslash) return false;
    }
    return true;
  }

  #unescaped(raw: string): string {
    try {
      return String(JSON.parse(`"${raw}"`)); // knows every escape, and what must be one
    } catch {
      throw this.#error('text with a control character or a bad escape');
    }
  }

  *#space(): Work<void> {
    for (;;) {
      const enough = this.#at + piece;
      while (this.#at < enough && spaces.has(this.#bytes[this.#at])) {
        const isEnd = this.#bytes[this.#at] === newline;
        this.#at++;
        if (!isEnd) continue;
        this.#line++;
        this.#lineStart = this.#at;
        this.#wide = 0;
      }
      if (this.#at < enough) return;
      yield piece / bytesPerUnit;
    }
  }

  #error(what: string): JsonError {
    const column = this.#at - this.#lineStart - this.#wide + 1;
    const rest = new TextDecoder().decode(this.#bytes.subarray(this.#at, this.#at + 4));
    const [got] = rest;
    const instead = got === undefined ? 'at its end' : `at ${JSON.stringify(got)}`;
    return new JsonError(`line ${this.#line}, column ${column}: ${what}, ${instead}`);
  }
}

/** Letters, digits and what stands in numbers. */
function isOfWord(byte: number): boolean {
  const char = String.fromCharCode(byte);
  return /[-+.0-9a-zA-Z]/.test(char);
}
