/**
 * Writes `exercises/manifest.json` from the starters that are there now. For authors:
 * run it after a starter has changed, never with a solved exercise in the tree.
 *
 *     node --import tsx exercises/kit/catalog/manifest.ts
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readCatalog, sha256, type Exercise } from './catalog.ts';
import type { Manifest } from '../formats/schema-manifest.ts';
import { repository } from './sources.ts';

export function manifestOf(exercises: readonly Exercise[]): Manifest {
  const starters = exercises.map(({ facts, written }) => [
    facts.id,
    { hash: sha256(written), text: written },
  ]);
  return { version: 1, starters: Object.fromEntries(starters) as Manifest['starters'] };
}

/** Whether the reader has changed the file. An exercise without an entry is new. */
export function isPristine(exercise: Exercise, manifest: Manifest): boolean {
  const shipped = manifest.starters[exercise.facts.id];
  return shipped === undefined || shipped.hash === sha256(exercise.written);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const file = join(repository.root, repository.exercises, 'manifest.json');
  const manifest = manifestOf(readCatalog(repository));
  writeFileSync(file, JSON.stringify(manifest, undefined, 2) + '\n');
  console.log(`${file}: ${Object.keys(manifest.starters).length} starters`);
}
