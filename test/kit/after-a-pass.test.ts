/**
 * What `s` in a terminal, and the page, say of a solution, its reasons too; and which run they
 * show.
 */

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCatalog, type Exercise } from '#kit/catalog/catalog.ts';
import { repository } from '#kit/catalog/sources.ts';
import { whyOf } from '#kit/catalog/why.ts';
import { wantedTest } from '#kit/formats/opened.ts';
import type { TestResult } from '#kit/formats/schema-report.ts';
import { exercisePages, questionsOf } from '#kit/page/page-data.ts';
import { fixtures } from './sources.ts';

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

describe('the test that is shown', () => {
  const test = (
    name: string,
    verdict: TestResult['verdict'] = 'passed',
    runs = 1,
  ): TestResult => ({ name, verdict, message: '', runs });
  const shown = (tests: readonly TestResult[], see?: string): string | undefined =>
    wantedTest(see === undefined ? {} : { see }, tests)?.name;

  it('is the one that the exercise names, or the first that ran tasks', () => {
    const tests = [test('no tasks', 'passed', 0), test('one'), test('two')];
    expect(shown(tests, 'two')).toBe('two');
    expect(shown(tests)).toBe('one');
    expect(shown(tests, 'no tasks')).toBe('one');
    expect(shown(tests, 'gone')).toBe('one');
    expect(shown([])).toBeUndefined();
  });

  it('is the first that failed, whatever the exercise names', () => {
    const tests = [
      test('one'),
      test('two'),
      test('three', 'failed'),
      test('four', 'threw'),
    ];
    expect(shown(tests, 'two')).toBe('three');
    expect(shown(tests, 'four')).toBe('three');
    expect(
      shown([test('one'), test('never ends', 'timeout'), test('two')], 'two'),
    ).toBe('two');
  });

  it('is named in the data of the page, as in the catalog', async () => {
    const see = 'handOver > waits as long as the answer takes';
    const pages = await exercisePages(fixtures);
    const named = pages.map(({ params }) => params.exercise.see);
    expect(named).toEqual([undefined, undefined, undefined, see, undefined]);
    expect(readCatalog(fixtures).map(({ facts }) => facts.see)).toEqual(named);
  });

  it('can be another without a change of the task: progress stays as it is', () => {
    const root = mkdtempSync(join(tmpdir(), 'peerwalk-see-'));
    try {
      cpSync(join(fixtures.root, fixtures.exercises), root, { recursive: true });
      const hashes = (): string[] =>
        readCatalog({ root, exercises: '.' }).map(({ hash }) => hash);
      const before = hashes();
      const file = join(root, '04-hand-over/README.md');
      const text = readFileSync(file, 'utf8');
      const changed = text.replace(/^see: .*\n/m, 'know: "a"\nsee: "handOver > b"\n');
      expect(changed).not.toBe(text);
      writeFileSync(file, changed);
      expect(hashes()).toEqual(before);
      writeFileSync(file, `${text}More.\n`);
      expect(hashes()).not.toEqual(before);
    } finally {
      rmSync(root, { recursive: true });
    }
  });
});
