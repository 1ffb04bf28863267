import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { besideTheFlow } from '../../.vitepress/weave/unshown.ts';
import { coverage, flowFolders, sumOf } from '../../.vitepress/weave/coverage.ts';

/** Percent of the lines that a page shows. It may rise with each chapter, never fall. */
const floors = { 'impl/csp': 34, 'impl/p2p': 47, 'impl/eth': 40 } as const;

describe('coverage', () => {
  it.each(Object.keys(besideTheFlow))('leaves out %s, which exists', (file) => {
    expect(existsSync(file)).toBe(true);
  });

  it.each(flowFolders)('of %s is at least what it was', (folder) => {
    const { shown, total } = sumOf(
      coverage().filter(({ file }) => file.startsWith(`${folder}/`)),
    );
    console.info(`${folder}: ${shown} of ${total} lines are shown by a page`);
    expect((100 * shown) / total).toBeGreaterThanOrEqual(floors[folder]);
  });
});
