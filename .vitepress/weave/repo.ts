/** The repository as the weaver reads it: paths from the root, with forward slashes. */

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const root: string = resolve(import.meta.dirname, '../..');

interface Remembered {
  readonly mtimeMs: number;
  readonly size: number;
  readonly text: string;
}

const remembered = new Map<string, Remembered>(); // BOUNDED by the files of the repository

export function absolute(path: string): string {
  return join(root, path);
}

/** The file's text; read again only when it has changed on disk. */
export function readText(path: string): string {
  const { mtimeMs, size } = statSync(absolute(path));
  const known = remembered.get(path);
  if (known?.mtimeMs === mtimeMs && known.size === size) return known.text;
  const text = readFileSync(absolute(path), 'utf8').replaceAll('\r\n', '\n');
  remembered.set(path, { mtimeMs, size, text });
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

export function implFiles(): string[] {
  return listFiles('impl', '.ts');
}
