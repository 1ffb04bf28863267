/**
 * Builds the site for the browser tests: under a sub-path, into a folder of its own, with
 * temporary files of its own, so that it never meets another build.
 * Run as `node --import tsx .vitepress/build/test-site.ts OUTDIR BASE`.
 */
import { resolve } from 'node:path';
import { build } from 'vitepress';
import { repoDir } from './pages.ts';

const [outDir, base] = process.argv.slice(2);
if (outDir === undefined || base === undefined)
  throw new Error('needs OUTDIR and BASE');
process.env['PEERWALK_BASE'] = base;

await build(repoDir, {
  outDir: resolve(outDir),
  onAfterConfigResolve(config) {
    config.tempDir = `${resolve(outDir)}.tmp`;
  },
});
