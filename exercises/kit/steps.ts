/**
 * Lets a test say which step of its run an assertion speaks of, so that a failing one can
 * be opened there. Without a recording, both do nothing.
 */

import { toHex } from '#impl/bytes.ts';
import { runtime } from '#impl/csp/runtime.ts';

/**
 * What an assertion spoke of: a moment by its words, bytes that a node has read, or the
 * moment in which a node learns that it has been left.
 */
export type Spoken =
  | string
  | { readonly node: string; readonly read: string }
  | { readonly node: string; readonly left: true };

let spoken: Spoken | undefined;

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

/**
 * A run that is seen is opened where `node` reads the message `bytes`, whether the test
 * passes or fails.
 */
export function opensAt(node: string, bytes: Uint8Array): void {
  spoken = { node, read: toHex(bytes) };
}

/** A run that failed is opened where `node` hears the last Disconnect, or is over. */
export function opensWhereLeft(node: string): void {
  spoken = { node, left: true };
}

/** What the last assertion spoke of, since this was asked last. */
export function spokenOf(): Spoken | undefined {
  const words = spoken;
  spoken = undefined;
  return words;
}
