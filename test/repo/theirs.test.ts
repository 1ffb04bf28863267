import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256 } from '#kit/catalog/catalog.ts';
import { theirs, unformatted } from '../../.ci/theirs.mjs';

describe('theirs', () => {
  const starter = 'export const a = 1;\n';
  let root: string;

  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'peerwalk-theirs-'));
    const write = (name: string, text: string): void => {
      mkdirSync(join(root, 'exercises', name), { recursive: true });
      writeFileSync(join(root, 'exercises', name, 'exercise.ts'), text);
    };
    const entry = { hash: sha256(starter), text: starter };
    const starters = { E01: entry, E02: entry, E03: entry, E05: entry, W1: entry };
    mkdirSync(join(root, 'exercises'));
    writeFileSync(
      join(root, 'exercises/manifest.json'),
      JSON.stringify({ version: 1, starters }),
    );
    write('01-as-shipped', starter);
    write('02-as-git-wrote-it', starter.replaceAll('\n', '\r\n'));
    write('03-solved', 'export const a=2');
    write('04-new', 'export const b = 1;\n');
    write('w1-solved', 'export const a = 3;\n');
    write('w2-new', 'export const b = 1');
    write('kit', 'export const c = 1;\n');
  });
  afterAll(() => {
    rmSync(root, { recursive: true });
  });

  it('are the exercises that a reader has changed, with their starters', () => {
    expect(theirs(root)).toEqual([
      { folder: 'exercises/03-solved', starter },
      { folder: 'exercises/w1-solved', starter },
    ]);
  });

  it('are left alone by the formatter, in the check and when it writes', () => {
    const prettier = join(
      import.meta.dirname,
      '../../node_modules/prettier/bin/prettier.cjs',
    );
    const args = [
      prettier,
      '--list-different',
      '--end-of-line=auto',
      '.',
      ...unformatted(root),
    ];
    const { stdout } = spawnSync(process.execPath, args, {
      cwd: root,
      encoding: 'utf8',
    });
    expect(stdout.split('\n').filter((line) => line.endsWith('.ts'))).toEqual([
      'exercises/w2-new/exercise.ts',
    ]);
    const check = readFileSync(
      join(import.meta.dirname, '../../.ci/check.mjs'),
      'utf8',
    );
    const runs = check.match(/`prettier .*`/g) ?? [];
    expect(runs).toHaveLength(2);
    for (const run of runs) expect(run).toContain('${files}');
    const scripts = readFileSync(
      join(import.meta.dirname, '../../package.json'),
      'utf8',
    );
    expect(scripts).not.toContain('prettier --write');
  });
});
