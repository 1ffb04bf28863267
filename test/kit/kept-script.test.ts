/** The script that `learn` and `grade` keep, over a copy of the samples. */

import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sources } from '#kit/catalog/sources.ts';
import { keptWorkerScript, scriptFile } from '#kit/script/kept-script.ts';
import { buildWorkerScript } from '#kit/script/script.ts';
import { fixtures } from './sources.ts';

const { root } = fixtures;
let home: string;
let sources: Sources;
const made = new Set<string>(); // BOUNDED by the edits

/** The script as it is kept now; from here on another text stands in its place. */
async function replaced(): Promise<string> {
  const text = await keptWorkerScript(sources);
  const file = scriptFile(sources);
  made.add(file);
  writeFileSync(file, 'kept');
  return text;
}

beforeAll(() => {
  mkdirSync(join(root, 'node_modules/.cache'), { recursive: true });
  home = mkdtempSync(join(root, 'node_modules/.cache/peerwalk-kept-'));
  cpSync(join(root, fixtures.exercises), home, { recursive: true });
  sources = { root, exercises: relative(root, home) };
});
afterAll(() => {
  rmSync(home, { recursive: true });
  for (const file of made) rmSync(file, { force: true });
});

describe('keptWorkerScript', () => {
  it('is the script that is built, and is kept while a reader writes', async () => {
    expect(await replaced()).toBe((await buildWorkerScript(sources)).text);
    appendFileSync(join(home, '01-echo/exercise.ts'), '// mine\n');
    expect(await keptWorkerScript(sources)).toBe('kept');
  });

  it.each(['exercise.test.ts', 'plug.ts', 'README.md', 'solution.ts'])(
    'is made anew when %s is another',
    async (name) => {
      await replaced();
      expect(await keptWorkerScript(sources)).toBe('kept');
      appendFileSync(join(home, '01-echo', name), '\n');
      const built = (await buildWorkerScript(sources)).text;
      expect(await replaced()).toBe(built);
    },
  );
});
