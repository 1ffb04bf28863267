/** How far a long piece of file work is, on a terminal: one line that is written anew. */

import { runtime } from '../csp/runtime.ts';
import type { ChainFileProgress } from '../core/chain-file.ts';
import type { Output } from './output.ts';

const everyMs = 100;

export type ShowProgress = (what: string) => Progress;

export class Progress {
  readonly #what: string;
  readonly #output: Output;
  #shownAt = runtime().now();
  #isShown = false;

  constructor(what: string, output: Output) {
    this.#what = what;
    this.#output = output;
  }

  /** At most ten times a second, and not at all for what is short. */
  show({ blocks, bytes }: ChainFileProgress): void {
    const now = runtime().now();
    if (now - this.#shownAt < everyMs) return;
    this.#shownAt = now;
    this.#isShown = true;
    const count = blocks.toLocaleString('en');
    const size = (bytes / 1e6).toFixed(1);
    this.#output.write(`\r${this.#what}: ${count} blocks, ${size} MB\u001b[K`, true);
  }

  /** Leaves the line as it was before. */
  end(): void {
    if (this.#isShown) this.#output.write('\r\u001b[K');
    this.#isShown = false;
  }
}
