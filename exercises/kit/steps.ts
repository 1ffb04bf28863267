/**
 * Lets a test say which step of its run an assertion speaks of, so that a failing one can
 * be opened there. Without a recording, both do nothing.
 */

import { runtime } from '#impl/csp/runtime.ts';

let spoken: string | undefined;

/** Inside a run: this is the step that is called `words`. It is a step of the trace. */
export function moment(words: string): void {
  runtime().tracer?.emit('event', { v: words });
}

/**
 * In an assertion: it speaks of the moment `words`.
 *
 * @returns `message`, to be given to `expect`
 */
export function about(words: string, message: string): string {
  spoken = words;
  return message;
}

/** What the last assertion spoke of, since this was asked last. */
export function spokenOf(): string | undefined {
  const words = spoken;
  spoken = undefined;
  return words;
}
