import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ESLint } from 'eslint';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256 } from '#kit/catalog/catalog.ts';
import { theirs, unformatted } from '../../.ci/theirs.mjs';

const repo = join(import.meta.dirname, '../..');

/** Gives a folder our checks, as they are, and what they load. */
function bringChecks(root: string): void {
  const own = [
    '.ci/theirs.mjs',
    '.ci/tsc.mjs',
    'eslint.config.js',
    'package.json',
    'tsconfig.json',
  ];
  for (const file of own) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    copyFileSync(join(repo, file), join(root, file));
  }
  mkdirSync(join(root, 'node_modules'));
  // Each by itself: what a check keeps beside them for the next time is not ours.
  for (const name of ['@types', 'typescript', 'typescript-eslint']) {
    const target = join(repo, 'node_modules', name);
    symlinkSync(target, join(root, 'node_modules', name), 'junction');
  }
}

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

  it('are left alone by the linter, with the tests that call them', async () => {
    bringChecks(root);
    const linter = new ESLint({ cwd: root });
    const ignored: string[] = [];
    for (const name of ['01-as-shipped', '03-solved', 'w1-solved']) {
      for (const file of ['exercise.ts', 'exercise.test.ts', 'solution.ts']) {
        const path = `exercises/${name}/${file}`;
        if (await linter.isPathIgnored(join(root, path))) ignored.push(path);
      }
    }
    expect(ignored).toEqual([
      'exercises/03-solved/exercise.ts',
      'exercises/03-solved/exercise.test.ts',
      'exercises/w1-solved/exercise.ts',
      'exercises/w1-solved/exercise.test.ts',
    ]);
  });

  it('are starters to the type checker', () => {
    const wrong = 'export const a: number = "two";\n';
    const files = ['03-solved/exercise.ts', '04-new/exercise.ts'];
    for (const file of files) writeFileSync(join(root, 'exercises', file), wrong);
    writeFileSync(
      join(root, 'exercises/03-solved/exercise.test.ts'),
      'import { a } from "./exercise.ts";\nexport const b: string = a;\n',
    );
    const tsc = join(root, '.ci/tsc.mjs');
    const { stdout } = spawnSync(process.execPath, [tsc], {
      cwd: root,
      encoding: 'utf8',
    });
    // What no manifest knows is ours, and so are the tests, which see what was shipped.
    expect(stdout.match(/^[^(\n]*\(\d+,\d+\)/gm)).toEqual([
      'exercises/03-solved/exercise.test.ts(2,14)',
      'exercises/04-new/exercise.ts(1,14)',
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
