/**
 * What the editor asks of the types' worker, and what that answers. Each question belongs
 * to a version of the text; the text travels with the first question about it.
 */

import type { TextProblem } from './problems.ts';

/** A text that is longer is not looked at: as long as a draft may be. */
export const maxTypedLength = 256 * 1024;

export type Question =
  | { readonly kind: 'problems' }
  | { readonly kind: 'complete'; readonly at: number }
  /** What is told of one of the completions at a place. */
  | { readonly kind: 'details'; readonly at: number; readonly name: string }
  | { readonly kind: 'hover'; readonly at: number };

/** A name with its type, and what its comment says. */
export interface Told {
  /** As TypeScript writes it. */
  readonly type: string;
  readonly text: string;
  /** `@param`, `@throws` and their like, a line each. */
  readonly tags: readonly { readonly name: string; readonly text: string }[];
}

export interface Hover extends Told {
  readonly from: number;
  readonly to: number;
}

export interface CompletionName {
  readonly name: string;
  /** `method`, `property`, `class`…: a word of the editor's. */
  readonly kind: string;
  /** What stands near is offered before what stands everywhere. */
  readonly rank: number;
}

export interface Completions {
  readonly from: number;
  readonly names: readonly CompletionName[];
}

/** Undefined: there is nothing at that place. */
export interface Answers {
  readonly problems: readonly TextProblem[];
  readonly complete: Completions | undefined;
  readonly details: Told | undefined;
  readonly hover: Hover | undefined;
}

export type AnswerTo<Q extends Question> = Answers[Q['kind']];

/** To the worker: once, then any number of the second. */
export type TypesOrder =
  | {
      readonly type: 'open';
      /** The address of the texts that the reader's may import. */
      readonly texts: string;
      readonly file: string;
      readonly text: string;
    }
  | {
      readonly type: 'ask';
      readonly id: number;
      /** The text, if it is another than with the question before. */
      readonly text?: string;
      readonly question: Question;
    };

/** From the worker: ready or failed first, then an answer to each question. */
export type TypesMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'failed'; readonly why: string }
  | {
      readonly type: 'answer';
      readonly id: number;
      readonly answer: Answers[keyof Answers];
    };
