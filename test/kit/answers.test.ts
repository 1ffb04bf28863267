/** What a reader is told about an answer that is none of the choices. */

import { expect, it } from 'vitest';
import { answerTo, type Answers, type Item } from '#kit/answers.ts';

const item: Item = {
  id: 'room',
  question: 'How much room?',
  choices: [
    { id: '1', text: 'One place' },
    { id: '4', text: '4 places' },
  ],
  why: '',
};

it('tells a number from the text that looks like it', () => {
  const answers = { room: 4 } as unknown as Answers; // types do not hold a reader back
  expect(() => answerTo(item, answers)).toThrow(
    'room: 4 is none of the choices "1", "4"',
  );
});
