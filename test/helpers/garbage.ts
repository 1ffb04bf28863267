/** What this process holds once its garbage is gone. */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const collections = 4;
const apartMs = 50;

setFlagsFromString('--expose-gc'); // holds for contexts that are made after it
/** One collection: what no variable reaches is gone, what it held outside the heap not yet. */
export const collectAtOnce = runInNewContext('gc') as () => void;

/**
 * Memory outside the heap (the buffers of closed sockets: 9 MiB at the end of a soak) is
 * given back by finalizers, after the collection and in turns of their own.
 */
export async function collectGarbage(): Promise<void> {
  for (let i = 0; i < collections; i++) {
    collectAtOnce();
    await new Promise((resolve) => setTimeout(resolve, apartMs));
  }
}

/** After collections; bytes that the heap and what hangs on it hold. */
export async function heldBytes(): Promise<number> {
  await collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
