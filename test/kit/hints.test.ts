/**
 * Where hints send a reader: never in a circle, never to what is held back. And what a
 * task asks for is called as the button is that does it.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCatalog } from '../../exercises/kit/catalog/catalog.ts';
import { repository } from '../../exercises/kit/catalog/sources.ts';
import { writeAnswers } from '../../exercises/kit/formats/answer-text.ts';
import { hintTitles } from '../../exercises/kit/page/page-data.ts';
import { items } from '../../exercises/13-predict/items.ts';

const guide = join(repository.root, 'docs', 'guide');
const catalog = readCatalog(repository);

interface Section {
  /** `/guide/01-the-whole-connection#handle-the-sorting-office` */
  readonly address: string;
  readonly held: boolean;
}

function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s-]/gu, '')
    .trim()
    .replaceAll(/\s+/g, '-');
}

/** The sections of the chapters, and whether a listing in one is held back. */
const sections: readonly Section[] = readdirSync(guide)
  .filter((name) => /^\d\d-.*\.md$/.test(name))
  .flatMap((name) => {
    const parts = readFileSync(join(guide, name), 'utf8').split(/^#{2,4} (.+)$/m);
    return parts.flatMap((heading, index) =>
      index % 2 === 0
        ? []
        : {
            address: `/guide/${name.slice(0, -'.md'.length)}#${slug(heading)}`,
            // A listing that stands before the one held back, or after, can be read.
            held:
              parts[index + 1]?.includes('<TryFirst') === true &&
              !(parts[index + 1] ?? '')
                .replaceAll(/<TryFirst[\s\S]*?<\/TryFirst>/g, '')
                .includes('<<<'),
          },
    );
  });

/** The function of an exercise, as a hint would name it. */
function functionOf(id: string): string | undefined {
  const solution = catalog.find(({ facts }) => facts.id === id)?.solution ?? '';
  return /^export (?:async )?function (\w+)/m.exec(solution)?.[1];
}

describe('hints.md', () => {
  it.each(catalog.map(({ facts, path }) => [facts.id, facts.type, path] as const))(
    'of %s has the titles of the page: the last one of %s promises what is asked for',
    (_, type, path) => {
      const text = readFileSync(join(path, 'hints.md'), 'utf8');
      const titles = Array.from(text.matchAll(/^## (.*)$/gm), ([, title]) => title);
      expect(titles).toEqual(hintTitles(type));
      const writes = ['fill', 'write', 'fix', 'attack'].includes(type);
      expect(titles.at(-1) === 'Almost the code').toBe(writes);
    },
  );
});

describe('splitHints', () => {
  it.each(catalog.map(({ facts: { id }, hints }) => [id, hints.join('\n')]))(
    'sends no reader of %s to a listing that is held back',
    (_, hints) => {
      const links = Array.from(hints.matchAll(/\]\(([^)]+)\)/g), ([, to]) => to);
      const known = sections.filter(({ address }) => links.includes(address));
      expect(links.filter((to) => to?.startsWith('/guide/'))).toHaveLength(
        known.length,
      );
      expect(known.filter(({ held }) => held)).toEqual([]);
      // "The chapter shows it" without a link would be a way around this test.
      expect(hints.replaceAll(/\[[^\]]*\]\([^)]*\)/g, '')).not.toMatch(/\bchapter\b/i);
    },
  );

  it('sends nobody in a circle', () => {
    const next = (id: string): string[] => {
      const hints =
        catalog.find(({ facts }) => facts.id === id)?.hints.join('\n') ?? '';
      return catalog
        .map(({ facts }) => facts.id)
        .filter((other) => {
          const name = functionOf(other);
          return other !== id && name !== undefined && hints.includes(`\`${name}\``);
        });
    };
    const reached = (id: string, seen: readonly string[] = []): readonly string[] =>
      next(id).reduce(
        (all, other) => (all.includes(other) ? all : reached(other, [...all, other])),
        seen,
      );
    const circles = catalog
      .map(({ facts }) => facts.id)
      .filter((id) => reached(id).includes(id));
    expect(circles).toEqual([]);
  });
});

describe('writeAnswers', () => {
  it('writes the starter of E13 when there is no answer yet', () => {
    const starter = catalog.find(({ facts }) => facts.id === 'E13')?.starter;
    expect(starter).toBe(writeAnswers(items, {}));
  });
});

describe('a task', () => {
  it.each(catalog.map(({ facts: { id }, task }) => [id, task]))(
    'of %s has its answer run by the tests, not checked',
    (_, task) => {
      // “Run the tests” is what the button says, and the terminal.
      expect(task).not.toMatch(/\b(?:then|you|may|to) check\b/i);
    },
  );
});
