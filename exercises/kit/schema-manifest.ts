/**
 * The hashes of the starters as they are shipped, by exercise id. A starter with
 * another hash belongs to the reader, and no gate judges it.
 */

import { InvalidData, readFields, readMap, readText } from './schema.ts';

export interface Manifest {
  readonly version: 1;
  readonly starters: Readonly<Record<string, string>>;
}

export function readManifest(value: unknown, path = 'manifest'): Manifest {
  const fields = readFields(value, path);
  if (fields['version'] !== 1) throw new InvalidData(`${path}.version`, '1 is needed');
  const starters = readMap(fields['starters'], `${path}.starters`, (hash, at) => {
    const text = readText(hash, at, 64);
    if (!/^[0-9a-f]{64}$/.test(text)) throw new InvalidData(at, 'a SHA-256 is needed');
    return text;
  });
  return { version: 1, starters };
}
