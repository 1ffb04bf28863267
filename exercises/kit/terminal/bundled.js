/** Starts a tool of the kit the way `impl/node/run.js` starts the node: as a kept bundle. */
import {
  bundle,
  cacheKey,
  nameOf,
  runAsWritten,
  runKept,
} from '../../../impl/node/run.js';

/** @param {string} entry `exercises/kit/terminal/learn.ts` */
export async function runKit(entry) {
  // esbuild finds its program beside its own files; typescript is loaded when asked for.
  const options = { packages: 'bundle', external: ['esbuild', 'typescript'] };
  const make = () => bundle(entry, options);
  const key = cacheKey(['impl', 'exercises/kit']);
  if (!(await runKept(nameOf(entry), key, make))) await runAsWritten(entry);
}
