// The lines are in lines.ts, each with its id.
import type { Blanks } from '#kit/parsons.ts';

// TODO: the ids of the lines of `run`, from top to bottom.
export const order: readonly string[] = [];

// TODO: for each blank, one of its choices.
export const blanks: Blanks = {
  told: undefined,
  written: undefined,
  unread: undefined,
};
