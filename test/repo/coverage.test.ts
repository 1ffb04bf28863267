import { describe, expect, it } from 'vitest';
import { coverage, flowFolders, sumOf } from '../../.vitepress/weave/coverage.ts';

describe('coverage', () => {
  it('counts each file of the flow, and no line more than it has', () => {
    const rows = coverage();
    for (const folder of flowFolders) {
      const inFolder = rows.filter(({ file }) => file.startsWith(folder));
      const { shown, total } = sumOf(inFolder);
      expect(total, folder).toBeGreaterThan(0);
      expect(shown, folder).toBeLessThanOrEqual(total);
      console.info(`${folder}: ${shown} of ${total} lines are shown by a page`);
    }
  });
});
