/**
 * Builds the module of `impl/crypto/wasm` and writes it as text: `npm run build:wasm`. The
 * result is committed, so that nobody has to build it to install or to run; a test builds
 * it again and compares.
 */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Where the result stands. */
export const resultFile = 'impl/crypto/wasm-bytes.ts';

/**
 * The text of `resultFile`, built from the sources. The compiler runs as a process of its
 * own: its types would redefine the arrays and strings of every file that imports it.
 */
export function buildWasm(): string {
  const folder = mkdtempSync(join(tmpdir(), 'peerwalk-wasm-'));
  const built = join(folder, 'frame.wasm');
  try {
    const compiler = join(root, 'node_modules/assemblyscript/bin/asc.js');
    const options = ['-O3', '--runtime', 'stub', '--noAssert', '--outFile', built];
    const call = [compiler, 'impl/crypto/wasm/frame.ts', ...options];
    execFileSync(process.execPath, call, { cwd: root, stdio: 'inherit' });
    return sourceOf(readFileSync(built));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function sourceOf(binary: Buffer): string {
  const lines = binary.toString('base64').match(/.{1,84}/g) ?? [];
  return `/** Built from \`impl/crypto/wasm\` by \`npm run build:wasm\`; do not edit. */

export const wasmBase64 =
${lines.map((line) => `  '${line}'`).join(' +\n')};
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(join(root, resultFile), buildWasm());
}
