/**
 * Builds the site for the browser tests: under a sub-path, into a folder of its own, with
 * temporary files of its own, so that it never meets another build.
 * Run as `node .vitepress/build/test-site.mjs OUTDIR BASE`. Plain JavaScript, because a
 * TypeScript loader in the process gives the rendered pages a second copy of Vue.
 */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vitepress';

const [outDir, base] = process.argv.slice(2);
if (outDir === undefined || base === undefined)
  throw new Error('needs OUTDIR and BASE');
process.env.PEERWALK_BASE = base;

await build(fileURLToPath(new URL('../../', import.meta.url)), {
  outDir: resolve(outDir),
  onAfterConfigResolve(config) {
    config.tempDir = `${resolve(outDir)}.tmp`;
  },
});
