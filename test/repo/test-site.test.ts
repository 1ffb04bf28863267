import { execFileSync } from 'node:child_process';
import { relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inputFiles, repoDir } from '../site/build.ts';

/** Of these paths, the ones that git ignores: what is made, not written. */
function ignored(paths: readonly string[]): string[] {
  const input = paths.join('\n');
  try {
    const options = { cwd: repoDir, input, encoding: 'utf8' } as const;
    return execFileSync('git', ['check-ignore', '--stdin'], options).trim().split('\n');
  } catch {
    return []; // git exits with 1 if it ignores none
  }
}

describe('the build of the site for the tests', () => {
  it('takes nothing for an input that a build makes itself', () => {
    const paths = inputFiles().map((file) => relative(repoDir, file));
    expect(paths.length).toBeGreaterThan(100);
    expect(ignored(paths)).toEqual([]);
  });
});
