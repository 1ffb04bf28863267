/**
 * The worker's script as text, kept in `node_modules/.cache` under a hash of all that goes
 * into it: to make it takes longer than to run the tests. Node only.
 */

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCatalog, type LeftOut } from '../catalog/catalog.ts';
import type { Sources } from '../catalog/sources.ts';
import { keep, keptFile, textOf } from './kept.ts';
import { buildWorkerScript } from './script.ts';

/**
 * The whole script; made anew if a file that it depends on is another.
 *
 * @param leftOut is told of exercises that are not in order; such a script is not kept
 */
export async function keptWorkerScript(
  sources: Sources,
  leftOut?: LeftOut,
): Promise<string> {
  const file = scriptFile(sources);
  const known = textOf(file);
  if (known !== undefined) return known;
  const missing: string[] = []; // BOUNDED by the exercises
  const { text } = await buildWorkerScript(
    sources,
    'whole',
    leftOut &&
      ((id, why) => {
        missing.push(id);
        leftOut(id, why);
      }),
  );
  if (missing.length === 0) keep(file, text);
  return text;
}

/** Where the script is kept that these files make. */
export function scriptFile(sources: Sources): string {
  return keptFile(sources.root, `worker-${scriptKey(sources)}.js`);
}

/** Over the code of the node and of the kit, and the exercises but for readers' answers. */
export function scriptKey(sources: Sources): string {
  const { root, exercises } = sources;
  const hash = createHash('sha256').update(`${root}\n${exercises}`);
  const add = (folder: string): void => {
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    const code = files.filter((file) => file.endsWith('.ts') && file !== 'exercise.ts');
    for (const file of code.sort()) {
      hash.update(`\n${folder} ${file}\n`).update(readFileSync(join(folder, file)));
    }
  };
  add(join(root, 'impl'));
  add(join(root, 'exercises/kit'));
  for (const exercise of readCatalog(sources, () => undefined)) {
    hash.update(`\n${JSON.stringify({ ...exercise, written: '' })}\n`);
    add(exercise.path);
  }
  for (const file of ['package.json', 'node_modules/.package-lock.json']) {
    hash.update(`\n${file}\n`).update(textOf(join(root, file)) ?? '');
  }
  return hash.digest('hex').slice(0, 32);
}
