/** What an exercise says of its solution, once it is shown. Node only. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Exercise } from './catalog.ts';
import { readLF } from './sources.ts';

/** The paragraphs of `why.md`, if there is one. */
export function whyOf({ path }: Pick<Exercise, 'path'>): readonly string[] {
  const file = join(path, 'why.md');
  const text = existsSync(file) ? readLF(file) : '';
  return text
    .split(/\n{2,}/)
    .map((paragraph) => paragraph.replaceAll(/\s+/g, ' ').trim())
    .filter((paragraph) => paragraph !== '');
}
