/** The form that the chapters of the walk share. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repoDir } from '../../.vitepress/build/pages.ts';
import { listRegion } from '../../.vitepress/weave/regions.ts';
import { readText } from '../../.vitepress/weave/repo.ts';
import { regionsOf, siteIndex, type Shown } from '../../.vitepress/weave/site-index.ts';

const guide = join(repoDir, 'docs/guide');
const chapters = readdirSync(guide).filter((name) => /^\d\d-.*\.md$/.test(name));

function textOf(chapter: string): string {
  return readFileSync(join(guide, chapter), 'utf8');
}

function shownBy(chapter: string): readonly Shown[] {
  return siteIndex().shown.filter(({ page }) => page.path === `docs/guide/${chapter}`);
}

/** What a listing says above its steps. */
function labelsOf({ file, region }: Shown): string[] {
  const found = regionsOf(file).find(({ name }) => name === region);
  if (found === undefined) return [];
  return listRegion(readText(file), found).rows.flatMap(({ subgoal }) => subgoal ?? []);
}

describe.each(chapters)('%s', (chapter) => {
  const text = textOf(chapter);

  it('begins with three questions about what came before', () => {
    const [, front = ''] = text.split('---\n');
    const [, recall = ''] = /^retrieval:\n((?: .*\n)+)/m.exec(front) ?? [];
    expect(recall.match(/^ {2}- question: /gm)).toHaveLength(3);
    expect(text).toContain('<Recall />');
  });

  it('plays a trace', () => {
    expect(text).toContain('<TracePlayer src="');
  });

  it('has a listing whose steps have labels', () => {
    expect(shownBy(chapter).flatMap(labelsOf)).not.toEqual([]);
  });

  it('sends the reader to exercises', () => {
    const [, now = ''] = text.split('\n## Now you\n');
    expect(now.split('\n:::')[0]).toMatch(/\]\(\/exercises\/\d\d-/);
  });

  it('tells of geth today, and has notes for teachers', () => {
    expect(text).toMatch(/^::: geth /m);
    expect(text).toMatch(/^::: teacher /m);
  });
});
