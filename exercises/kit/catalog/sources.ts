/** Where the files are that the tools read. Node only. */

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Sources {
  /** The folder with package.json. */
  readonly root: string;
  /**
   * The folder of the exercises, from `root`. `PEERWALK_EXERCISES` names another: the
   * kit's own tests do.
   */
  readonly exercises: string;
}

export const repository: Sources = {
  root: findRoot(),
  exercises: process.env['PEERWALK_EXERCISES'] ?? 'exercises',
};

function findRoot(): string {
  // A bundled config file keeps this module's own address, so going up works there too.
  let folder = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const parent = dirname(folder);
    if (isRoot(folder) || parent === folder) return folder;
    folder = parent;
  }
}

function isRoot(folder: string): boolean {
  try {
    const text = readFileSync(join(folder, 'package.json'), 'utf8');
    return text.includes('"name": "peerwalk"');
  } catch {
    return false; // no such file: go on above
  }
}

/** Module id to file: `exercises/07-x/lines.ts` is in the folder of the exercises. */
export function fileOf(sources: Sources, id: string): string {
  const own = /^exercises\/(?!kit\/)(.*)$/.exec(id)?.[1];
  return own === undefined
    ? join(sources.root, id)
    : join(sources.root, sources.exercises, own);
}

/** Text of a file with LF line ends, whatever the checkout has made of them. */
export function readLF(file: string): string {
  return readFileSync(file, 'utf8').replaceAll('\r\n', '\n');
}
