/** What `s` in a terminal, and the page, say of a solution: its reasons too. */

import { expect, it } from 'vitest';
import { readCatalog, type Exercise } from '#kit/catalog/catalog.ts';
import { repository } from '#kit/catalog/sources.ts';
import { whyOf } from '#kit/catalog/why.ts';
import { questionsOf } from '#kit/page/page-data.ts';

const catalog = readCatalog(repository);

function exercise(id: string): Exercise {
  const found = catalog.find(({ facts }) => facts.id === id);
  if (found === undefined) throw new Error(`no ${id}`);
  return found;
}

it('has a reason for each question of a quiz, and questions for quizzes alone', async () => {
  const questions = await questionsOf(repository, exercise('E13'));
  expect(questions).toHaveLength(20);
  for (const { why } of questions) expect(why).toMatch(/\.$/);
  expect(await questionsOf(repository, exercise('E05'))).toEqual([]); // bytes
  expect(await questionsOf(repository, exercise('E08'))).toEqual([]); // code
});

it('has the paragraphs of why.md, each in one line', () => {
  const why = whyOf(exercise('E08'));
  expect(why.length).toBeGreaterThan(1);
  for (const paragraph of why) expect(paragraph).not.toMatch(/\n|^$/);
  expect(whyOf({ path: '/nowhere' })).toEqual([]);
});
