/**
 * Starts a file of this repository as one bundle of plain JavaScript, so that no
 * transpiler stands between the user and the code. The bundle is made when it is first
 * needed and kept in `node_modules/.cache`, under a hash of all that goes into it: an
 * edited file never meets an old bundle. The published package brings its own, `dist/`.
 *
 * Plain JavaScript itself: it runs before there is anything that reads TypeScript.
 */
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));
const cache = join(root, 'node_modules/.cache/peerwalk');
const dayMs = 86_400_000;

/**
 * Runs a file of `impl/`; settles when its top level has.
 * @param {string} entry `impl/node/main.ts`
 */
export async function run(entry) {
  const file = packed(entry);
  if (file !== undefined) return load(file);
  const make = () => bundle(entry, { packages: 'bundle' });
  if (!(await runKept(nameOf(entry), cacheKey(['impl']), make)))
    await runAsWritten(entry);
}

/**
 * Runs what `make` makes, from where it is kept. Should the file go between the look and
 * the load (`npm ci` in another terminal), it is made once more.
 * @param {string} name
 * @param {string} key another key, another text
 * @param {() => Promise<string>} make
 * @returns {Promise<boolean>} false: it could not be started this way
 */
export async function runKept(name, key, make) {
  const file = await kept(name, key, make);
  if (file === undefined) return false;
  try {
    await load(file);
  } catch (error) {
    if (!isGone(error, file)) throw error;
    const again = await kept(name, key, make);
    if (again === undefined) return false;
    await load(again, '?again'); // Node remembers that the first could not be loaded
  }
  return true;
}

function isGone(error, file) {
  const named = error?.path === file || error?.url === pathToFileURL(file).href;
  return named && !existsSync(file);
}

/**
 * @param {string} file a bundle
 * @param {string} query
 */
export function load(file, query = '') {
  process.setSourceMapsEnabled(true); // a stack names the lines as they are written
  return import(pathToFileURL(file).href + query);
}

/**
 * Runs any file under tsx, or as Node itself reads TypeScript.
 * @param {string} entry
 */
export async function runAsWritten(entry) {
  try {
    await import('tsx');
  } catch (error) {
    if (error?.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    if (!process.features.typescript) {
      console.error('peerwalk: the development dependencies are missing: npm ci');
      process.exitCode = 1;
      return;
    }
  }
  await import(pathToFileURL(join(root, entry)).href);
}

/** The bundle that the package was published with, if it is of these very files. */
function packed(entry) {
  const file = packedFile(entry);
  if (!existsSync(file)) return undefined;
  const firstLine = `${stampLine()}\n`;
  return readFileSync(file, 'utf8').startsWith(firstLine) ? file : undefined;
}

/** @param {string} entry */
export function packedFile(entry) {
  return join(root, 'dist', `${nameOf(entry)}.js`);
}

/** First line of a published bundle: which files it is made of. */
export function stampLine() {
  return `// ${hashOf(implText()).digest('hex')}`;
}

/**
 * The file that holds what `make` makes; undefined where it can be neither made nor kept.
 * @param {string} name
 * @param {string} key another key, another text
 * @param {() => Promise<string>} make
 */
export async function kept(name, key, make) {
  const file = join(cache, `${name}-${key}.mjs`);
  if (existsSync(file)) return file;
  let text;
  try {
    text = await make();
  } catch {
    return undefined; // no esbuild, or an error that the file's own start says better
  }
  try {
    mkdirSync(cache, { recursive: true });
    removeOld(name);
    // Renamed when it is whole: a second process finds all of it or nothing.
    const part = `${file}.${process.pid}`;
    writeFileSync(part, text);
    renameSync(part, file);
  } catch {
    return undefined; // nowhere to keep it
  }
  return file;
}

/** What another process may be about to load stays for a day. */
function removeOld(name) {
  for (const other of readdirSync(cache)) {
    const path = join(cache, other);
    if (!other.startsWith(`${name}-`)) continue;
    const made = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (Date.now() - made > dayMs) rmSync(path, { force: true });
  }
}

/**
 * The bundle's text, with its source map inside.
 * @param {string} entry
 * @param {{ packages: 'bundle' | 'external', banner?: string, to?: string,
 *   conditions?: string[], external?: string[], plugins?: import('esbuild').Plugin[] }}
 *   options
 */
export async function bundle(entry, options) {
  const { packages, banner = '', to = cache } = options;
  const { conditions = [], external = [], plugins = [] } = options;
  const { build, stop } = await import('esbuild');
  const result = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile: join(to, 'bundle.mjs'), // not written; the map's paths start there
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    packages,
    external,
    banner: { js: banner },
    sourcemap: 'inline',
    sourcesContent: false,
    logLevel: 'silent',
    conditions,
    plugins: [...plugins, placeOfFiles],
  });
  await stop();
  return result.outputFiles[0].text;
}

/** A file that asks where it is gets the answer that it would get by itself. */
const placeOfFiles = {
  name: 'place-of-files',
  setup(build) {
    build.onLoad({ filter: /[\\/]impl[\\/]node[\\/][^\\/]+\.ts$/ }, ({ path }) => {
      return { contents: placed(path), loader: 'ts' };
    });
  },
};

/** @param {string} path */
export function placed(path) {
  const place = JSON.stringify(pathToFileURL(path).href);
  return readFileSync(path, 'utf8').replaceAll('import.meta.url', place);
}

/**
 * Over everything that a bundle is made of, and where.
 * @param {string[]} folders
 */
export function cacheKey(folders) {
  const hash = hashOf(folders.map(textOf).join('\n')).update(root);
  for (const file of ['package.json', 'node_modules/.package-lock.json']) {
    const path = join(root, file);
    hash.update(`\n${file}\n`).update(existsSync(path) ? readFileSync(path) : '');
  }
  return hash.digest('hex').slice(0, 32);
}

function hashOf(text) {
  return createHash('sha256').update(text);
}

/** All of `impl/`, this file with it. */
function implText() {
  return textOf('impl');
}

function textOf(folder) {
  const files = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
  const parts = files
    .filter((file) => /\.[jt]s$/.test(file))
    .sort()
    .map(
      (file) =>
        `${file.replaceAll('\\', '/')}\n${readFileSync(join(root, folder, file), 'utf8')}`,
    );
  return parts.join('\n');
}

/** @param {string} entry */
export function nameOf(entry) {
  return entry.replace(/\.ts$/, '').replaceAll('/', '-');
}
