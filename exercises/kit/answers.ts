/** Predict, quiz and trace-table exercises: questions with choices. */

import { kitStrings } from './words/strings.ts';
import { Unsolved } from './unsolved.ts';

export interface Choice {
  readonly id: string;
  /** May hold `code` spans. */
  readonly text: string;
}

/** One question. An exercise's `items.ts` exports `items: readonly Item[]`. */
export interface Item {
  readonly id: string;
  readonly question: string;
  readonly choices: readonly Choice[];
  /** Shown once the item is answered right. */
  readonly why: string;
}

/** What `exercise.ts` exports: for each item the id of a choice. */
export type Answers = Readonly<Record<string, string | undefined>>;

/**
 * The reader's answer in words, for an assertion against `truth` in words.
 *
 * @throws {Unsolved} the item is not answered yet
 * @throws {RangeError} the answer is none of the choices
 */
export function answerTo(item: Item, answers: Answers): string {
  const answer = answers[item.id];
  if (answer === undefined) throw new Unsolved(kitStrings.unsolved.answer);
  return wordsOf(item, answer);
}

/** An answer that is not so. Unlike a comparison it does not give the right one away. */
export class WrongAnswer extends Error {
  override readonly name = 'WrongAnswer';
}

/** The text of the choice `id`; a test uses it on what its own run has shown. */
export function wordsOf(item: Item, id: string): string {
  const choice = item.choices.find((one) => one.id === id);
  if (choice === undefined) {
    // With their quotes: a reader's 4 is not the choice "4", and looks like it.
    const ids = item.choices.map((one) => JSON.stringify(one.id)).join(', ');
    throw new RangeError(kitStrings.answers.noChoice(item.id, JSON.stringify(id), ids));
  }
  return choice.text;
}
