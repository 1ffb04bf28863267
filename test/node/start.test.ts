/** How the command starts: in copies of the checkout, so that files can be edited. */

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { instrument } from '#kit/trace/instrument.ts';
import { markNames } from '#kit/trace/mark-names.ts';

const repository = fileURLToPath(new URL('../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'peerwalk-start-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

interface Ended {
  readonly code: unknown;
  readonly stdout: string;
  readonly stderr: string;
}

function run(command: string, args: readonly string[], cwd: string): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(command, args, { cwd }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : error.code, stdout, stderr });
    });
  });
}

/** `--help` of the checkout at `root`, asked for from a folder that is not in it. */
function help(root: string): Promise<Ended> {
  return run(process.execPath, [join(root, 'impl/node/bin.js'), '--help'], folder);
}

/** A checkout with its own cache; the packages are this one's. */
function checkout(name: string): string {
  const root = join(folder, name);
  mkdirSync(join(root, 'node_modules'), { recursive: true });
  for (const part of ['impl', 'package.json', 'tsconfig.json'])
    cpSync(join(repository, part), join(root, part), { recursive: true });
  link(
    root,
    readdirSync(join(repository, 'node_modules')).filter((one) => one !== '.cache'),
  );
  return root;
}

function link(root: string, packages: readonly string[]): void {
  for (const one of packages) {
    const from = join(repository, 'node_modules', one);
    symlinkSync(from, join(root, 'node_modules', one));
  }
}

function bundles(root: string): string[] {
  return readdirSync(join(root, 'node_modules/.cache/peerwalk'));
}

function edit(root: string, from: string, to: string): void {
  const file = join(root, 'impl/node/options.ts');
  const text = readFileSync(file, 'utf8');
  expect(text).toContain(from);
  writeFileSync(file, text.replace(from, to));
}

const usage = /^Usage: npm run -s node/;

describe('a checkout, started', { timeout: 60_000 }, () => {
  it('runs at its first start, when two processes start at once', async () => {
    const root = checkout('two');
    const both = await Promise.all([help(root), help(root)]);
    for (const { code, stdout, stderr } of both) {
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).toMatch(usage);
    }
    expect(bundles(root)).toEqual([expect.stringMatching(/^impl-node-main-\w+\.mjs$/)]);
  });

  it('runs the files as they are after an edit, and names their lines', async () => {
    const root = checkout('edited');
    expect((await help(root)).stdout).toMatch(usage);
    edit(root, 'Usage: npm run -s node', 'Usage, edited');
    expect((await help(root)).stdout).toMatch(/^Usage, edited/);
    expect(bundles(root)).toHaveLength(2);

    edit(
      root,
      'export const usage',
      "\nthrow new Error('on purpose');\nexport const usage",
    );
    const { code, stderr } = await help(root);
    const text = readFileSync(join(root, 'impl/node/options.ts'), 'utf8');
    const line = text.split('\n').findIndex((one) => one.startsWith('throw')) + 1;
    expect(code).toBe(1);
    expect(stderr).toContain(`impl/node/options.ts:${line}`);
  });

  it('is made anew when its bundle goes between the look and the load', async () => {
    const root = checkout('gone');
    const script = `
      import { rmSync } from 'node:fs';
      import { kept, runKept } from ${JSON.stringify(join(root, 'impl/node/run.js'))};
      const make = async () => "console.log('it runs');";
      const file = await kept('gone', 'key', make);
      const running = runKept('gone', 'key', make); // it has looked by now
      rmSync(file);
      console.log(await running);`;
    const args = ['--input-type=module', '-e', script];
    expect(await run(process.execPath, args, folder)).toEqual({
      code: 0,
      stdout: 'it runs\ntrue\n',
      stderr: '',
    });
  });

  it('runs where no bundle can be kept', async () => {
    const root = checkout('read-only');
    writeFileSync(join(root, 'node_modules/.cache'), '');
    const { code, stdout, stderr } = await help(root);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(usage);
  });
});

describe('the demo, started', { timeout: 60_000 }, () => {
  it('finds its chain from any folder', async () => {
    const demo = join(repository, 'exercises/kit/terminal/demo.js');
    const { code, stdout, stderr } = await run(process.execPath, [demo], folder);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/has 63 blocks[\s\S]*stopped/);
  });

  it('ends when nobody reads on', async () => {
    const args = [join(repository, 'exercises/kit/terminal/demo.js')];
    const child = spawn(process.execPath, args, { cwd: folder });
    child.stdout.destroy();
    const stderr = text(child.stderr);
    const [code] = (await once(child, 'close')) as [number | null];
    expect([code, await stderr]).toEqual([0, '']);
  });
});

describe('the package, installed', { timeout: 60_000 }, () => {
  const user = join(folder, 'user');
  const installed = join(user, 'node_modules/peerwalk');

  beforeAll(async () => {
    const root = checkout('packed');
    mkdirSync(installed, { recursive: true });
    const { code, stdout, stderr } = await run('npm', ['pack', '--silent'], root);
    expect([code, stderr]).toEqual([0, '']);
    const file = join(root, stdout.trim());
    await run('tar', ['-xzf', file, '-C', installed, '--strip-components=1'], folder);
    const text = readFileSync(join(repository, 'package.json'), 'utf8');
    const { dependencies } = JSON.parse(text) as { dependencies: object }; // npm's own file
    const scopes = Object.keys(dependencies).map((name) => name.split('/')[0] ?? '');
    link(user, [...new Set(scopes)]);
  }, 60_000);

  it('runs with its dependencies alone, and keeps nothing', async () => {
    const { code, stdout, stderr } = await help(installed);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(usage);
    expect(readdirSync(installed)).toEqual(['dist', 'impl', 'package.json']);
  });

  it('has no marks of source lines in it: only what is recorded has them', () => {
    const names = readdirSync(join(installed, 'dist'), { recursive: true }).map(String);
    const bundles = names.filter((name) => name.endsWith('.js'));
    expect(bundles).not.toEqual([]);
    const { at } = markNames;
    const marked = instrument('export async function f() { await g(); }', {
      sourceType: 'module',
    });
    expect(marked).toContain(at); // so that is what a mark looks like
    for (const name of bundles) {
      const bundle = readFileSync(join(installed, 'dist', name), 'utf8');
      expect(bundle.includes(at), name).toBe(false);
    }
  });

  it('does not run its bundle for files that are others by now', async () => {
    edit(installed, 'Usage: npm run -s node', 'Usage, edited');
    expect(await help(installed)).toMatchObject({ code: 1, stdout: '' });
  });
});
