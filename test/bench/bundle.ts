/**
 * Makes plain JavaScript of the bench's processes, in a temporary folder. What is
 * measured is then what Node runs: `tsx` keeps the names of functions with a call around
 * every closure, which a fast path notices.
 */

import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const repoDir = join(here, '../..');

/** CommonJS packages inside the bundle ask for `require`. */
const banner = `import { createRequire as makeRequire } from 'node:module';
const require = makeRequire(import.meta.url);`;

export interface Bundle {
  /** What to fork. */
  readonly file: string;
  readonly remove: () => void;
}

export async function bundle(): Promise<Bundle> {
  const outdir = mkdtempSync(join(tmpdir(), 'peerwalk-bench-'));
  // For packages that bring a native file, and look for it beside themselves.
  symlinkSync(join(repoDir, 'node_modules'), join(outdir, 'node_modules'));
  const remove = (): void => {
    rmSync(outdir, { recursive: true, force: true });
  };
  try {
    await build({
      absWorkingDir: repoDir, // files are named from here
      entryPoints: [join(here, 'child.ts')],
      outdir,
      outExtension: { '.js': '.mjs' },
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      banner: { js: banner },
      logLevel: 'error',
    });
  } catch (error) {
    remove();
    throw error;
  }
  return { file: join(outdir, 'child.mjs'), remove };
}
