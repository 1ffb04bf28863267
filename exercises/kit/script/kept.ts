/** Texts that take long to make, kept in `node_modules/.cache` by a name. Node only. */

import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

const dayMs = 86_400_000;

/** @param name begins with what it is, up to a `-`, and ends with a hash of its inputs */
export function keptFile(root: string, name: string): string {
  return join(root, 'node_modules/.cache/peerwalk', name);
}

export function keep(file: string, text: string): void {
  const cache = dirname(file);
  try {
    mkdirSync(cache, { recursive: true });
    removeOld(cache, /^.*?-/.exec(file.slice(cache.length + 1))?.[0] ?? '');
    // Renamed when it is whole: another process finds all of it or nothing.
    const part = `${file}.${process.pid}`;
    writeFileSync(part, text);
    renameSync(part, file);
  } catch {
    // Nowhere to keep it: the next start makes it again.
  }
}

export function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined; // it is not there
  }
}

/** What another process may be about to read stays for a day. */
function removeOld(cache: string, kind: string): void {
  for (const name of readdirSync(cache)) {
    if (kind === '' || !name.startsWith(kind)) continue;
    const path = join(cache, name);
    const made = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (Date.now() - made > dayMs) rmSync(path, { force: true });
  }
}
