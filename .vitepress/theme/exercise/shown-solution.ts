/** What a page shows of an exercise after it was passed or given up; a chunk of its own. */

/** A known wrong answer: the solution with one thing changed. */
export interface WrongTurn {
  /** What one believes who writes it. */
  readonly misconception: string;
  /** The test that tells. */
  readonly caughtBy: string;
  readonly code: string;
}

export interface ShownSolution {
  readonly text: string;
  /** Its lines as HTML. */
  readonly coloured: readonly string[];
  /** Why ours looks as it does: paragraphs as HTML. */
  readonly why: readonly string[];
  readonly turns: readonly WrongTurn[];
}
