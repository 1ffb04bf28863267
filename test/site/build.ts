/**
 * The build of the site that the browser tests look at: under `/codelab/`, in
 * `.vitepress/cache/test-site`, used again while its inputs are the same. For the one visit
 * of `npm test` a part is enough, without the pages of the sources and without types in
 * listings, unless all is there: `npm test` runs this file beside the checks, so that the
 * tests find it ready.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const repoDir = fileURLToPath(new URL('../../', import.meta.url));
const cacheDir = join(repoDir, '.vitepress', 'cache');
const builtDirs = {
  whole: join(cacheDir, 'test-site'),
  visit: join(cacheDir, 'visit-site'),
};
const testBase = '/codelab/';

const inputs = ['.vitepress', 'docs', 'impl', 'exercises', 'test', 'package-lock.json'];
// What a build writes itself, the recorded runs among it, is none.
const notInputs =
  /(?:^|[\\/])(?:cache|dist|\.temp|source|traces|node_modules)(?:[\\/]|$)|worker\.js$/;

function filesUnder(path: string): string[] {
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [path];
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((entry) => !notInputs.test(entry))
    .map((entry) => join(path, entry))
    .filter((entry) => statSync(entry, { throwIfNoEntry: false })?.isFile() === true);
}

/** The files that a build is made of. */
export function inputFiles(): string[] {
  return inputs.flatMap((input) => filesUnder(join(repoDir, input)).sort());
}

function inputsHash(): string {
  const hash = createHash('sha256');
  for (const file of inputFiles()) {
    const { mtimeMs, size } = statSync(file);
    hash.update(`${file} ${mtimeMs} ${size}\n`);
  }
  return hash.digest('hex');
}

export type Build = keyof typeof builtDirs;

/** Records the runs that pages show, if they are not there yet, and builds the site. */
async function runBuild(build: Build): Promise<void> {
  await runScript('record.js', {});
  const env = build === 'visit' ? { PEERWALK_PART: 'visit' } : {};
  await runScript('test-site.mjs', env, builtDirs[build], testBase);
}

async function runScript(
  name: string,
  env: NodeJS.ProcessEnv,
  ...args: readonly string[]
): Promise<void> {
  const script = join(repoDir, '.vitepress', 'build', name);
  const child = spawn(process.execPath, [script, ...args], {
    cwd: repoDir,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_ENV: 'production', ...env },
  });
  let output = '';
  child.stdout.on('data', (data: Buffer) => (output += data.toString()));
  child.stderr.on('data', (data: Buffer) => (output += data.toString()));
  const code = await new Promise<number | null>((done) => child.on('close', done));
  if (code !== 0) throw new Error(`${name} failed:\n${output.slice(-4000)}`);
}

/** Gives the folder of the build, made anew if an input has changed. */
export async function ensureBuilt(build: Build = 'whole'): Promise<string> {
  const hash = inputsHash();
  const isFresh = (dir: string): boolean => {
    const stamp = join(dir, '.inputs');
    return existsSync(stamp) && readFileSync(stamp, 'utf8') === hash;
  };
  if (isFresh(builtDirs.whole)) return builtDirs.whole;
  const dir = builtDirs[build];
  if (isFresh(dir)) return dir;
  await mkdir(cacheDir, { recursive: true });
  await rm(dir, { recursive: true, force: true });
  await runBuild(build);
  await writeFile(join(dir, '.inputs'), hash);
  return dir;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await ensureBuilt(process.argv[2] === 'visit' ? 'visit' : 'whole');
}
