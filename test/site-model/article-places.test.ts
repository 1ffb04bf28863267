/** E10: the line that decides a sentence stands in the place that is right, and in no other. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  places,
  sentences,
  type Region,
} from '../../exercises/10-debug-the-article/items.ts';
import { repoDir } from '../../.vitepress/build/pages.ts';

function textOf(region: Region): string {
  const place = places.find((one) => one.region === region);
  const file = readFileSync(join(repoDir, 'impl', place?.file ?? ''), 'utf8');
  const [, after] = file.split(`// #region ${region}\n`);
  const text = after?.split(`// #endregion ${region}\n`)[0];
  if (text === undefined) throw new Error(`no region ${region}`);
  return text;
}

describe('the places of “Debug the article”', () => {
  it.each(places.map(({ region, name }) => [name, region] as const))(
    'has %s where it says',
    (_name, region) => {
      expect(textOf(region).trim()).not.toBe('');
    },
  );

  it.each(sentences.map((sentence) => [sentence.says, sentence] as const))(
    'decides “%s” in one of the places on offer',
    (_says, { proof, others }) => {
      const holders = [proof.region, ...others].filter((region) =>
        textOf(region).includes(proof.holds),
      );
      expect(holders).toEqual([proof.region]);
    },
  );

  it('offers each place somewhere, and the task says where to find it', () => {
    const offered = new Set(
      sentences.flatMap(({ proof, others }) => [proof.region, ...others]),
    );
    expect(
      places.filter(({ region }) => !offered.has(region)).map(({ name }) => name),
    ).toEqual([]);
    const task = readFileSync(
      join(repoDir, 'exercises/10-debug-the-article/README.md'),
      'utf8',
    );
    const named = places
      .filter(({ name }) => name !== 'the run of eth')
      .map(({ name }) => `\`${name.replace(/^the (?:constructor|run) of /, '')}\``);
    expect(named.filter((name) => !task.includes(name))).toEqual([]);
  });
});
