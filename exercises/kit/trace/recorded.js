/**
 * Starts a file of `impl/` with marks in its code (`recorded.ts`), as one bundle that is
 * kept, for runs that write a trace. Plain JavaScript: it runs before there is anything
 * that reads TypeScript.
 */
import { relative } from 'node:path';
import {
  bundle,
  cacheKey,
  kept,
  load,
  nameOf,
  placed,
  root,
} from '../../../impl/node/run.js';

/**
 * Settles when the top level of the file has; false: it could not be started this way.
 * @param {string} entry `impl/node/lab.ts`
 * @param {string[]} conditions of the resolution of imports
 */
export async function runRecorded(entry, conditions = []) {
  const name = [nameOf(entry), 'recorded', ...conditions].join('-');
  const file = await kept(name, cacheKey(['impl', 'exercises/kit']), async () => {
    const plugins = [marks(await marker())];
    return bundle(entry, { packages: 'bundle', conditions, plugins });
  });
  if (file === undefined) return false;
  await load(file);
  return true;
}

/** The function that puts marks in; it is TypeScript, and becomes a bundle as well. */
async function marker() {
  const entry = 'exercises/kit/trace/recorded.ts';
  const make = () => bundle(entry, { packages: 'bundle' });
  const file = await kept(nameOf(entry), cacheKey(['exercises/kit']), make);
  if (file === undefined) throw new Error('nowhere to keep a bundle');
  return (await load(file)).withMarks;
}

const marks = (withMarks) => ({
  name: 'peerwalk-marks',
  setup(build) {
    build.onLoad({ filter: /[\\/]impl[\\/].+\.ts$/ }, ({ path }) => {
      const id = relative(root, path).replaceAll('\\', '/');
      const contents = withMarks(placed(path), id, 'esm');
      return contents === undefined ? undefined : { contents, loader: 'js' };
    });
  },
});
