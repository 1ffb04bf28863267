/**
 * The exercises whose `exercise.ts` is the reader's: it is not what the manifest says that
 * was shipped. It is judged by the tests of its exercise alone; type checker, linter and
 * formatter see the starter in its place, or nothing.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @param {string} root the folder with package.json
 * @returns {{ folder: string, starter: string }[]} `exercises/07-x`, and its starter
 */
export function theirs(root) {
  const home = join(root, 'exercises');
  const { starters } = JSON.parse(readFileSync(join(home, 'manifest.json'), 'utf8'));
  return readdirSync(home).flatMap((name) => {
    const [, exercise, warmUp] = /^(?:(\d\d)|w(\d))-/.exec(name) ?? [];
    const shipped = starters[warmUp === undefined ? `E${exercise}` : `W${warmUp}`];
    const file = join(home, name, 'exercise.ts');
    if (shipped === undefined || !existsSync(file)) return [];
    const text = readFileSync(file, 'utf8').replaceAll('\r\n', '\n');
    const hash = createHash('sha256').update(text).digest('hex');
    if (hash === shipped.hash) return [];
    return [{ folder: `exercises/${name}`, starter: shipped.text }];
  });
}

/**
 * For Prettier's command line: what it leaves alone.
 *
 * @param {string} root the folder with package.json
 * @returns {string[]} `!exercises/07-x/exercise.ts`
 */
export function unformatted(root) {
  return theirs(root).map(({ folder }) => `!${folder}/exercise.ts`);
}
