/** The form that the chapters of the walk share, and that each answer has a run behind it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { repoDir } from '../../.vitepress/build/pages.ts';
import { lanes } from '../../.vitepress/data/lanes.ts';
import { findPeerPicture } from '../../.vitepress/data/peer-picture.ts';
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

/** The ids of a page's predictions, and the scenario whose run decides, if one does. */
function predictionsOf(text: string): { id: string; outcome: string | undefined }[] {
  const [, front = ''] = text.split('---\n');
  const [, list = ''] = front.split('\npredictions:\n');
  return list
    .split(/^ {2}- id: /m)
    .slice(1)
    .map((block) => ({
      id: /^[\w-]+/.exec(block)?.[0] ?? '',
      outcome: /^ {4}outcome: (\S+)$/m.exec(block)?.[1],
    }));
}

function banksOf(text: string): string[] {
  return Array.from(text.matchAll(/<PredictBank of="([\w-]+)"/g), ([, of = '']) => of);
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

  it('has situations to guess, at least three', () => {
    const banks = banksOf(text);
    expect(banks).toHaveLength(1);
    const items = predictionsOf(text).filter(({ id }) => id.startsWith(`${banks[0]}-`));
    expect(items.length).toBeGreaterThanOrEqual(3);
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

describe('the picture of one peer', () => {
  let names: readonly string[];
  beforeAll(async () => {
    const { channels } = await findPeerPicture();
    names = [...lanes, ...channels.map(({ name }) => name), 'closed', 'line'];
  }, 60_000);

  it.each(chapters)('stands in %s, with a part of it lit', (chapter) => {
    const pictures = textOf(chapter).matchAll(/<PeerPicture(?: lit="([^"]*)")? \/>/g);
    const lit = Array.from(pictures, ([, words = '']) => words.split(' '));
    expect(lit).toHaveLength(1);
    for (const name of lit.flat()) expect(names).toContain(name);
  });
});

describe('an answer in a bank', () => {
  // The choices of chapter 5 say what becomes of a peer, not what a remote hears.
  const judgedByTests = { 'c5-bank': 'new-peer.test.ts' } as const;

  it.each(chapters)('has a run that decides, in %s', (chapter) => {
    const text = textOf(chapter);
    for (const bank of banksOf(text)) {
      const items = predictionsOf(text).filter(({ id }) => id.startsWith(`${bank}-`));
      const open = items.filter(({ outcome }) => outcome === undefined);
      const test = Object.entries(judgedByTests).find(([of]) => of === bank)?.[1];
      const judged = test === undefined ? '' : readText(`test/site-model/${test}`);
      expect(open.filter(({ id }) => !judged.includes(`rightChoice('${id}')`))).toEqual(
        [],
      );
    }
  });
});
