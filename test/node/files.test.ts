import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { utf8 } from '../../impl/bytes.ts';
import { Replacement, writeWhole } from '../../impl/node/files.ts';
import { UsageError } from '../../impl/node/usage-error.ts';

const top = mkdtempSync(join(tmpdir(), 'peerwalk-files-'));
afterAll(() => {
  rmSync(top, { recursive: true });
});

let folder = '';
let folders = 0;
beforeEach(() => {
  folder = join(top, String(folders++));
  mkdirSync(folder);
});

describe('writeWhole', () => {
  it('writes a file where none was', () => {
    writeWhole('--export', join(folder, 'new'), 'text');
    expect(readFileSync(join(folder, 'new'), 'utf8')).toBe('text');
    expect(readdirSync(folder)).toEqual(['new']);
  });

  it.each([0o600, 0o640, 0o666])('keeps the mode %o of what it replaces', (mode) => {
    const file = join(folder, 'old');
    writeFileSync(file, 'old');
    chmodSync(file, mode);
    writeWhole('--export', file, 'new');
    expect(statSync(file).mode & 0o7777).toBe(mode);
    expect(readFileSync(file, 'utf8')).toBe('new');
  });

  it('follows links, of which the last leads to a file or to nothing yet', () => {
    mkdirSync(join(folder, 'far'));
    symlinkSync('far/second', join(folder, 'first'));
    symlinkSync('file', join(folder, 'far/second'));
    for (const text of ['one', 'two']) {
      writeWhole('--export', join(folder, 'first'), text);
      expect(readFileSync(join(folder, 'far/file'), 'utf8')).toBe(text);
    }
    for (const link of ['first', 'far/second']) {
      expect(lstatSync(join(folder, link)).isSymbolicLink()).toBe(true);
    }
    expect(lstatSync(join(folder, 'far/file')).isFile()).toBe(true);
  });

  it('leaves a file alone that has the name of a partial one', () => {
    writeFileSync(join(folder, 'chain.partial'), "the user's");
    writeWhole('--export', join(folder, 'chain'), 'text');
    expect(readFileSync(join(folder, 'chain.partial'), 'utf8')).toBe("the user's");
  });
});

describe('Replacement', () => {
  it('shows nothing of itself before it is whole, and nothing at all if it is given up', () => {
    const file = join(folder, 'file');
    writeFileSync(file, 'precious');
    const replacement = new Replacement('--export', file);
    replacement.write(utf8('half'));
    expect(readFileSync(file, 'utf8')).toBe('precious');
    replacement.discard();
    expect(readFileSync(file, 'utf8')).toBe('precious');
    expect(readdirSync(folder)).toEqual(['file']);
  });

  it('is private from its first byte on if what it replaces is', () => {
    const file = join(folder, 'file');
    writeFileSync(file, 'secret', { mode: 0o600 });
    const replacement = new Replacement('--export', file);
    const [partial = ''] = readdirSync(folder).filter((name) => name !== 'file');
    expect(statSync(join(folder, partial)).mode & 0o777).toBe(0o600);
    replacement.discard();
  });

  it('has one line to say when it cannot be written, and leaves nothing behind', () => {
    const replacement = new Replacement('--export', join(folder, 'file'));
    replacement.discard(); // closes it
    expect(() => {
      replacement.write(utf8('text'));
    }).toThrow(UsageError);
    expect(existsSync(join(folder, 'file'))).toBe(false);
  });

  it.each([
    ['no/such/folder/file', /^--export: ENOENT/],
    ['.', /^--export: .* is there and is no file$/],
  ])('refuses %s', (name, message) => {
    expect(() => new Replacement('--export', join(folder, name))).toThrow(message);
  });

  it('refuses a device behind a link, which a rename would replace', () => {
    symlinkSync('/dev/null', join(folder, 'null'));
    expect(() => new Replacement('--export', join(folder, 'null'))).toThrow(
      /is there and is no file$/,
    );
  });
});
