import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { wireSamples, type WireSample } from '../data/wire.ts';

declare const data: Readonly<Record<string, WireSample>>;
export { data };

const repoDir = join(dirname(fileURLToPath(import.meta.url)), '../..');

export default {
  watch: ['../../docs/traces/*.jsonl', '../../impl/**/fields.ts'],
  load(): Readonly<Record<string, WireSample>> {
    return wireSamples(repoDir);
  },
};
