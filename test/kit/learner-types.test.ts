import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { readCatalog } from '#kit/catalog/catalog.ts';
import { repository } from '#kit/catalog/sources.ts';
import { learnerOptions } from '#kit/formats/learner-options.ts';
import { typeProblems } from '#kit/terminal/types.ts';
import { course, fixtures } from './sources.ts';

const { root } = repository;

describe('typeProblems', () => {
  const problemsOf = (text: string): string[] =>
    typeProblems(ts, root, new Map([['exercises/99-x/exercise.ts', text]])).map(
      ({ line, column, message }) => `${line}:${column} ${message}`,
    );

  it('says where a type does not fit, by the types of our own code', () => {
    const text =
      "import { discSelf } from '#impl/p2p/peer-error.ts';\n\nconst a: string = discSelf;";
    expect(problemsOf(text)).toEqual([expect.stringMatching(/^3:7 .*not assignable/)]);
  });

  it('lets names be unused, and syntax that is not erasable', () => {
    const text = [
      'enum Side { Ours, Theirs }',
      'function f(unused: number): void {}',
      'class A { constructor(private readonly side: Side) {} }',
      'console.log(new TextEncoder().encode("a"));',
      'setTimeout(() => undefined, 5);',
    ];
    expect(problemsOf(text.join('\n'))).toEqual([]);
  });

  it('are the same in an editor, but for the names of Node', () => {
    const file = join(root, 'exercises/tsconfig.json');
    const { config } = ts.readConfigFile(file, (path) => ts.sys.readFile(path)) as {
      config: { compilerOptions: object };
    };
    expect(config.compilerOptions).toEqual({ ...learnerOptions, types: ['node'] });
  });
});

describe('the answers of the exercises', () => {
  it('type-check as a reader’s code does: starters, solutions, wrong answers', () => {
    const texts = new Map<string, string>();
    for (const sources of [fixtures, course]) {
      for (const { folder, starter, solution, wrong } of readCatalog(sources)) {
        const add = (name: string, text: string): void => {
          texts.set(`${sources.exercises}/${folder}/${name}.checked.ts`, text);
        };
        add('starter', starter);
        add('solution', solution);
        for (const { name, code } of wrong) add(name, code);
      }
    }
    expect(texts.size).toBeGreaterThan(60);
    expect(typeProblems(ts, root, texts)).toEqual([]);
  });
});
