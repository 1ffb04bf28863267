/**
 * The starters as they are shipped, by exercise id: their texts, so that any of them can
 * be brought back, and their hashes. A file with another hash belongs to the reader, and
 * no gate judges it.
 */

import { InvalidData, readFields, readMap, readText } from './schema.ts';

export interface Starter {
  /** SHA-256 of the text, in lower-case hex. */
  readonly hash: string;
  /** With LF line ends. */
  readonly text: string;
}

export interface Manifest {
  readonly version: 1;
  readonly starters: Readonly<Record<string, Starter>>;
}

export const emptyManifest: Manifest = { version: 1, starters: {} };

/** @throws {InvalidData} the value is no manifest */
export function readManifest(value: unknown, path = 'manifest'): Manifest {
  const fields = readFields(value, path);
  if (fields['version'] !== 1) throw new InvalidData(`${path}.version`, '1 is needed');
  const starters = readMap(fields['starters'], `${path}.starters`, (item, at) => {
    const starter = readFields(item, at);
    const hash = readText(starter['hash'], `${at}.hash`, 64);
    if (!/^[0-9a-f]{64}$/.test(hash)) throw new InvalidData(at, 'a SHA-256 is needed');
    return { hash, text: readText(starter['text'], `${at}.text`) };
  });
  return { version: 1, starters };
}
