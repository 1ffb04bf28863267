/** The repository as the weaver reads it: paths from the root, with forward slashes. */

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

// Not import.meta.dirname: VitePress bundles what a data loader imports.
export const root: string = fileURLToPath(new URL('../../', import.meta.url));

/** A build asks the same of the disk for every name of a listing. */
const freshForMs = 300;

/** Remembers an answer for a moment. */
export function forAMoment<T>(ask: () => T): () => T {
  let last: { readonly at: number; readonly answer: T } | undefined;
  return () => {
    const now = performance.now();
    if (last === undefined || now - last.at > freshForMs)
      last = { at: now, answer: ask() };
    return last.answer;
  };
}

interface Remembered {
  readonly mtimeMs: number;
  readonly size: number;
  readonly text: string;
  at: number;
}

const remembered = new Map<string, Remembered>(); // BOUNDED by the files of the repository

export function absolute(path: string): string {
  return join(root, path);
}

/** The file's text; read again only when it has changed on disk. */
export function readText(path: string): string {
  const known = remembered.get(path);
  const now = performance.now();
  if (known !== undefined && now - known.at < freshForMs) return known.text;
  const { mtimeMs, size } = statSync(absolute(path));
  if (known?.mtimeMs === mtimeMs && known.size === size) {
    known.at = now;
    return known.text;
  }
  const text = readFileSync(absolute(path), 'utf8').replaceAll('\r\n', '\n');
  remembered.set(path, { mtimeMs, size, text, at: now });
  return text;
}

/** Changes whenever one of the files does. */
export function stampOf(paths: readonly string[]): string {
  return paths
    .map((path) => {
      const stat = statSync(absolute(path), { throwIfNoEntry: false });
      return `${path} ${stat?.mtimeMs ?? 0} ${stat?.size ?? 0}`;
    })
    .join('\n');
}

const skipped = new Set(['node_modules', '.git', 'public', 'dist', 'cache', '.temp']);

/** Files below `folder` whose name ends in one of `endings`, sorted. */
export function listFiles(folder: string, ...endings: readonly string[]): string[] {
  const found: string[] = [];
  const walk = (at: string): void => {
    let entries;
    try {
      entries = readdirSync(absolute(at), { withFileTypes: true });
    } catch {
      return; // a folder that does not exist holds no files
    }
    for (const entry of entries) {
      const path = `${at}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!skipped.has(entry.name)) walk(path);
      } else if (endings.some((ending) => entry.name.endsWith(ending))) {
        found.push(path);
      }
    }
  };
  walk(folder);
  return found.sort();
}

export const implFiles: () => readonly string[] = forAMoment(() =>
  listFiles('impl', '.ts'),
);
