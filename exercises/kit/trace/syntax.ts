/** A syntax tree without a class for each kind, and text that gets other text put in. */

import type { Node } from 'acorn';

/** A node of any kind: what it holds is looked up by name. */
export type AnyNode = Node & Readonly<Record<string, unknown>>;

export function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null && 'type' in value;
}

export function nodes(value: unknown): AnyNode[] {
  return Array.isArray(value) ? value.filter(isNode) : [];
}

/** In the order of the text, which is the order in which they are worked out. */
export function childrenOf(node: AnyNode): AnyNode[] {
  return Object.values(node)
    .flatMap((value) =>
      Array.isArray(value) ? nodes(value) : isNode(value) ? [value] : [],
    )
    .sort((a, b) => a.start - b.start);
}

interface Insertion {
  readonly at: number;
  readonly text: string;
  readonly closes: boolean;
  readonly depth: number;
}

/**
 * Texts to put into a code. At one place, what closes comes first, the deepest before the
 * others; then what opens, the deepest last.
 */
export class Insertions {
  readonly #code: string;
  readonly #lineStarts: number[] = [0]; // BOUNDED by the lines of the code
  readonly #all: Insertion[] = []; // BOUNDED by the calls of the code

  constructor(code: string) {
    this.#code = code;
    for (let at = code.indexOf('\n'); at >= 0; at = code.indexOf('\n', at + 1)) {
      this.#lineStarts.push(at + 1);
    }
  }

  open(at: number, text: string, depth: number): void {
    // `return"x".f()` has no space that would keep a name apart.
    const touches = /[\w$]/.test(this.#code[at - 1] ?? ' ') && /^[\w$]/.test(text);
    this.#all.push({ at, text: touches ? ` ${text}` : text, closes: false, depth });
  }

  close(at: number, text: string, depth: number): void {
    this.#all.push({ at, text, closes: true, depth });
  }

  applied(): string {
    const ordered = this.#all.toSorted(
      (a, b) =>
        a.at - b.at ||
        Number(b.closes) - Number(a.closes) ||
        (a.closes ? b.depth - a.depth : a.depth - b.depth),
    );
    let text = '';
    let from = 0;
    for (const insertion of ordered) {
      text += this.#code.slice(from, insertion.at) + insertion.text;
      from = insertion.at;
    }
    return text + this.#code.slice(from);
  }

  /** Counted from 1. */
  lineOf(at: number): number {
    let low = 0;
    let high = this.#lineStarts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#lineStarts[middle] ?? 0) <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
