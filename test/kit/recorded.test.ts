/** Marks in a reader's own code; their lines in a trace are in `seen.test.ts`. */

import { describe, expect, it } from 'vitest';
import { instrument } from '#kit/trace/instrument.ts';
import { readCatalog } from '#kit/catalog/catalog.ts';
import { compileLearner } from '#kit/run/learner.ts';
import { repository } from '#kit/catalog/sources.ts';

const exercise = readCatalog(repository).find(({ facts }) => facts.id === 'E14');
if (exercise === undefined) throw new Error('no E14');
const file = `exercises/${exercise.folder}/exercise.ts`;

describe('compileLearner with marks', () => {
  it('says of code that is none what it says without marks', () => {
    for (const broken of [
      'const a = ;',
      'const a = 1; const a = 2;',
      'function (',
      '',
    ]) {
      const messages: string[] = [];
      for (const marks of [undefined, { instrument, file }]) {
        try {
          compileLearner(broken, () => true, marks)({ exports: {} }, {}, () => ({}));
          messages.push('it is code');
        } catch (error) {
          messages.push(JSON.stringify([String(error), error]));
        }
      }
      expect(messages[1]).toBe(messages[0]);
    }
  });
});
